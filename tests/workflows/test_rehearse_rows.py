"""Rehearsals with act: what becomes of each row, and that none passes that did not run and say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.generator.rehearse.acting import features, job, jobs, rehearsed, row, rows
from tests.generator.rehearse.small import CALLER, make_caller, make_toolkit

pytestmark = pytest.mark.slow

ALL = ["unit.shell", "unit.python", "docs.shell", "docs.python"]
ONE = CALLER + "    with: {configs: unit}\n"
WIDE = CALLER.replace("ab.yml", "wide.yml")


@pytest.fixture(scope="module")
def toolkit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_toolkit(tmp_path_factory.mktemp("toolkit") / "small")


def test_rows_that_pass(toolkit: Path, tmp_path: Path) -> None:
    found = rehearsed(toolkit, make_caller(tmp_path / "caller"))
    assert found.verdict == "passed", found
    assert rows(found) == dict.fromkeys(ALL, "passed")
    assert jobs(found) == {"select": "passed", "test": "passed", "gate": "passed"}
    assert {each.tests for each in found.rows} == {2}
    assert {each.seconds for each in found.rows} == {1.5}
    assert {"routing", "time limits", "concurrency", "permissions", "actions/upload-artifact"} <= features(found)
    assert "actions/setup-python" not in features(found)
    artifact = Path(found.output) / "artifacts" / "ab--unit" / "unit.shell" / "r1" / "result.json"
    assert artifact.is_file()


PLAYS = {
    "fail": "failed",
    "fail but exit 0": "failed",
    "crash": "error",
    "no result": "error",
    "torn": "error",
    "empty": "error",
    "say": "failed",  # prints what only a stand-in may say
}


@pytest.mark.parametrize("play", PLAYS)
def test_a_row_that_does_not_pass(toolkit: Path, tmp_path: Path, play: str) -> None:
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", ONE, {"unit.python": play}))
    assert found.verdict == "failed", found
    assert rows(found)["unit.python"] == PLAYS[play], found
    assert rows(found)["docs.python"] == "skipped"
    assert row(found, "unit.python").reason
    # The other arm ran in the same step; what it says of itself counts, unless the step crashed before it was whole.
    assert rows(found)["unit.shell"] == ("error" if play == "crash" else "passed")


def test_a_failing_row_does_not_spoil_its_siblings(toolkit: Path, tmp_path: Path) -> None:
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", plays={"unit.shell": "fail"}))
    assert rows(found) == {**dict.fromkeys(ALL, "passed"), "unit.shell": "failed"}
    assert row(found, "unit.shell").failed == 1
    assert job(found, "test").verdict == "failed"
    assert any("play unit.shell fail" in line for line in job(found, "test").log)
    assert job(found, "gate").verdict == "failed"


def test_a_runner_that_is_not_here(toolkit: Path, tmp_path: Path) -> None:
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", WIDE), "wide")
    assert found.verdict == "not exercised"
    assert rows(found) == {"cpu": "passed", "gpu": "not exercised"}
    assert "one-card" in row(found, "gpu").reason
    assert jobs(found) == {"select": "passed", "test": "passed", "gate": "passed"}


def test_a_runner_that_this_machine_stands_in_for(toolkit: Path, tmp_path: Path) -> None:
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", WIDE), "wide", runners=("gpu",))
    assert found.verdict == "passed"
    assert rows(found) == {"cpu": "passed", "gpu": "passed"}


def test_no_runner_is_here(toolkit: Path, tmp_path: Path) -> None:
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", WIDE), "wide", rows=("gpu",))
    assert found.verdict == "not exercised"
    assert rows(found) == {"cpu": "skipped", "gpu": "not exercised"}
    assert job(found, "gate").verdict == "not exercised"


def test_a_python_that_is_not_here(toolkit: Path, tmp_path: Path) -> None:
    caller = make_caller(tmp_path / "caller", CALLER.replace("ab.yml", "pythons.yml"))
    found = rehearsed(toolkit, caller, "pythons")
    assert found.verdict == "not exercised"
    assert rows(found) == {"3.x": "passed", "3.99": "not exercised"}
    assert row(found, "3.99").reason == "Python 3.99 is not on this machine"


def test_a_python_that_only_the_run_shows_to_be_missing(toolkit: Path, tmp_path: Path) -> None:
    caller = make_caller(tmp_path / "caller", CALLER + '    with: {configs: unit, python-version: "3.99"}\n')
    found = rehearsed(toolkit, caller)
    assert found.verdict == "not exercised"
    assert rows(found)["unit.shell"] == "not exercised"
    assert row(found, "unit.shell").reason == "Python 3.99 is not on this machine"
    assert job(found, "gate").verdict == "not exercised"


def test_only_the_rows_asked_for(toolkit: Path, tmp_path: Path) -> None:
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", plays={"docs.shell": "fail"}), rows=("unit.*",))
    assert found.verdict == "passed", found
    assert rows(found) == {
        "unit.shell": "passed",
        "unit.python": "passed",
        "docs.shell": "skipped",
        "docs.python": "skipped",
    }
    assert jobs(found)["gate"] == "passed"


def test_stale_files_of_the_toolkit_are_named(toolkit: Path, tmp_path: Path) -> None:
    stale = make_toolkit(tmp_path / "stale")
    matrix = stale / "matrices" / "ab.yml"
    matrix.write_text(matrix.read_text().replace("timeout-minutes: 5", "timeout-minutes: 6"))
    caller = make_caller(tmp_path / "caller", ONE)
    assert any(
        note.startswith(".github/workflows/ab.yml of the toolkit differ") for note in rehearsed(stale, caller).notes
    )
    assert not any("differ" in note for note in rehearsed(toolkit, caller).notes)


def test_repetitions_all_count(toolkit: Path, tmp_path: Path) -> None:
    caller = make_caller(tmp_path / "caller", CALLER + "    with: {configs: unit, repeats: 3}\n")
    found = rehearsed(toolkit, caller)
    assert found.verdict == "passed"
    assert (Path(found.output) / "artifacts" / "ab--unit" / "unit.python" / "r3" / "result.json").is_file()


def test_inputs_that_only_the_run_can_read(toolkit: Path, tmp_path: Path) -> None:
    text = CALLER + "    with: {configs: \"${{ github.event_name == 'push' && 'unit' || 'docs' }}\"}\n"
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", text))
    assert found.verdict == "passed"
    assert rows(found) == {"unit.shell": "passed", "unit.python": "passed"}
    assert any("configs is an expression" in note for note in found.notes)


def test_a_split_is_foretold(toolkit: Path, tmp_path: Path) -> None:
    caller = make_caller(tmp_path / "caller", CALLER + "    with: {mode: split, percent: 50}\n")
    found = rehearsed(toolkit, caller)
    assert found.verdict == "passed", found
    assert sorted(rows(found).values()) == ["passed", "passed", "skipped", "skipped"]


def test_two_calls_and_their_instances(toolkit: Path, tmp_path: Path) -> None:
    text = CALLER + "    with: {configs: unit, instance: a}\n" + CALLER.split("jobs:\n")[1].replace("ab:", "again:", 1)
    text += "    with: {configs: unit docs, instance: b}\n"
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", text))
    assert found.verdict == "passed", found
    passed = [(each.call, each.row) for each in found.rows if each.verdict == "passed"]
    assert passed == [("ab", ALL[0]), ("ab", ALL[1]), *(("again", name) for name in ALL)]


def test_a_call_in_a_matrix_of_the_callers(toolkit: Path, tmp_path: Path) -> None:
    text = CALLER + "    strategy: {matrix: {c: [unit, docs]}}\n"
    text += '    with: {configs: "${{ matrix.c }}", instance: "${{ matrix.c }}"}\n'
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", text, {"docs.python": "fail"}))
    assert found.verdict == "failed"
    assert rows(found) == {**dict.fromkeys(ALL, "passed"), "docs.python": "failed"}
    assert len({each.call for each in found.rows}) == 2
