"""The database as a store, on a real MariaDB server: what goes in comes out, once, whatever the server does."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.store import Chosen, StoreDownError, mysql_schema, open_store
from shuntyard.store.append import append
from shuntyard.store.folder import LocalFolder
from shuntyard.store.mysql import MySQLStore
from shuntyard.store.parquet import ParquetStore
from shuntyard.store.tables import RunTables
from tests.scripts.store import victims
from tests.scripts.store.reading import counts, sums
from tests.scripts.store.samples import later, make_cases, make_report, make_run
from tests.scripts.store.servers import MariaDB, mariadb

TABLES = {
    *("shuntyard_schema", "shuntyard_runs", "shuntyard_executions", "shuntyard_cases", "shuntyard_jobs"),
    *("shuntyard_ci_runs", "ci_runs", "ci_tests", "ci_results"),
}


@pytest.fixture
def store(database: MariaDB) -> MySQLStore:
    opened = open_store("mysql")
    assert isinstance(opened, MySQLStore)
    return opened


@pytest.fixture(scope="module")
def own_server() -> Iterator[MariaDB]:
    """A server that may be killed without another test's noticing."""
    with mariadb() as running:
        yield running


def ask(server: MariaDB, question: str) -> list[tuple[object, ...]]:
    with server.root() as connection:
        cursor = connection.cursor()
        cursor.execute(f"USE {os.environ['SHUNTYARD_DB_NAME']}")
        cursor.execute(question)
        return list(cursor.fetchall())


def test_what_goes_in_comes_out_as_from_files(store: MySQLStore, tmp_path: Path) -> None:
    files = ParquetStore(LocalFolder(tmp_path))
    for report in (
        make_report(cases=make_cases(5, "failed")),
        make_report("78", instance="arm"),
        later(make_report(), -40),
    ):
        run = make_run(report)
        assert store.append(run) == files.append(run) == "added"
    assert sums(store) == sums(files)
    assert store.size() > 0


def test_awkward_values_come_out_as_they_went_in(store: MySQLStore, tmp_path: Path) -> None:
    files = ParquetStore(LocalFolder(tmp_path))
    odd = make_cases(8, "failed")
    odd = (
        replace(odd[0], case="test_A", message="é😀\x00'\\\"%s"),
        replace(odd[1], case="test_a", call_s=1 / 3),
        *odd[2:],
    )
    report = make_report(cases=tuple(replace(case, setup_s=1e-300 * index) for index, case in enumerate(odd)))
    rows = tuple(
        replace(row, runs=tuple(replace(each, started_at="2026-11-20T03:18:00.123456+00:00") for each in row.runs))
        for row in report.rows
    )
    run = make_run(replace(report, rows=rows))
    store.append(run)
    files.append(run)
    assert sums(store) == sums(files)


def test_appending_twice_changes_nothing(store: MySQLStore, database: MariaDB) -> None:
    assert [store.append(make_run()) for _ in range(3)] == ["added", "already", "already"]
    assert counts(store) == (1, 4, 12)
    assert ask(database, "SELECT COUNT(*) FROM ci_runs") == [(4,)]
    assert ask(database, "SELECT COUNT(*) FROM ci_results") == [(12,)]
    assert store.append(make_run(make_report(cases=make_cases(3, "failed")))) == "differs"
    assert counts(store) == (1, 4, 12)


def test_choosing(store: MySQLStore) -> None:
    for report in (later(make_report(), -40), make_report(), make_report(pipeline="other")):
        store.append(make_run(report))
    assert counts(store, Chosen(since=datetime(2026, 11, 1)))[0] == 2
    assert counts(store, Chosen(until=datetime(2026, 11, 1))) == (1, 4, 12)
    assert counts(store, Chosen(pipelines=("other",))) == (1, 4, 12)


def test_a_carried_over_execution_counts_once(store: MySQLStore) -> None:
    for attempt in (1, 2):
        store.append(make_run(make_report(attempt=attempt)))
    assert counts(store) == (2, 4, 12)


