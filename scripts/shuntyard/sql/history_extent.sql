-- From when to when, and which pipelines.
SELECT min(run_started_at) AS oldest, max(run_started_at) AS newest, list(DISTINCT pipeline ORDER BY pipeline) AS pipelines
FROM runs;
