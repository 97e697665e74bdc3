-- The history of each row on each kind of hardware: one point for each run, oldest first, from executions that passed in full
-- without a fallback (the time of a failed run is that of other work). Repetitions give their median; shards add up.
WITH repetitions AS (
    SELECT
        repository, pipeline, row_id, any_value(config) AS config, ran, hardware, provider, run_id, attempt,
        any_value(sha) AS sha, min(moment) AS moment,
        CASE WHEN min(duration_s) > 0 THEN sum(duration_s) END AS time_s,
        CASE WHEN min(peak_memory_mb) > 0 THEN max(peak_memory_mb) END AS memory_mb
    FROM chosen
    GROUP BY repository, pipeline, row_id, ran, hardware, provider, run_id, attempt, repetition
    HAVING bool_and(outcome = 'passed' AND fallback_reason = '') AND count(DISTINCT shard_index) = max(shard_of)
),
points AS (
    SELECT
        repository, pipeline, row_id, any_value(config) AS config, ran, hardware, provider, run_id, attempt,
        any_value(sha) AS sha, min(moment) AS moment, median(time_s) AS time_s, median(memory_mb) AS memory_mb
    FROM repetitions
    GROUP BY repository, pipeline, row_id, ran, hardware, provider, run_id, attempt
)
SELECT
    repository, pipeline, row_id, any_value(config) AS config, ran, hardware, '' AS "case",
    list(sha ORDER BY moment, run_id, attempt) AS sha,
    list(concat_ws(' ', provider, run_id, attempt) ORDER BY moment, run_id, attempt) AS run,
    list(moment ORDER BY moment, run_id, attempt) AS moment,
    list(time_s ORDER BY moment, run_id, attempt) AS time_s,
    list(memory_mb ORDER BY moment, run_id, attempt) AS memory_mb
FROM points
GROUP BY repository, pipeline, row_id, ran, hardware
ORDER BY ALL;