def test_a_run_of_many_cases_goes_in_batches(store: MySQLStore) -> None:
    cases = make_cases(2500)
    store.append(make_run(make_report(cases=cases, repeats=1)))
    assert counts(store) == (1, 2, 5000)


def test_a_message_that_no_packet_holds_is_cut(store: MySQLStore) -> None:
    (case,) = make_cases(1, "failed")
    store.append(make_run(make_report(cases=(replace(case, message="x" * 20_000_000),), repeats=1)))
    with store.history() as history:
        assert history.select("SELECT DISTINCT length(message) FROM cases")[1] == [(1_000_000,)]


def test_the_schema_is_made_once_and_in_order(
    database: MariaDB, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert list(mysql_schema.migrations()) == [1, 2, 3]
    open_store("mysql").append(make_run())
    assert {row[0] for row in ask(database, "SHOW TABLES")} == TABLES
    assert ask(database, "SELECT version FROM shuntyard_schema ORDER BY version") == [(1,), (2,), (3,)]
    for path in mysql_schema.migrations().values():
        (tmp_path / path.name).write_text(path.read_text())
    (tmp_path / "history_mysql_0004_more.sql").write_text(
        "-- One more column.\nALTER TABLE shuntyard_runs ADD COLUMN IF NOT EXISTS more INT;\n"
    )
    monkeypatch.setattr(mysql_schema, "SQL", tmp_path)
    assert open_store("mysql").append(make_run()) == "already", "what was there stays"
    assert ask(database, "SELECT version FROM shuntyard_schema ORDER BY version") == [(1,), (2,), (3,), (4,)]
    assert ask(database, "SELECT more FROM shuntyard_runs") == [(None,)]


def test_a_newer_schema_is_left_alone(store: MySQLStore, database: MariaDB) -> None:
    store.append(make_run())
    ask(database, "INSERT INTO shuntyard_schema VALUES (99, NOW())")
    with pytest.raises(ShuntyardError, match="schema 99"):
        open_store("mysql").append(make_run())


def test_a_migration_that_was_cut_short_is_finished(store: MySQLStore, database: MariaDB) -> None:
    store.append(make_run())
    ask(database, "DELETE FROM shuntyard_schema WHERE version >= 2")
    ask(database, "DROP TABLE ci_results")
    assert open_store("mysql").append(make_run(make_report("78"))) == "added"
    assert ask(database, "SELECT COUNT(*) FROM ci_results") == [(12,)]


def test_many_at_once_make_one_schema_and_each_run_once(database: MariaDB) -> None:
    done: list[str] = []

    def work(numbers: range) -> None:
        own = open_store("mysql")
        for number in numbers:
            done.extend(
                receipt.result
                for receipt in append([make_run(make_report(str(number)))], own, tries=9, pause=time.sleep)
            )

    threads = [
        threading.Thread(target=work, args=(numbers,)) for numbers in (range(8), range(4, 12), range(8), range(12))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["added"] * 12 + ["already"] * 24
    assert counts(open_store("mysql")) == (12, 48, 144)
    assert ask(database, "SELECT COUNT(*), COUNT(DISTINCT filename, classname, test_name) FROM ci_tests") == [(3, 3)]
    assert ask(database, "SELECT COUNT(*) FROM ci_runs") == [(48,)]


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_restarted_in_the_middle_of_an_append(
    own_server: MariaDB, monkeypatch: pytest.MonkeyPatch, how: signal.Signals
) -> None:
    for name, value in own_server.database().items():
        monkeypatch.setenv(name, value)
    runs = [make_run(make_report(str(number), cases=make_cases(1000), repeats=1)) for number in range(5)]
    open_store("mysql").append(runs[0])
    told: list[str] = []
    for delay in (0.05, 0.2, 0.4, 0.7):
        thread = threading.Thread(target=restart, args=(own_server, delay, how))
        thread.start()
        receipts = append(runs, open_store("mysql"), tries=12, pause=quickly, tell=told.append)
        thread.join()
        assert {receipt.result for receipt in receipts} <= {"added", "already"}
        found = sums(open_store("mysql"))
        assert {key: numbers[:3] for key, numbers in found.items()} == {run.id.key: (1, 2, 2000) for run in runs}
        results = ask(own_server, "SELECT run_id, COUNT(*) FROM ci_results GROUP BY run_id")
        assert len(results) == 10 and {row[1] for row in results} == {1000}
        assert ask(own_server, "SELECT COUNT(*) FROM ci_runs") == [(10,)]
        empty(own_server, runs)
    assert told, "no append was interrupted"


@pytest.mark.slow
def test_a_writer_killed_at_random_moments(database: MariaDB, tmp_path: Path, processes: ForkServerContext) -> None:
    log, chance = tmp_path / "log", random.Random(5)
    env = {name: value for name, value in os.environ.items() if name.startswith("SHUNTYARD_DB_")}
    open_store("mysql").append(victims.run_of(0))
    for number in range(1, 100):  # a busy machine needs more turns until some writers were quicker than their end
        if number > 15 and log.exists() and len(log.read_text().split()) > 3:
            break
        numbers = list(range(10 * number, 10 * number + 10))
        process = processes.Process(target=victims.append_to_database, args=(env, str(log), numbers))
        process.start()
        time.sleep(chance.uniform(0.05, 0.5 + 0.02 * number))  # a busy machine needs longer to begin
        process.kill()
        process.join()
    done = set(log.read_text().split()) if log.exists() else set()
    found = sums(open_store("mysql"))
    assert done <= set(found) and len(done) > 3
    assert {numbers[:3] for numbers in found.values()} == {(1, 4, 4 * victims.CASES)}
    assert ask(database, "SELECT COUNT(*) FROM ci_runs") == [(4 * len(found),)]
    assert ask(database, "SELECT COUNT(*) FROM ci_results") == [(4 * victims.CASES * len(found),)]


def restart(server: MariaDB, delay: float, how: signal.Signals) -> None:
    time.sleep(delay)
    server.stop(how)
    time.sleep(0.3)
    server.start()


def quickly(seconds: float) -> None:
    """As patient as a back-off, but a test's life is short."""
    time.sleep(min(seconds, 0.5))


def empty(server: MariaDB, runs: list[RunTables]) -> None:
    for table in TABLES - {"shuntyard_schema"}:
        ask(server, f"DELETE FROM {table}")


def test_a_server_that_is_down_is_down(database: MariaDB, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNTYARD_DB_PORT", "9")
    with pytest.raises(StoreDownError, match="cannot be reached"):
        open_store("mysql").append(make_run())


@pytest.mark.parametrize(
    "use", [lambda store: store.append(make_run()), lambda store: store.history(), lambda store: store.size()]
)
def test_a_wrong_password_is_told_without_any_of_it(
    database: MariaDB, monkeypatch: pytest.MonkeyPatch, use: Callable[[MySQLStore], object]
) -> None:
    monkeypatch.setenv("SHUNTYARD_DB_PASSWORD", "tops3cret")
    with pytest.raises(ShuntyardError, match="refuses: Access denied") as caught:
        use(open_store("mysql"))  # type: ignore[arg-type]
    told = f"{caught.value} {caught.value.hint} {caught.value.__cause__} {caught.value.__suppress_context__}"
    assert "tops3cret" not in told and not isinstance(caught.value, StoreDownError)
    assert caught.value.__suppress_context__, "a traceback would show the driver's arguments"


def test_the_store_never_shows_its_login(store: MySQLStore) -> None:
    password = os.environ["SHUNTYARD_DB_PASSWORD"]
    assert password not in f"{store.where} {store!r} {vars(store)}"
    assert store.where == f"mysql ({os.environ['SHUNTYARD_DB_NAME']} at 127.0.0.1:{os.environ['SHUNTYARD_DB_PORT']})"


def test_questions_are_only_questions_here_too(store: MySQLStore) -> None:
    store.append(make_run())
    with store.history() as history, pytest.raises(ShuntyardError):
        history.select("DELETE FROM stored")
