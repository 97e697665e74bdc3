"""Out to a file and back in: exactly what was there, or nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.store.export import FORMATS, export
from shuntyard.store.folder import LocalFolder
from shuntyard.store.incoming import bring_in
from shuntyard.store.parquet import ParquetStore
from tests.scripts.store.reading import counts, sums
from tests.scripts.store.samples import later, make_cases, make_report, make_run


@pytest.fixture
def store(tmp_path: Path) -> ParquetStore:
    """Runs of two months, in two attempts, with values that text formats get wrong."""
    filled = ParquetStore(LocalFolder(tmp_path / "history"))
    odd = [
        replace(case, setup_s=1 / 3 * 10**-index, call_s=1e-300 * index)
        for index, case in enumerate(make_cases(6, "failed"))
    ]
    odd[2] = replace(odd[2], case="é😀\u2028\"'\\\n\t\x00, NULL", message="null\x01\r\n{}")
    odd[3] = replace(odd[3], metrics={"é": 0.1, "": -0.0}, call_s=123456789.123456789)
    report = make_report(cases=tuple(odd))
    exact = tuple(
        replace(
            row, runs=tuple(replace(run, started_at="2026-11-20T03:18:00.123457Z", exit_code=-9) for run in row.runs)
        )
        for row in report.rows
    )
    none = replace(report, rows=(), pipeline="none")
    other = replace(report, rows=exact, instance="x")
    for each in (report, other, later(report, -40), make_report(attempt=2), none):
        assert filled.append(make_run(each)) == "added"
    return filled


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_round_trip_is_exact(store: ParquetStore, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / "out" / f"history{suffix}"
    with store.history() as history:
        rows = export(history, file)
    assert rows == sum(sum(numbers[:3]) for numbers in sums(store).values())
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    other = ParquetStore(LocalFolder(tmp_path / "other"))
    assert bring_in(file, other) == {"added": 5}
    assert sums(other) == sums(store)
    assert [entry.path for entry in other.folder.entries()] == [entry.path for entry in store.folder.entries()]
    assert bring_in(file, other) == {"already": 5}


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_empty_history_goes_out_and_comes_in(tmp_path: Path, suffix: str) -> None:
    empty, file = ParquetStore(LocalFolder(tmp_path / "empty")), tmp_path / f"x{suffix}"
    with empty.history() as history:
        assert export(history, file) == 0
    assert not bring_in(file, empty)


def test_the_database_file_has_the_relations(store: ParquetStore, tmp_path: Path) -> None:
    file = tmp_path / "history.duckdb"
    with store.history() as history:
        export(history, file)
    with duckdb.connect(str(file), read_only=True) as connection:
        for relation in ("runs", "executions", "cases", "execution_details", "case_details", "jobs"):
            assert connection.execute(f"SELECT count(*) >= 0 FROM {relation}").fetchall() == [(True,)]
        assert connection.execute("SELECT count(*) FROM runs").fetchall() == [(5,)]


def test_an_export_takes_the_place_of_an_older_one(store: ParquetStore, tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    file.write_text("something older")
    with store.history() as history:
        export(history, file)
    assert file.read_text(encoding="utf-8").startswith('{"record":"run"')


def test_a_run_that_differs_is_told_and_stays(store: ParquetStore, tmp_path: Path) -> None:
    file = tmp_path / "history.parquet"
    with store.history() as history:
        export(history, file)
    other = ParquetStore(LocalFolder(tmp_path / "other"))
    other.append(make_run())
    before = counts(other)
    assert bring_in(file, other) == {"added": 4, "differs": 1}
    assert before == (1, 4, 12)


def test_other_suffixes_are_refused(store: ParquetStore, tmp_path: Path) -> None:
    with store.history() as history, pytest.raises(ShuntyardError, match="no known format"):
        export(history, tmp_path / "history.csv")
    with pytest.raises(ShuntyardError, match="no file"):
        bring_in(tmp_path / "nowhere.jsonl", store)


def lines(store: ParquetStore, path: Path) -> list[dict[str, object]]:
    with store.history() as history:
        export(history, path)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: rows[:0] + rows[1:], "no row of its own"),
        (lambda rows: rows + rows[:1], "no row of its own"),
        (lambda rows: [rows[0], *rows[2:]], "no execution"),
        (lambda rows: [*rows, rows[1]], "two executions"),
        (lambda rows: [{**row, "repository": "evil/x"} for row in rows], "does not belong"),
        (lambda rows: [*rows[:-1], {**rows[-1], "attempt": 2}], "another run"),
        (lambda rows: [*rows, {}], "neither|no row"),
        (lambda rows: [*rows[:-1], {**rows[-1], "record": "visit"}], "neither"),
        (lambda rows: [*rows[:-1], {**rows[-1], "outcome": None}], "outcome"),
        (lambda rows: [*rows[:-1], {**rows[-1], "call_s": "soon"}], "cannot be read"),
    ],
)
def test_a_file_that_does_not_fit_together_adds_nothing(tmp_path: Path, change: object, says: str) -> None:
    source = ParquetStore(LocalFolder(tmp_path / "source"))
    source.append(make_run())
    file = tmp_path / "history.jsonl"
    changed = change(lines(source, file))  # type: ignore[operator]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in changed), encoding="utf-8")
    target = ParquetStore(LocalFolder(tmp_path / "target"))
    with pytest.raises(ShuntyardError, match=says):
        bring_in(file, target)
    assert target.folder.entries() == []


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"PAR1" * 9, b'{"record": '])
def test_what_is_no_such_file_is_refused(tmp_path: Path, suffix: str, content: bytes) -> None:
    file = tmp_path / f"x{suffix}"
    file.write_bytes(content)
    with pytest.raises(ShuntyardError, match=r"cannot be read|no history"):
        bring_in(file, ParquetStore(LocalFolder(tmp_path / "target")))
