-- How many different tests ran. A test is a case's name: the same one in two configurations is one test.
SELECT count(DISTINCT case_id) AS tests
FROM (FROM cases WHERE outcome <> 'skipped')
SEMI JOIN chosen USING (execution);
