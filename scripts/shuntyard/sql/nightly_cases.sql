-- The cases that ended bad (by their last attempt) in the runs $keys, each once a shard, at most $limit of a run. A message
-- keeps both ends: the head says what failed, the tail of a traceback why.
WITH tried AS (
    SELECT run_key, row_id, shard_index, execution, case_id, "case", outcome, message, case_attempt
    FROM case_details
    WHERE list_contains($keys, run_key)
),
bad AS (
    SELECT * FROM tried WHERE outcome IN ('failed', 'error', 'crashed')
),
last AS (
    SELECT bad.*
    FROM bad
    ANTI JOIN tried ON
        tried.execution = bad.execution AND tried.case_id = bad.case_id AND tried.case_attempt > bad.case_attempt
),
once AS (
    SELECT
        run_key, row_id, shard_index, "case", any_value(outcome) AS outcome,
        any_value(CASE
            WHEN length(message) > 4000 THEN left(message, 2000) || chr(10) || right(message, 2000) ELSE message
        END) AS message
    FROM last
    GROUP BY run_key, row_id, shard_index, "case"
)
SELECT run_key, row_id, shard_index, "case", outcome, message
FROM once
QUALIFY row_number() OVER (PARTITION BY run_key ORDER BY row_id, "case") <= $limit
ORDER BY run_key, row_id, "case";
