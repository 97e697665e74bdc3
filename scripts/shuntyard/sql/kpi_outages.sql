-- Outages of a row: from the start of its first run that ended in an error or tested nothing to the start of its next run
-- that did not, or of the next run of its workflow that no longer had the row. One that is not over lasts until $now.
-- Failed tests are no outage. Always one row, with the number of runs (of rows) that were looked at.
WITH runs AS (
    SELECT
        repository, pipeline, row_id, provider, run_id, attempt,
        min(moment) AS began, bool_or(outcome IN ('error', 'empty')) AS broken
    FROM chosen
    GROUP BY ALL
),
numbered AS (
    SELECT *, count(*) FILTER (NOT broken) OVER (
        PARTITION BY repository, pipeline, row_id ORDER BY began, run_id, attempt
    ) AS good_runs
    FROM runs
),
broken AS (
    SELECT repository, pipeline, row_id, good_runs, min(began) AS began, max(began) AS last_began
    FROM numbered
    WHERE broken
    GROUP BY ALL
),
workflow_runs AS (
    SELECT repository, pipeline, min(began) AS began
    FROM runs
    GROUP BY repository, pipeline, provider, run_id, attempt
),
ends AS (
    SELECT
        broken.began,
        coalesce(
            min(good.began),
            (
                SELECT min(later.began)
                FROM workflow_runs AS later
                WHERE
                    later.repository = broken.repository AND later.pipeline = broken.pipeline
                    AND later.began > broken.last_began
            )
        ) AS ended
    FROM broken
    LEFT JOIN numbered AS good ON
        good.repository = broken.repository AND good.pipeline = broken.pipeline AND good.row_id = broken.row_id
        AND good.good_runs = broken.good_runs + 1 AND NOT good.broken
    GROUP BY broken.repository, broken.pipeline, broken.row_id, broken.began, broken.last_began
)
SELECT
    (SELECT count(*) FROM runs) AS runs,
    coalesce(
        (SELECT list({seconds: epoch(coalesce(ended, greatest($now, began)) - began), over: ended IS NOT NULL}) FROM ends),
        []
    ) AS outages;
