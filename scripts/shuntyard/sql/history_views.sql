-- The relations of a history, over `records`. shuntyard.columns and shuntyard.store.layout declare the columns; a test
-- holds them together. The lists are written out because a view of `*` would change with the files that are there.
CREATE VIEW runs AS
SELECT
    run_key, provider, repository, pipeline, instance, run_id, attempt, sha, run_started_at, url, verdict,
    headline, generated_at, other_jobs, notes, digest
FROM records
WHERE record = 'run';

CREATE VIEW executions AS
SELECT
    execution, provider, repository, run_id, attempt, pipeline, row_id, shard_index, repetition, sha, config,
    arm, ran, outcome, exit_code, shard_of, fallback_reason, error, hardware, hw_class, hw_vendor, hw_architecture,
    hw_backend, hw_count, hw_memory_gb, hw_precisions, hw_features, hw_driver, hw_simulated, started_at,
    run_started_at, duration_s, peak_memory_mb, cases_total, cases_bad, cases_skipped, cases_retried
FROM records
WHERE record = 'execution';

CREATE VIEW cases AS
SELECT
    execution, provider, repository, run_id, attempt, pipeline, row_id, shard_index, repetition, "case",
    case_id, outcome, setup_s, call_s, case_attempt, message
FROM records
WHERE record = 'case';

-- Everything that is known of an execution: its run, its place in the matrix, its machine in one text.
CREATE VIEW execution_details AS
SELECT
    execution, provider, repository, run_id, attempt, pipeline, row_id, shard_index, repetition, run_key,
    instance, sha, run_started_at, config, arm, ran, started_at, hardware, outcome, exit_code, shard_of,
    fallback_reason, error, hw_class, hw_vendor, hw_architecture, hw_backend, hw_count, hw_memory_gb,
    hw_precisions, hw_features, hw_driver, hw_simulated, duration_s, peak_memory_mb, cases_total, cases_bad,
    cases_skipped, cases_retried, position, unit, row_values, fault, folder
FROM records
WHERE record = 'execution';

-- Cases with what analyses group them by, so that ten million of them need no join.
CREATE VIEW case_details AS
SELECT
    execution, provider, repository, run_id, attempt, pipeline, row_id, shard_index, repetition, run_key,
    instance, sha, run_started_at, config, arm, ran, started_at, hardware, "case", outcome, setup_s, call_s,
    case_attempt, message, position, case_id, metrics
FROM records
WHERE record = 'case';

-- What the CI provider knows of jobs, as far as it was asked (`shuntyard history jobs`).
CREATE VIEW jobs AS
SELECT
    provider, repository, run_id, attempt, pipeline, job, runner, created_at, started_at, completed_at, setup_s,
    test_s
FROM records
WHERE record = 'job';
