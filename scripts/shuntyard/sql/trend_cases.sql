-- The history of each case that takes at least $least_s at the median: the time of the test itself (without fixtures) where it
-- passed at the first attempt, one point for each run, oldest first.
WITH asked AS (
    SELECT execution, repository, pipeline, row_id, config, ran, hardware, provider, run_id, attempt, sha, moment
    FROM chosen
    WHERE fallback_reason = '' AND outcome IN ('passed', 'failed')
),
slow AS MATERIALIZED (
    SELECT case_id
    FROM (FROM cases SEMI JOIN asked USING (execution))
    WHERE outcome = 'passed' AND case_attempt = 1
    GROUP BY case_id
    HAVING median(call_s) >= $least_s
),
points AS (
    SELECT
        asked.repository, asked.pipeline, asked.row_id, any_value(config) AS config, ran, hardware,
        asked.provider, asked.run_id, asked.attempt, case_id, any_value("case") AS "case",
        any_value(sha) AS sha, min(moment) AS moment, median(call_s) AS time_s
    FROM (FROM cases SEMI JOIN slow USING (case_id)) AS timed
    JOIN asked USING (execution)
    WHERE timed.outcome = 'passed' AND case_attempt = 1 AND call_s > 0
    GROUP BY
        asked.repository, asked.pipeline, asked.row_id, ran, hardware,
        asked.provider, asked.run_id, asked.attempt, case_id
)
SELECT
    repository, pipeline, row_id, any_value(config) AS config, ran, hardware, any_value("case") AS "case",
    list(sha ORDER BY moment, run_id, attempt) AS sha,
    list(concat_ws(' ', provider, run_id, attempt) ORDER BY moment, run_id, attempt) AS run,
    list(moment ORDER BY moment, run_id, attempt) AS moment,
    list(time_s ORDER BY moment, run_id, attempt) AS time_s
FROM points
GROUP BY repository, pipeline, row_id, ran, hardware, case_id
ORDER BY repository, pipeline, row_id, ran, hardware, "case";
