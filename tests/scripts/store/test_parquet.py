"""The default store, in a folder and in a bucket: idempotent, filtered, and robust against what lies around in it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from shuntyard.columns import CASES, EXECUTIONS, JOBS
from shuntyard.errors import ShuntyardError
from shuntyard.store import Chosen, open_store
from shuntyard.store.arrow import META
from shuntyard.store.folder import LocalFolder
from shuntyard.store.layout import CASE_COLUMNS, EXECUTION_COLUMNS, RUNS
from shuntyard.store.parquet import ParquetStore
from tests.scripts.store.reading import counts, sums
from tests.scripts.store.samples import later, make_cases, make_report, make_run, spoil


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ParquetStore:
    where = str(tmp_path / "history") if request.param == "local" else request.getfixturevalue("bucket")
    opened = open_store(where)
    assert isinstance(opened, ParquetStore)
    return opened


@pytest.fixture
def local(tmp_path: Path) -> ParquetStore:
    return ParquetStore(LocalFolder(tmp_path / "history"))


def only_file(store: ParquetStore) -> Path:
    (path,) = store.folder.fetch([entry.path for entry in store.folder.entries()])
    return path


def test_nothing_was_appended_yet(store: ParquetStore) -> None:
    assert counts(store) == (0, 0, 0) and store.size() == 0


def test_appending_twice_changes_nothing(store: ParquetStore) -> None:
    run = make_run()
    assert store.append(run) == "added"
    before = store.folder.entries()
    assert store.append(make_run(replace(make_report(), generated_at="2027-05-05T00:00:00Z"))) == "already"
    assert store.folder.entries() == before
    assert counts(store) == (1, 4, 12)


def test_other_results_of_the_same_run_are_told_and_not_taken(store: ParquetStore) -> None:
    store.append(make_run())
    before = sums(store)
    assert store.append(make_run(make_report(cases=make_cases(3, "failed")))) == "differs"
    assert sums(store) == before


def test_a_re_run_is_its_own_file(store: ParquetStore) -> None:
    assert [store.append(make_run(make_report(attempt=attempt))) for attempt in (1, 2)] == ["added", "added"]
    assert len(store.folder.entries()) == 2


def test_the_relations_have_the_declared_columns(local: ParquetStore) -> None:
    local.append(make_run())
    expected = {
        "runs": RUNS,
        "executions": EXECUTIONS,
        "cases": CASES,
        "jobs": JOBS,
        "execution_details": EXECUTION_COLUMNS,
        "case_details": CASE_COLUMNS,
    }
    with local.history() as history:
        for relation, columns in expected.items():
            described = history.connection.table(relation)
            found = dict(zip(described.columns, map(str, described.types), strict=True))
            assert found == columns, relation
            assert relation in ("cases", "case_details") or list(found) == list(columns), relation


def test_choosing_by_time_and_pipeline(store: ParquetStore) -> None:
    september, october = later(make_report(), -70), later(make_report(), -40)
    for report in (september, october, make_report(), make_report(pipeline="other")):
        store.append(make_run(report))
    assert counts(store) == (4, 16, 48)
    start = make_run(october).started_at
    assert counts(store, Chosen(since=start))[0] == 3
    assert counts(store, Chosen(until=start))[0] == 1
    assert counts(store, Chosen(since=start, until=datetime(2026, 11, 1)))[0] == 1
    assert counts(store, Chosen(pipelines=("other",))) == (1, 4, 12)
    assert counts(store, Chosen(pipelines=("other", "python-runner-ab"), until=datetime(2020, 1, 1))) == (0, 0, 0)


def test_only_chosen_months_are_opened(local: ParquetStore) -> None:
    local.append(make_run(later(make_report(), -70)))
    only_file(local).write_bytes(b"unreadable")
    local.append(make_run())
    with local.history(Chosen(since=datetime(2026, 11, 1))) as history:
        assert history.problems == ()


def test_a_carried_over_execution_counts_once(store: ParquetStore) -> None:
    """A re-run of failed jobs reports again what the first attempt had finished."""
    first = make_report(cases=make_cases(3, "failed"))
    shell, python = first.rows
    again = tuple(replace(run, started_at="2026-11-20T05:00:00+00:00", cases=make_cases()) for run in python.runs)
    second = replace(first, rows=(shell, replace(python, runs=again)), run=replace(first.run, attempt=2))
    store.append(make_run(first))
    store.append(make_run(second))
    with store.history() as history:
        rows = history.connection.execute(
            "SELECT row_id, attempt, count(*), sum(cases_bad) FROM executions GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        cases = history.connection.execute(
            "SELECT attempt, count(*), count(*) FILTER (outcome = 'failed') FROM cases GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    assert rows == [("docs_test.python", 1, 2, 2), ("docs_test.python", 2, 2, 0), ("docs_test.shell", 1, 2, 2)]
    assert cases == [(1, 12, 4), (2, 6, 0)]


def test_results_that_are_missing_in_each_attempt_are_missing_in_each(local: ParquetStore) -> None:
    for attempt in (1, 2):
        report = make_report(attempt=attempt, repeats=1)
        lost = tuple(
            replace(
                row,
                runs=tuple(replace(run, started_at="", fault="missing", outcome="error", cases=()) for run in row.runs),
            )
            for row in report.rows
        )
        local.append(make_run(replace(report, rows=lost)))
    assert counts(local) == (2, 4, 0)


def test_foreign_and_temporary_files_are_ignored(local: ParquetStore, tmp_path: Path) -> None:
    local.append(make_run())
    month = only_file(local).parent
    for name in (".tmp-1-abc", "notes.txt", "run-v1-other.parquet", "run-v1-x.parquet.part"):
        (month / name).write_bytes(b"something")
    (tmp_path / "history" / "README.md").write_text("what is this?")
    with local.history() as history:
        assert history.problems == ()
        assert history.connection.execute("SELECT count(*) FROM runs").fetchall() == [(1,)]


@pytest.mark.parametrize("damage", ["truncated", "empty", "text", "zeros", "footer"])
def test_a_damaged_file_is_told_and_the_rest_is_read(local: ParquetStore, damage: str) -> None:
    local.append(make_run())
    path = only_file(local)
    content = path.read_bytes()
    local.append(make_run(make_report("78")))
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    replaced = {
        "truncated": content[: len(content) // 2],
        "empty": b"",
        "text": b"PAR1 but not really, only some text",
        "zeros": bytes(len(content)),
        "footer": content[:footer] + bytes(64) + content[footer + 64 :],
    }
    path.write_bytes(replaced[damage])
    with local.history() as history:
        assert history.run(lambda connection: connection.execute("SELECT count(*) FROM runs").fetchall()) == [(1,)]
        (problem,) = history.problems
        assert problem.file.endswith(path.name) and "append its run again" in problem.hint


def test_a_flipped_bit_is_found_by_verifying(local: ParquetStore) -> None:
    local.append(make_run(make_report(cases=make_cases(3000))))
    path = only_file(local)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    local.append(make_run(make_report("78")))
    path.write_bytes(content)
    assert local.verify() and not local.verify(), "known damage is no news"
    with local.history() as history:
        assert [problem.file.endswith(path.name) for problem in history.problems] == [True]
        assert history.connection.execute("SELECT count(*) FROM runs").fetchall() == [(1,)]


def test_damage_that_a_query_meets_is_left_out_and_the_query_repeated(local: ParquetStore) -> None:
    local.append(make_run(make_report(cases=make_cases(3000))))
    path = only_file(local)
    local.append(make_run(make_report("78")))
    spoil(path)
    with local.history() as history:
        names = history.run(lambda connection: connection.execute('SELECT DISTINCT "case" FROM cases').fetchall())
        assert len(names) == 3 and len(history.problems) == 1


def test_a_wrong_query_is_the_callers_fault(local: ParquetStore) -> None:
    local.append(make_run())
    with local.history() as history, pytest.raises(duckdb.Error, match="nowhere"):
        history.run(lambda connection: connection.execute("SELECT * FROM nowhere"))


def test_appending_a_damaged_run_again_makes_it_whole(local: ParquetStore) -> None:
    local.append(make_run())
    before = sums(local)
    only_file(local).write_bytes(b"")
    assert sums(local) == {}
    assert local.append(make_run()) == "added"
    assert sums(local) == before and local.append(make_run()) == "already"


def test_files_of_a_newer_version_are_told_and_left_alone(local: ParquetStore) -> None:
    local.append(make_run())
    path = only_file(local)
    local.append(make_run(make_report("78")))
    path.rename(path.with_name(path.name.replace("run-v2-", "run-v3-")))
    with local.history() as history:
        assert "newer version" in history.problems[0].message
        assert history.connection.execute("SELECT count(*) FROM runs").fetchall() == [(1,)]


def test_files_of_an_older_version_are_read(local: ParquetStore) -> None:
    """An older file lacks the columns that came later: they read as unknown."""
    local.append(make_run())
    path = only_file(local)
    old = pq.read_table(path).drop_columns(["hardware", "case_id", "cases_retried", "generated_at", "hw_simulated"])
    old = old.replace_schema_metadata({META: json.dumps({"schema": 0, "run": "x"})})
    path.unlink()
    pq.write_table(old, path.with_name(path.name.replace("run-v2-", "run-v1-")))
    local.append(make_run(make_report("78")))
    assert counts(local) == (2, 8, 24)
    with local.history() as history:
        rows = history.connection.execute(
            "SELECT DISTINCT run_id, hardware, cases_retried, hw_simulated FROM executions ORDER BY run_id"
        ).fetchall()
        assert rows == [("77", "", 0, False), ("78", "gpu amd gpu_rocm rocm x8", 0, False)]
        assert history.connection.execute("SELECT generated_at FROM runs ORDER BY run_id").fetchall()[0] == (None,)


def test_a_question_can_only_be_a_question(local: ParquetStore, tmp_path: Path) -> None:
    local.append(make_run())
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    refused = [
        "DROP VIEW runs",
        "SELECT 1; SELECT 2",
        f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
        "SET enable_external_access = true",
        "this is no SQL",
        f"SELECT * FROM '{secret}'",
        f"SELECT * FROM read_text('{secret}')",
        "SELECT * FROM query('DROP VIEW runs')",
    ]
    for question in refused:
        with local.history() as history, pytest.raises(ShuntyardError):
            history.select(question)
    with local.history() as history:
        assert history.select("SELECT count(*) AS n FROM cases") == (["n"], [(12,)])
        assert history.select("FROM runs")[1], "a second one on the same history"


def test_credentials_in_an_address_are_refused() -> None:
    for where in ("s3://key:secret@bucket/history", "mysql://root:secret@db/x", "mariadb+pymysql://db"):
        with pytest.raises(ShuntyardError, match="never carries credentials") as caught:
            open_store(where)
        assert "secret" not in str(caught.value) + caught.value.hint


def test_an_unknown_protocol_says_what_to_do() -> None:
    with pytest.raises(ShuntyardError, match="cannot be opened"):
        open_store("nosuch://bucket/history")
