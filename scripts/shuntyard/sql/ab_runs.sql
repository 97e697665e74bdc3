-- One row for each repetition of a row in one of the two arms, its shards together. `failures` names the set of its bad
-- cases, each judged by its last attempt; times and memory are 0 where a shard does not tell.
WITH asked AS (
    SELECT * FROM chosen WHERE arm IN ($baseline, $candidate)
),
last_attempts AS (
    SELECT execution, "case", arg_max(outcome, case_attempt) AS outcome
    FROM cases
    SEMI JOIN (FROM asked WHERE cases_bad > 0) USING (execution)
    GROUP BY ALL
),
bad AS (
    SELECT execution, list("case") AS names
    FROM last_attempts
    WHERE outcome IN ('failed', 'error', 'crashed')
    GROUP BY execution
)
SELECT
    repository,
    pipeline,
    row_id,
    any_value(config) AS config,
    arm,
    concat_ws(' ', provider, run_id, attempt) AS run,
    repetition,
    CASE
        WHEN bool_or(outcome = 'error') THEN 'error'
        WHEN bool_or(outcome = 'failed') THEN 'failed'
        WHEN bool_or(outcome = 'empty') THEN 'empty'
        ELSE 'passed'
    END AS outcome,
    CASE WHEN min(duration_s) > 0 THEN sum(duration_s) ELSE 0 END AS time_s,
    CASE WHEN min(peak_memory_mb) > 0 THEN max(peak_memory_mb) ELSE 0 END AS memory_mb,
    bool_or(fallback_reason <> '' OR (arm <> '' AND ran NOT IN ('', arm))) AS fell_back,
    count(DISTINCT shard_index) = max(shard_of) AS complete,
    coalesce(md5(array_to_string(list_sort(flatten(list(names) FILTER (names IS NOT NULL))), chr(10))), '') AS failures
FROM asked
LEFT JOIN bad USING (execution)
GROUP BY repository, pipeline, provider, run_id, attempt, row_id, arm, repetition
ORDER BY repository, pipeline, row_id, min(moment), run, repetition;
