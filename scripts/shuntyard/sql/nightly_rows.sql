-- The shards of the rows of the runs $keys: of several repetitions of a shard the worst counts. Times are NULL where no
-- result came. A re-run holds only what it ran again (history_attempts.sql), so shards are put together by the caller.
WITH known AS (
    SELECT
        run_key, row_id, row_values, shard_index, outcome, error, fault, started_at, duration_s, cases_total, cases_bad,
        cases_skipped, list_position(['passed', 'empty', 'failed', 'error'], outcome) * 2 + (error <> '')::INTEGER AS badness
    FROM execution_details
    WHERE list_contains($keys, run_key)
)
SELECT
    run_key, row_id, shard_index, any_value(row_values) AS row_values, arg_max(outcome, badness) AS outcome,
    arg_max(error, badness) AS error, arg_max(fault, badness) AS fault, max(badness) AS badness,
    max(cases_total) AS tests, max(cases_bad) AS bad, max(cases_skipped) AS skipped, min(started_at) AS began,
    max(started_at + to_microseconds((duration_s * 1e6)::BIGINT)) AS ended
FROM known
GROUP BY run_key, row_id, shard_index
ORDER BY run_key, row_id, shard_index;
