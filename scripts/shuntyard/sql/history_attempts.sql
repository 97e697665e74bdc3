-- A re-run of failed jobs reports again what the earlier attempt had finished, because those artifacts are still there.
-- An execution that started at the same moment in the same place is the same execution: it counts in its first attempt.
CREATE TABLE carried AS
SELECT execution
FROM stored
WHERE record = 'execution' AND started_at IS NOT NULL
QUALIFY row_number() OVER (
    PARTITION BY provider, repository, pipeline, instance, run_id, row_id, shard_index, repetition, started_at
    ORDER BY attempt
) > 1;

CREATE VIEW records AS FROM stored ANTI JOIN carried USING (execution);
