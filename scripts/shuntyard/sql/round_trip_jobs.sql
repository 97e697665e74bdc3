-- What the provider's jobs tell of a pipeline on a runner, for each job that ran tests: seconds in the queue, setting up,
-- testing, and after the tests in the same job; and from the end of a run's last test job to that of its last job, where
-- the report is made.
WITH asked AS (
    SELECT DISTINCT provider, repository, run_id, attempt, pipeline FROM chosen
),
known AS (
    FROM jobs SEMI JOIN asked USING (provider, repository, run_id, attempt, pipeline)
),
ends AS (
    SELECT
        provider, repository, run_id, attempt, pipeline,
        epoch(max(completed_at) - max(completed_at) FILTER (test_s IS NOT NULL)) AS report_s
    FROM known
    GROUP BY ALL
),
timed AS (
    SELECT
        repository, pipeline, runner, provider, run_id, attempt, report_s,
        epoch(started_at - created_at) AS queue_s,
        setup_s,
        test_s,
        epoch(completed_at - started_at) - setup_s - test_s AS after_s
    FROM known
    JOIN ends USING (provider, repository, run_id, attempt, pipeline)
    WHERE test_s IS NOT NULL
)
SELECT
    repository, pipeline, runner,
    count(DISTINCT (provider, run_id, attempt)) AS runs,
    count(*) AS jobs,
    coalesce(list(queue_s) FILTER (queue_s IS NOT NULL), []) AS queue_s,
    coalesce(list(setup_s) FILTER (setup_s IS NOT NULL), []) AS setup_s,
    list(test_s) AS test_s,
    coalesce(list(greatest(after_s, 0)) FILTER (after_s IS NOT NULL), []) AS after_s,
    coalesce(list(DISTINCT {run: concat_ws(' ', provider, run_id, attempt), seconds: report_s}), []) AS report_s
FROM timed
GROUP BY repository, pipeline, runner
ORDER BY repository, pipeline, runner;
