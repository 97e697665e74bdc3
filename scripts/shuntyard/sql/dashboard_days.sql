-- What each day's executions came to, and how many of them fell back.
SELECT
    moment::DATE AS day,
    count(*) FILTER (outcome = 'passed') AS passed,
    count(*) FILTER (outcome = 'failed') AS failed,
    count(*) FILTER (outcome = 'error') AS error,
    count(*) FILTER (outcome = 'empty') AS empty,
    count(*) FILTER (fallback_reason <> '' OR (arm <> '' AND ran NOT IN ('', arm))) AS fallbacks
FROM chosen
GROUP BY day
ORDER BY day;
