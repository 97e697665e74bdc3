-- What each month holds; a run belongs to the month in which it started.
SELECT
    strftime(run_started_at, '%Y-%m') AS month,
    count(*) FILTER (record = 'run') AS runs,
    count(*) FILTER (record = 'execution') AS executions,
    count(*) FILTER (record = 'case') AS cases
FROM records
GROUP BY month
ORDER BY month;
