-- The median time of each case on both sides, where it passed at the first attempt in an execution that ended in its own arm.
-- The sides are two arms ($baseline and $candidate), or, where $split is given, before that moment and from then on.
WITH sides AS (
    SELECT
        execution, row_id, config,
        CASE
            WHEN $split IS NOT NULL THEN moment >= $split
            ELSE arm = $candidate
        END AS late
    FROM chosen
    WHERE
        outcome IN ('passed', 'failed') AND fallback_reason = ''
        AND ($split IS NOT NULL OR (arm IN ($baseline, $candidate) AND ran = arm))
)
SELECT
    any_value("case") AS "case",
    median(call_s) FILTER (NOT late) AS before_s,
    median(call_s) FILTER (late) AS after_s,
    count(*) FILTER (NOT late) AS n_before,
    count(*) FILTER (late) AS n_after
FROM cases
JOIN sides USING (execution)
WHERE outcome = 'passed' AND case_attempt = 1
GROUP BY case_id
HAVING count(*) FILTER (NOT late) > 0 AND count(*) FILTER (late) > 0
ORDER BY abs(after_s - before_s) DESC, "case"
LIMIT $most;
