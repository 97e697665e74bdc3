-- Seconds from the first start to the last end of everything that ran for a commit, re-runs included. A commit that is tested
-- again after a pause of $pause_s (the next night) begins a new cycle; the first one counts.
WITH spans AS (
    SELECT repository, sha, started_at AS began, started_at + to_microseconds((duration_s * 1e6)::BIGINT) AS ended
    FROM chosen
    WHERE started_at IS NOT NULL AND sha <> ''
),
reached AS (
    SELECT *, max(ended) OVER (
        PARTITION BY repository, sha ORDER BY began, ended ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS before
    FROM spans
),
cycles AS (
    SELECT *, count(*) FILTER (epoch(began - before) > $pause_s) OVER (
        PARTITION BY repository, sha ORDER BY began, ended ROWS UNBOUNDED PRECEDING
    ) AS cycle
    FROM reached
)
SELECT epoch(max(ended) - min(began)) AS seconds
FROM cycles
WHERE cycle = 0
GROUP BY repository, sha
ORDER BY seconds;
