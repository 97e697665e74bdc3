-- What is wrong with rows that are to be imported: the run, and what.
SELECT run_key, 'it has no row of its own, or several' AS what
FROM incoming
GROUP BY run_key
HAVING count(*) FILTER (record = 'run') <> 1 AND NOT bool_and(record = 'job')

UNION ALL
SELECT run_key, 'a row says neither what it is nor when its run was'
FROM incoming
WHERE record IS NULL OR record NOT IN ('run', 'execution', 'case', 'job') OR run_key IS NULL OR run_started_at IS NULL

UNION ALL
SELECT part.run_key, 'a row names another run'
FROM incoming AS part JOIN incoming AS run ON part.run_key = run.run_key AND run.record = 'run'
WHERE (part.provider, part.repository, part.pipeline, part.instance, part.run_id, part.attempt, part.run_started_at)
    IS DISTINCT FROM
    (run.provider, run.repository, run.pipeline, run.instance, run.run_id, run.attempt, run.run_started_at)

UNION ALL
SELECT run_key, 'two executions have one identity'
FROM incoming
WHERE record = 'execution'
GROUP BY run_key, execution
HAVING count(*) > 1

UNION ALL
SELECT run_key, 'a case has no execution'
FROM incoming AS part
WHERE record = 'case' AND NOT EXISTS (
    FROM incoming AS owner
    WHERE owner.record = 'execution' AND owner.run_key = part.run_key AND owner.execution = part.execution
)

UNION ALL
SELECT run_key, 'a row lacks its outcome, or a time of it is no number'
FROM incoming
WHERE record IN ('execution', 'case') AND (
    execution IS NULL OR outcome IS NULL OR position IS NULL
    OR NOT isfinite(coalesce(duration_s, setup_s)) OR NOT isfinite(coalesce(peak_memory_mb, call_s))
    OR coalesce(duration_s, setup_s) IS NULL OR coalesce(peak_memory_mb, call_s) IS NULL
)

UNION ALL
SELECT run_key, 'a job has no name, or its run has two lists of them'
FROM incoming
WHERE record = 'job'
GROUP BY run_key
HAVING bool_or(job IS NULL OR position IS NULL) OR count(DISTINCT digest) <> 1 OR count(DISTINCT position) <> count(*);
