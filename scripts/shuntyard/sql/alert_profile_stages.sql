-- Where an execution's seconds went on both sides: fixtures, tests, and the rest (start-up, collection, the report).
WITH sides AS (
    SELECT
        execution, duration_s,
        CASE
            WHEN $split IS NOT NULL THEN moment >= $split
            ELSE arm = $candidate
        END AS late
    FROM chosen
    WHERE
        outcome IN ('passed', 'failed') AND fallback_reason = '' AND duration_s > 0
        AND ($split IS NOT NULL OR (arm IN ($baseline, $candidate) AND ran = arm))
),
spent AS (
    SELECT execution, sum(setup_s) AS setup_s, sum(call_s) AS call_s
    FROM cases
    SEMI JOIN sides USING (execution)
    GROUP BY execution
),
each AS (
    SELECT
        late, duration_s, coalesce(setup_s, 0) AS setup_s, coalesce(call_s, 0) AS call_s,
        greatest(duration_s - coalesce(setup_s, 0) - coalesce(call_s, 0), 0) AS rest_s
    FROM sides
    LEFT JOIN spent USING (execution)
)
SELECT
    late, count(*) AS n, median(duration_s) AS whole_s, median(setup_s) AS fixtures_s, median(call_s) AS tests_s,
    median(rest_s) AS rest_s
FROM each
GROUP BY late
ORDER BY late;
