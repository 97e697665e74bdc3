-- The executions that an analysis looks at. A result that never came has no start of its own: its run's start counts.
CREATE OR REPLACE TEMP TABLE chosen AS
SELECT
    execution, provider, repository, run_id, attempt, pipeline, row_id, shard_index, repetition, sha, config, arm, ran,
    outcome, shard_of, fallback_reason, hardware, hw_driver, started_at, coalesce(started_at, run_started_at) AS moment,
    duration_s, peak_memory_mb, cases_total, cases_bad, cases_skipped, cases_retried
FROM executions
WHERE
    ($since IS NULL OR coalesce(started_at, run_started_at) >= $since)
    AND ($until IS NULL OR coalesce(started_at, run_started_at) < $until)
    AND ($repository = '' OR repository = $repository)
    AND (len($pipelines) = 0 OR list_contains($pipelines, pipeline))
    AND (len($configs) = 0 OR list_contains($configs, config));
