-- How much an overview rests on: counts, the first and the last start, and what names there are. Always one row.
SELECT
    count(*) AS executions,
    count(DISTINCT (provider, repository, pipeline, run_id, attempt)) AS runs,
    coalesce(sum(cases_total), 0)::BIGINT AS cases,
    count(DISTINCT config) AS configs,
    min(moment) AS oldest,
    max(moment) AS newest,
    coalesce(list(DISTINCT repository ORDER BY repository), []) AS repositories,
    coalesce(list(DISTINCT pipeline ORDER BY pipeline), []) AS pipelines,
    coalesce(list(DISTINCT arm ORDER BY arm) FILTER (arm <> ''), []) AS arms
FROM chosen;
