-- The chosen executions with what only a dashboard shows of them: read once for the grid, the newest runs and what failed there.
CREATE OR REPLACE TEMP TABLE shown AS
SELECT
    chosen.*, run_key, exit_code, error, fault, hw_class, hw_simulated,
    fallback_reason <> '' OR (arm <> '' AND ran NOT IN ('', arm)) AS fell_back
FROM chosen
JOIN (SELECT execution, run_key, exit_code, error, fault, hw_class, hw_simulated FROM execution_details)
    USING (execution);
