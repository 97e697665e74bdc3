-- When each of $pipelines first ran, however long ago: before that, nobody can say that a run is missing.
SELECT pipeline, min(run_started_at) AS first
FROM runs
WHERE list_contains($pipelines, pipeline) AND ($repository = '' OR repository = $repository)
GROUP BY pipeline;
