-- The executions of the runs $keys that did not simply pass: bad, empty or fallen back; per row and what it came to.
SELECT
    run_key, row_id, config, arm, ran, outcome, count(*) AS times, any_value(exit_code) AS exit_code,
    any_value(error) AS error, any_value(fallback_reason) AS fallback_reason, any_value(fault) AS fault,
    any_value(hardware) AS hardware, median(duration_s) AS duration_s, max(cases_bad) AS bad
FROM shown
WHERE list_contains($keys, run_key) AND (outcome <> 'passed' OR fell_back)
GROUP BY run_key, row_id, config, arm, ran, outcome, fell_back
ORDER BY run_key, list_position(['error', 'failed', 'empty', 'passed'], outcome), row_id
LIMIT $limit;
