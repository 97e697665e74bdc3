-- For each configuration in the arm that is judged (every arm where it is NULL): executions, how many of them fell back, ended
-- in an error or tested nothing; and of the cases that this arm itself ran, what the interval of their success rate takes.
WITH asked AS (
    SELECT
        *,
        fallback_reason <> '' OR (arm <> '' AND ran NOT IN ('', arm)) AS fell_back,
        cases_total - cases_skipped AS n,
        cases_total - cases_skipped - cases_bad AS k
    FROM chosen
    WHERE $arm IS NULL OR arm = $arm
)
SELECT
    config,
    count(*) AS executions,
    count(*) FILTER (fell_back) AS fallbacks,
    count(*) FILTER (outcome = 'error') AS errors,
    count(*) FILTER (outcome = 'empty') AS empty,
    count(*) FILTER (ran <> '' AND NOT fell_back) AS own,
    count(*) FILTER (NOT fell_back AND n > 0) AS clusters,
    coalesce(sum(k) FILTER (NOT fell_back), 0)::BIGINT AS k,
    coalesce(sum(n) FILTER (NOT fell_back), 0)::BIGINT AS n,
    coalesce(sum(k::BIGINT * k) FILTER (NOT fell_back), 0)::HUGEINT AS kk,
    coalesce(sum(k::BIGINT * n) FILTER (NOT fell_back), 0)::HUGEINT AS kn,
    coalesce(sum(n::BIGINT * n) FILTER (NOT fell_back), 0)::HUGEINT AS nn
FROM asked
GROUP BY config
ORDER BY config;
