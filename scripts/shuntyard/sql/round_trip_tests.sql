-- What results alone tell of a pipeline on a kind of hardware: seconds in test commands, how much of them in fixtures, and from
-- the first start of a run's tests to the last end. Summed over a run; sums count parallel jobs one after the other.
WITH fixtures AS (
    SELECT execution, sum(setup_s) AS setup_s FROM cases SEMI JOIN chosen USING (execution) GROUP BY execution
),
runs AS (
    SELECT
        repository, pipeline, hardware, provider, run_id, attempt,
        sum(duration_s) AS test_s,
        sum(coalesce(setup_s, 0)) AS fixtures_s,
        epoch(max(started_at + to_microseconds((duration_s * 1e6)::BIGINT)) - min(started_at)) AS span_s
    FROM chosen
    LEFT JOIN fixtures USING (execution)
    WHERE started_at IS NOT NULL
    GROUP BY ALL
)
SELECT
    repository, pipeline, hardware, count(*) AS runs,
    list(test_s ORDER BY test_s) AS test_s,
    list(fixtures_s ORDER BY fixtures_s) AS fixtures_s,
    list(span_s ORDER BY span_s) AS span_s
FROM runs
GROUP BY repository, pipeline, hardware
ORDER BY repository, pipeline, hardware;
