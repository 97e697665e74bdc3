"""The tables of older dashboards, made by us or by somebody before us."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from shuntyard.result import CaseResult
from shuntyard.store import open_store
from shuntyard.store.mysql_ci import split_name
from tests.scripts.store.samples import make_cases, make_report, make_run
from tests.scripts.store.servers import MariaDB

# As a team has had them for years: short columns, a collation that takes A for a, no unique key.
OLD = (
    "CREATE TABLE ci_runs (id INT AUTO_INCREMENT PRIMARY KEY, created_at DATETIME, commit_sha VARCHAR(6),"
    " runner_label VARCHAR(10), rocm_version VARCHAR(8), github_run_id BIGINT, run_tag VARCHAR(20), logs_path TEXT)",
    "CREATE TABLE ci_tests (id INT AUTO_INCREMENT PRIMARY KEY, filename VARCHAR(12), classname VARCHAR(12),"
    " test_name VARCHAR(16)) COLLATE utf8mb4_general_ci",
    "CREATE TABLE ci_results (run_id INT, test_id INT, outcome VARCHAR(10), duration FLOAT, longrepr VARCHAR(20),"
    " message VARCHAR(20), skip_label VARCHAR(30), UNIQUE KEY (run_id, test_id))",
)


def ask(server: MariaDB, question: str) -> list[tuple[object, ...]]:
    with server.root() as connection:
        cursor = connection.cursor()
        cursor.execute(f"USE {os.environ['SHUNTYARD_DB_NAME']}")
        cursor.execute(question)
        return list(cursor.fetchall())


@pytest.mark.parametrize(
    ("case", "parts"),
    [
        ("tests/a_test.py::ATest::test_b", ("tests/a_test.py", "ATest", "test_b")),
        ("tests/a_test.py::test_b", ("tests/a_test.py", "", "test_b")),
        ("a.py::A::B::test_c[x::y]", ("a.py", "A::B", "test_c[x::y]")),
        ("//jax/tests:pmap_test", ("//jax/tests:pmap_test", "", "")),
        ("", ("", "", "")),
    ],
)
def test_names_in_three_parts(case: str, parts: tuple[str, str, str]) -> None:
    assert split_name(case) == parts


def test_the_tables_say_what_dashboards_show(database: MariaDB) -> None:
    cases = (
        CaseResult(case="a_test.py::A::test_one", outcome="failed", call_s=1.0, message="first", attempt=1),
        CaseResult(case="a_test.py::A::test_one", outcome="passed", call_s=2.0, attempt=2),
        CaseResult(case="a_test.py::A::test_two", outcome="skipped", message="Not supported\non ROCm"),
        CaseResult(case="a_test.py::A::test_three", outcome="crashed", message="was  running\nwhen it died"),
    )
    open_store("mysql").append(make_run(make_report("4242", cases=cases, repeats=1)))
    runs = ask(
        database,
        "SELECT commit_sha, runner_label, rocm_version, build_num, github_run_id, run_tag, logs_path FROM ci_runs",
    )
    assert runs == [
        ("c0ffee", "gpu amd gpu_rocm rocm x8", "7.2.0", "1", 4242, f"python-runner-ab:docs_test.{arm}", "https://x")
        for arm in ("shell", "python")
    ]
    rows = ask(
        database,
        "SELECT test_name, outcome, duration, longrepr, message, skip_label FROM ci_results"
        " JOIN ci_tests ON test_id = ci_tests.id WHERE run_id = 1 ORDER BY test_name",
    )
    assert rows == [
        ("test_one", "passed", 2.0, None, None, None),
        ("test_three", "failed", 0.0, "was  running\nwhen it died", "was running when it died", None),
        ("test_two", "skipped", 0.0, "Not supported\non ROCm", None, "Not Supported on ROCm"),
    ]


def test_the_shards_of_a_row_are_one_run_and_its_repetitions_are_not(database: MariaDB) -> None:
    report = make_report(repeats=1)
    (row, _) = report.rows
    parts = tuple(
        replace(
            row.runs[0],
            shard_index=index,
            shard_of=2,
            repetition=repetition,
            cases=make_cases(2, prefix=f"s{index}.py::T"),
        )
        for repetition in (1, 2)
        for index in (1, 2)
    )
    open_store("mysql").append(make_run(replace(report, rows=(replace(row, runs=parts),))))
    assert ask(database, "SELECT run_id, COUNT(*) FROM ci_results GROUP BY run_id ORDER BY run_id") == [(1, 4), (2, 4)]


def test_tests_are_shared_by_runs(database: MariaDB) -> None:
    store = open_store("mysql")
    for number in ("1", "2"):
        store.append(make_run(make_report(number)))
    assert ask(database, "SELECT COUNT(*) FROM ci_tests") == [(3,)]
    assert ask(database, "SELECT COUNT(*) FROM ci_results") == [(24,)]


@pytest.mark.parametrize("unique", [False, True])
def test_tables_that_a_team_has_are_used_as_they_are(database: MariaDB, unique: bool) -> None:
    for statement in OLD:
        ask(database, statement)
    twice = "('a.py', 'T', 'test_0')"
    if unique:
        ask(database, "ALTER TABLE ci_tests ADD UNIQUE KEY (filename, classname, test_name)")
        twice = "('b.py', 'T', 'test_0')"
    ask(database, f"INSERT INTO ci_tests (filename, classname, test_name) VALUES ('a.py', 'T', 'test_0'), {twice}")
    cases = (
        *make_cases(1, prefix="a.py::T"),
        CaseResult(case="a.py::T::TEST_0", outcome="failed", message="m" * 100),
        CaseResult(case="a.py::T::test_with_a_long_name_one", outcome="passed"),
        CaseResult(case="a.py::T::test_with_a_long_name_two", outcome="skipped", message="too slow, said somebody"),
    )
    store = open_store("mysql")
    for number in ("1", "2"):
        assert store.append(make_run(make_report(number, cases=cases, repeats=1))) == "added"
    assert ask(database, "SELECT DISTINCT commit_sha, LENGTH(runner_label), LENGTH(run_tag) FROM ci_runs") == [
        ("c0ffee", 10, 20)
    ]
    names = [str(row[0]) for row in ask(database, "SELECT test_name FROM ci_tests WHERE LENGTH(test_name) = 16")]
    assert len(set(names)) == 2, "two long names stay two"
    results = ask(database, "SELECT run_id, COUNT(*) FROM ci_results GROUP BY run_id")
    assert {count for _, count in results} == {3 if unique else 4}, "a unique key takes test_0 and TEST_0 for one test"
    assert ask(database, "SELECT COUNT(*) FROM ci_tests") == [(4 if unique else 5,)]


def test_without_the_tables_nobody_writes_them(database: MariaDB, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNTYARD_DB_CI_TABLES", "off")
    assert open_store("mysql").append(make_run()) == "added"
    assert ask(database, "SELECT COUNT(*) FROM ci_runs") == [(0,)]
