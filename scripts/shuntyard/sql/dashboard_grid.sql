-- What ran on which kind of hardware: every configuration's executions there, and how its newest run there ended (its worst
-- execution counts). `simulated` says that a device was software.
WITH known AS (
    SELECT
        repository, config, hardware, run_key, moment, outcome, hw_class, hw_simulated,
        list_position(['passed', 'empty', 'failed', 'error'], outcome) AS badness
    FROM shown
),
runs AS (
    SELECT
        repository, config, hardware,
        any_value(hw_class) AS hw_class, bool_or(hw_simulated) AS simulated, max(moment) AS moment,
        arg_max(outcome, badness) AS outcome, count(*) AS executions, count(*) FILTER (outcome = 'passed') AS passed,
        count(*) FILTER (outcome = 'failed') AS failed, count(*) FILTER (outcome = 'error') AS error,
        count(*) FILTER (outcome = 'empty') AS empty
    FROM known
    GROUP BY repository, config, hardware, run_key
)
SELECT
    repository, config, hardware, any_value(hw_class) AS hw_class, bool_or(simulated) AS simulated,
    sum(executions)::BIGINT AS executions, sum(passed)::BIGINT AS passed, sum(failed)::BIGINT AS failed,
    sum(error)::BIGINT AS error, sum(empty)::BIGINT AS empty,
    arg_max(outcome, moment) AS last_outcome, max(moment) AS last_moment
FROM runs
GROUP BY repository, config, hardware
ORDER BY repository, config, hardware;
