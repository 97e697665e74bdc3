-- What each shard spent on each test file, as shuntyard.planned.durations.Spent has it. One without cases has the file ''.
SELECT
    e.hw_backend AS hardware,
    e.config AS config,
    concat_ws(' ', e.provider, e.repository, e.pipeline, e.run_id, e.attempt, e.row_id, e.repetition) AS run,
    e.shard_index AS shard,
    e.shard_of AS shards,
    coalesce(split_part(c."case", '::', 1), '') AS file,
    coalesce(sum(c.setup_s + c.call_s), 0) AS seconds,
    coalesce(bool_and(c.outcome <> 'crashed' AND NOT starts_with(coalesce(c.message, ''), 'not run: ')), true) AS whole
FROM executions AS e
SEMI JOIN chosen ON e.execution = chosen.execution
LEFT JOIN cases AS c ON e.execution = c.execution
WHERE NOT e.hw_simulated
GROUP BY ALL;
