-- How often each case (by its id: names are long) ended how in each row, judged by its last attempt, over executions that
-- came to their end in the arm that was asked for.
WITH asked AS (
    SELECT execution, repository, pipeline, row_id, arm, cases_retried > 0 AS retried
    FROM chosen
    WHERE arm IN ($baseline, $candidate) AND ran = arm AND fallback_reason = '' AND outcome IN ('passed', 'failed')
),
once AS (
    SELECT asked.repository, asked.pipeline, asked.row_id, arm, case_id, cases.outcome
    FROM cases
    JOIN asked USING (execution)
    WHERE NOT retried
),
again AS (
    SELECT
        any_value(asked.repository) AS repository,
        any_value(asked.pipeline) AS pipeline,
        any_value(asked.row_id) AS row_id,
        any_value(arm) AS arm,
        case_id,
        arg_max(cases.outcome, case_attempt) AS outcome
    FROM cases
    JOIN asked USING (execution)
    WHERE retried
    GROUP BY execution, case_id
)
SELECT repository, pipeline, row_id, arm, case_id, outcome, count(*) AS times
FROM (FROM once UNION ALL FROM again)
GROUP BY ALL
ORDER BY ALL;
