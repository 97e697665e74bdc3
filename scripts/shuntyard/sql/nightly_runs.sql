-- Every run of $pipelines from $since on, the oldest first; those without any execution too: they are the worst nights.
SELECT
    run_key, repository, pipeline, instance, run_id, attempt, sha, url, verdict, headline, run_started_at AS began,
    other_jobs
FROM runs
WHERE
    list_contains($pipelines, pipeline)
    AND run_started_at >= $since
    AND ($repository = '' OR repository = $repository)
ORDER BY run_started_at, run_id, instance, attempt, run_key;
