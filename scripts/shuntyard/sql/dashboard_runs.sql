-- The newest $limit runs, newest first, with what their executions came to.
WITH of_run AS (
    SELECT
        run_key,
        min(moment) AS began,
        count(*) AS executions,
        count(DISTINCT row_id) AS rows,
        count(*) FILTER (outcome = 'passed') AS passed,
        count(*) FILTER (outcome = 'failed') AS failed,
        count(*) FILTER (outcome = 'error') AS error,
        count(*) FILTER (outcome = 'empty') AS empty,
        count(*) FILTER (fell_back) AS fallbacks,
        sum(cases_total)::BIGINT AS cases,
        sum(cases_bad)::BIGINT AS bad,
        coalesce(epoch(max(started_at + to_microseconds((duration_s * 1e6)::BIGINT)) - min(started_at)), 0) AS span_s,
        list(DISTINCT hardware ORDER BY hardware) FILTER (hardware <> '') AS hardware
    FROM shown
    GROUP BY run_key
    ORDER BY began DESC, run_key
    LIMIT $limit
)
SELECT
    run_key, repository, pipeline, instance, run_id, attempt, sha, url, verdict, headline, began, executions, "rows",
    passed, failed, error, empty, fallbacks, cases, bad, span_s, coalesce(hardware, []) AS hardware
FROM of_run
JOIN runs USING (run_key)
ORDER BY began DESC, run_key;
