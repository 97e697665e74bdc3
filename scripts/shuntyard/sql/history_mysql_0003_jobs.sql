-- What the CI provider knows of a run's jobs; the key is that of the list, not of the run.
CREATE TABLE IF NOT EXISTS shuntyard_jobs (
    `run_key` CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `provider` MEDIUMTEXT,
    `repository` MEDIUMTEXT,
    `pipeline` MEDIUMTEXT,
    `instance` MEDIUMTEXT,
    `run_id` MEDIUMTEXT,
    `attempt` INT,
    `sha` MEDIUMTEXT,
    `run_started_at` DATETIME(6) NOT NULL,
    `job` MEDIUMTEXT,
    `runner` MEDIUMTEXT,
    `created_at` DATETIME(6),
    `started_at` DATETIME(6),
    `completed_at` DATETIME(6),
    `setup_s` DOUBLE,
    `test_s` DOUBLE,
    `position` INT NOT NULL,
    `digest` MEDIUMTEXT,
    PRIMARY KEY (run_key, position),
    KEY shuntyard_jobs_started (run_started_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
