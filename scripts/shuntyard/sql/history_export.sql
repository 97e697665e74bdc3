-- Every row that is stored, each run's together, in the order in which it was appended.
FROM stored
ORDER BY
    run_key,
    CASE record WHEN 'run' THEN 0 WHEN 'execution' THEN 1 ELSE 2 END,
    execution, position;
