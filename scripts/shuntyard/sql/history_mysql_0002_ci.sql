-- What the dashboards of JAX on ROCm read. Tables that are there already stay as they are: a team's own may have other
-- lengths and no unique keys, and the writer gets along with that.
CREATE TABLE IF NOT EXISTS ci_runs (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    created_at DATETIME NOT NULL,
    commit_sha VARCHAR(64),
    runner_label VARCHAR(255),
    ubuntu_version VARCHAR(32),
    rocm_version VARCHAR(32),
    build_num VARCHAR(64),
    github_run_id BIGINT,
    run_tag VARCHAR(255),
    logs_path VARCHAR(500),
    KEY ci_runs_created (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS ci_tests (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    filename VARCHAR(100) NOT NULL,
    classname VARCHAR(100) NOT NULL,
    test_name VARCHAR(500) NOT NULL,
    UNIQUE KEY ci_tests_name (filename, classname, test_name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS ci_results (
    run_id BIGINT NOT NULL,
    test_id BIGINT NOT NULL,
    outcome VARCHAR(32) NOT NULL,
    duration DOUBLE,
    longrepr TEXT,
    message TEXT,
    skip_label VARCHAR(100),
    PRIMARY KEY (run_id, test_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Which row of ci_runs a repetition of a matrix row became, so that appending it again finds it.
CREATE TABLE IF NOT EXISTS shuntyard_ci_runs (
    run_key CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    row_hash BIGINT NOT NULL,
    repetition INT NOT NULL,
    ci_run_id BIGINT NOT NULL,
    PRIMARY KEY (run_key, row_hash, repetition)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
