-- The names of some cases.
WITH asked AS MATERIALIZED (
    SELECT unnest($ids::BIGINT[]) AS case_id
)
SELECT DISTINCT case_id, "case"
FROM cases
SEMI JOIN asked USING (case_id)
SEMI JOIN chosen USING (execution);
