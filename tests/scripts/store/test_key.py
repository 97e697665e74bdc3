"""Names of runs: hostile keys stay in their folder, and no two meet."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shuntyard.errors import ShuntyardError
from shuntyard.store.key import SCHEMA, Name, RunId, month_of, parse_name, run_name

TEXT = st.text(max_size=20) | st.sampled_from(
    ["../..", "/etc/passwd", "a/../b", "\x00", "..\\..", "CON", "é" * 300, "\ud800"]
)
IDS = st.builds(
    RunId,
    provider=TEXT,
    repository=TEXT,
    pipeline=TEXT,
    instance=TEXT,
    run_id=TEXT,
    attempt=st.integers(1, 2**31 - 1),
)
NOVEMBER = datetime(2026, 11, 20)


@given(IDS)
@example(RunId(provider="", repository="", pipeline="../../x", instance="/", run_id="\n", attempt=1))
def test_a_hostile_key_makes_a_plain_name_in_its_month(run: RunId) -> None:
    path = PurePosixPath(run_name(run, NOVEMBER).path)
    assert path.parts[0] == "month=2026-11" and len(path.parts) == 2
    assert re.fullmatch(r"run-v2-[A-Za-z0-9._-]+\.parquet", path.name) and len(path.name) < 160


@given(IDS, IDS)
def test_two_runs_never_share_a_name(one: RunId, other: RunId) -> None:
    assert (one == other) == (run_name(one, NOVEMBER) == run_name(other, NOVEMBER))


def test_parts_do_not_run_into_each_other() -> None:
    bare = RunId(provider="g", repository="o/r", pipeline="a", instance="b-c", run_id="7", attempt=1)
    other = RunId(provider="g", repository="o/r", pipeline="a-b", instance="c", run_id="7", attempt=1)
    assert bare.stem != other.stem
    assert bare.stem.rsplit("-", 1)[0] == other.stem.rsplit("-", 1)[0]


@given(IDS)
def test_a_name_reads_back(run: RunId) -> None:
    name = run_name(run, NOVEMBER)
    assert parse_name(name.path) == name
    assert (name.stem, name.attempt, name.schema) == (run.stem, run.attempt, SCHEMA)


def test_a_merged_month_reads_back() -> None:
    name = Name(month="2026-11", schema=1, generation=12)
    assert name.path == "month=2026-11/all-v1-000012.parquet"
    assert parse_name(name.path) == name


@pytest.mark.parametrize(
    "path",
    [
        "month=2026-11/.tmp-1-abc",
        "month=2026-11/run-v1-x-a1-0123.parquet",
        "month=2026-11/run-v1-x-a1-0123456789abcdef0123456789abcdef.parquet.part",
        "month=2026-11/deeper/all-v1-000001.parquet",
        "all-v1-000001.parquet",
        "month=november/all-v1-000001.parquet",
        "notes.txt",
    ],
)
def test_foreign_and_temporary_files_are_none(path: str) -> None:
    assert parse_name(path) is None


@pytest.mark.parametrize("attempt", [0, -1, 2**31])
def test_an_attempt_that_nobody_counts_to_is_refused(attempt: int) -> None:
    run = RunId(provider="", repository="", pipeline="p", instance="", run_id="1", attempt=attempt)
    with pytest.raises(ShuntyardError, match="attempt"):
        run_name(run, NOVEMBER)


def test_months_sort_as_text() -> None:
    assert (
        month_of(datetime(987, 1, 2)) == "0987-01" < month_of(datetime(2026, 9, 30)) < month_of(datetime(2026, 10, 1))
    )
