-- Where the executions of a scope ran, newest first: one row for each run and row of the matrix.
SELECT
    chosen.repository, chosen.pipeline, chosen.config, chosen.row_id, chosen.arm, chosen.provider, chosen.run_id,
    chosen.attempt, chosen.hardware,
    any_value(chosen.sha) AS sha,
    min(moment) AS began,
    count(*) AS executions,
    count(*) FILTER (outcome IN ('failed', 'error')) AS failures,
    count(*) FILTER (fallback_reason <> '' OR (chosen.arm <> '' AND ran NOT IN ('', chosen.arm))) AS fallbacks,
    median(duration_s) AS seconds,
    coalesce(max(fallback_reason), '') AS fallback_reason,
    coalesce(any_value(urls.url), '') AS url
FROM chosen
LEFT JOIN (
    SELECT provider, repository, pipeline, run_id, attempt, max(url) AS url
    FROM runs
    GROUP BY ALL
) AS urls USING (provider, repository, pipeline, run_id, attempt)
GROUP BY
    chosen.repository, chosen.pipeline, chosen.config, chosen.row_id, chosen.arm, chosen.provider, chosen.run_id,
    chosen.attempt, chosen.hardware
ORDER BY began DESC, chosen.repository, chosen.pipeline, chosen.row_id, chosen.run_id DESC, chosen.attempt DESC;
