-- The runs whose jobs the history does not have: what they are, and the units that a job of theirs is named after. A re-run
-- may have no unit of its own left, so those of all attempts count.
WITH units AS (
    SELECT provider, repository, run_id, pipeline, list(DISTINCT unit ORDER BY unit) AS units
    FROM execution_details
    WHERE unit <> ''
    GROUP BY ALL
)
SELECT
    provider, repository, run_id, attempt, pipeline,
    min(run_started_at) AS started_at,
    min(sha) AS sha,
    coalesce(any_value(units.units), []) AS units
FROM runs
LEFT JOIN units USING (provider, repository, run_id, pipeline)
ANTI JOIN jobs USING (provider, repository, run_id, attempt, pipeline)
WHERE
    provider = $provider
    AND ($since IS NULL OR run_started_at >= $since)
    AND (len($runs) = 0 OR list_contains($runs, run_id))
GROUP BY provider, repository, run_id, attempt, pipeline
ORDER BY started_at, run_id, attempt, pipeline;
