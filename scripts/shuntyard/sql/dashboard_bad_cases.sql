-- The cases that ended bad in the runs $keys (by their last attempt), those of the newest runs first, with the newest message.
-- Names and messages, which take the longest to read, are looked up for the $limit that are shown.
WITH asked AS (
    SELECT
        execution, run_key, repository, config, arm, cases_retried > 0 AS retried, moment
    FROM shown
    WHERE list_contains($keys, run_key) AND cases_bad > 0
),
bad AS MATERIALIZED (
    SELECT execution, case_id, case_attempt
    FROM cases
    SEMI JOIN asked USING (execution)
    WHERE outcome IN ('failed', 'error', 'crashed')
),
again AS (
    SELECT DISTINCT bad.execution, bad.case_id, bad.case_attempt
    FROM bad
    SEMI JOIN (FROM asked WHERE retried) AS retrying USING (execution)
    JOIN cases ON
        cases.execution = bad.execution AND cases.case_id = bad.case_id AND cases.case_attempt > bad.case_attempt
),
last AS (
    FROM bad ANTI JOIN again USING (execution, case_id, case_attempt)
),
grouped AS MATERIALIZED (
    SELECT
        repository, config, case_id, count(*) AS times,
        list(DISTINCT arm ORDER BY arm) AS arms,
        list(DISTINCT run_key) AS run_keys,
        min(moment) AS first_seen, max(moment) AS last_seen,
        arg_max({execution: execution, case_attempt: case_attempt}, moment) AS newest
    FROM last
    JOIN asked USING (execution)
    GROUP BY repository, config, case_id
),
picked AS MATERIALIZED (
    SELECT *, newest.execution AS execution, newest.case_attempt AS case_attempt, (SELECT count(*) FROM grouped) AS total
    FROM grouped
    ORDER BY last_seen DESC, times DESC, repository, config, case_id
    LIMIT $limit
),
texts AS (
    SELECT execution, case_id, case_attempt, any_value("case") AS "case", any_value(outcome) AS outcome,
        any_value(message) AS message
    FROM cases
    SEMI JOIN picked USING (execution, case_id, case_attempt)
    WHERE outcome IN ('failed', 'error', 'crashed')
    GROUP BY execution, case_id, case_attempt
)
SELECT
    repository, config, "case", outcome, message, times, arms, run_keys, first_seen, last_seen, total
FROM picked
JOIN texts USING (execution, case_id, case_attempt)
ORDER BY last_seen DESC, times DESC, repository, config, "case";
