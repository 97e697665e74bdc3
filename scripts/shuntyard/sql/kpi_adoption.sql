-- Workflows (a pipeline of a repository), and those of them that ask for the arm that is judged at all.
SELECT count(*) AS workflows, count(*) FILTER (asks) AS asking
FROM (SELECT repository, pipeline, bool_or(arm = $arm) AS asks FROM chosen GROUP BY ALL);
