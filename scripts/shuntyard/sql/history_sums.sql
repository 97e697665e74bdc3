-- What a run consists of, as numbers that do not depend on the order of rows: equal before and after a merge.
SELECT
    run_key,
    count(*) FILTER (record = 'run') AS runs,
    count(*) FILTER (record = 'execution') AS executions,
    count(*) FILTER (record = 'case') AS cases,
    sum(hash(stored)::HUGEINT) AS content
FROM stored
GROUP BY run_key
ORDER BY run_key;
