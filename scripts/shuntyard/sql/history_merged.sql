-- The rows of a merged file: runs, then executions, then cases; neighbours are alike, which is what compresses, and whoever
-- looks for some cases by `case_id` reads few row groups.
FROM stored
ORDER BY
    CASE record WHEN 'run' THEN 0 WHEN 'execution' THEN 1 ELSE 2 END,
    pipeline, config, case_id, started_at, execution, position;
