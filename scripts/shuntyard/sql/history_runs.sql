-- The runs of a file that is imported, oldest first; a run's jobs count as one of their own.
SELECT run_key
FROM incoming
WHERE record IN ('run', 'job')
GROUP BY run_key
ORDER BY min(run_started_at), run_key;
