-- What took part in each run: pipelines and configurations, in which arms, and how it went; oldest first.
SELECT
    repository, pipeline, config, provider, run_id, attempt,
    list(DISTINCT arm ORDER BY arm) AS arms,
    min(moment) AS began,
    max(moment) AS last_began,
    count(*) AS executions,
    count(*) FILTER (outcome IN ('failed', 'error')) AS failures
FROM chosen
GROUP BY repository, pipeline, config, provider, run_id, attempt
ORDER BY min(moment), repository, pipeline, config, provider, run_id, attempt;
