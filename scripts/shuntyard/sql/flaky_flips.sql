-- Cases that flipped: bad in one execution and good in another of the same place, that is row, commit and hardware; and how
-- many trials could have shown it. Of ten million cases few are looked at, and the texts of their names only at the end:
-- reading that column takes three times as long as all the rest. MATERIALIZED keeps DuckDB's joins out of the
-- two passes over all cases, and lets the second skip rows by `case_id`.
WITH grouped AS (
    SELECT
        execution, repository, config, sha, hardware, moment, shard_index, cases_retried > 0 AS retried,
        hash(repository, pipeline, row_id, ran, sha, hardware, hw_driver) AS place
    FROM chosen
    WHERE outcome IN ('passed', 'failed')
),
-- A case is in one shard, so a place ran it at most as often as it ran its commonest shard.
sizes AS (
    SELECT place, max(executions) AS executions, bool_or(retried) AS retried
    FROM (SELECT place, count(*) AS executions, bool_or(retried) AS retried FROM grouped GROUP BY place, shard_index)
    GROUP BY place
),
-- In these configurations bad cases are tried again, so that even a single execution can show a flip.
retrying AS (
    SELECT DISTINCT repository, config FROM grouped WHERE retried
),
bad_cases AS MATERIALIZED (
    SELECT execution, case_id FROM cases WHERE outcome IN ('failed', 'error', 'crashed')
),
bad AS (
    SELECT place, case_id, count(DISTINCT execution) AS executions
    FROM bad_cases
    JOIN grouped USING (execution)
    GROUP BY ALL
),
-- Where a case was bad every time, nothing flipped, and it takes no look at the cases to know.
suspects AS MATERIALIZED (
    SELECT DISTINCT case_id
    FROM bad
    JOIN sizes USING (place)
    WHERE bad.executions < sizes.executions OR sizes.retried
),
tried AS MATERIALIZED (
    SELECT execution, case_id, outcome FROM cases SEMI JOIN suspects USING (case_id)
),
-- Several attempts in one execution are one trial: bad if one was, good if one was. Skipped cases were not tried.
trials AS (
    SELECT
        execution,
        case_id,
        bool_or(outcome IN ('failed', 'error', 'crashed')) AS bad,
        bool_or(outcome NOT IN ('failed', 'error', 'crashed')) AS good
    FROM tried
    WHERE outcome <> 'skipped'
    GROUP BY execution, case_id
),
judged AS (
    SELECT
        repository, config, sha, hardware, place, case_id,
        count(*) AS trials, count(*) FILTER (bad) AS bad, bool_or(good) AS good,
        max(moment) FILTER (bad) AS last_seen, max(moment) AS last_moment,
        arg_max(execution, moment) AS newest
    FROM trials
    JOIN grouped USING (execution)
    GROUP BY repository, config, sha, hardware, place, case_id
),
flipped AS MATERIALIZED (
    SELECT
        repository,
        config,
        case_id,
        sum(bad)::BIGINT AS flips,
        sum(trials)::BIGINT AS trials,
        count(DISTINCT sha) FILTER (bad > 0) AS commits,
        list(DISTINCT hardware ORDER BY hardware) FILTER (bad > 0) AS hardware,
        max(last_seen) AS last_seen,
        arg_max(newest, last_moment) AS newest
    FROM judged
    LEFT JOIN retrying USING (repository, config)
    WHERE good AND (trials > 1 OR retrying.config IS NOT NULL)
    GROUP BY repository, config, case_id
    HAVING sum(bad) > 0
),
newest AS MATERIALIZED (
    SELECT DISTINCT newest AS execution FROM flipped
),
named AS (
    SELECT DISTINCT case_id, "case" FROM cases SEMI JOIN newest USING (execution)
)
SELECT repository, config, "case", flips, trials, commits, hardware, last_seen
FROM flipped
JOIN named USING (case_id)
ORDER BY repository, config, "case";
