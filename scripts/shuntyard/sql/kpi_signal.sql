-- Seconds from asking to the last result, for each run of a workflow. With the provider's jobs: from when the first job joined
-- the queue to when the last one ended. Without: from the first start of a test to the last end of one.
WITH tests AS (
    SELECT
        provider, repository, run_id, attempt, pipeline,
        epoch(max(started_at + to_microseconds((duration_s * 1e6)::BIGINT)) - min(started_at)) AS seconds
    FROM chosen
    WHERE started_at IS NOT NULL
    GROUP BY ALL
),
known AS (
    SELECT
        provider, repository, run_id, attempt, pipeline,
        epoch(max(completed_at) - min(created_at)) AS seconds
    FROM jobs
    GROUP BY ALL
)
SELECT coalesce(known.seconds, tests.seconds) AS seconds, known.seconds IS NOT NULL AS queued
FROM tests
LEFT JOIN known USING (provider, repository, run_id, attempt, pipeline)
ORDER BY seconds;
