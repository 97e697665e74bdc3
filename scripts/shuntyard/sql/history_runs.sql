-- The runs of a file that is imported, oldest first.
SELECT run_key FROM incoming WHERE record = 'run' ORDER BY run_started_at, run_key;
