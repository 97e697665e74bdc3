"""A run as tables: the declared columns, the right sums, and nothing that hostile text breaks."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from shuntyard.columns import CASES, EXECUTIONS, case_id
from shuntyard.report import Report
from shuntyard.result import CaseResult, Hardware
from shuntyard.store.arrow import damage, read_about, whole
from shuntyard.store.layout import CASE_COLUMNS, EXECUTION_COLUMNS, FILE_COLUMNS, RUNS
from shuntyard.store.tables import moment, write_run
from tests.scripts.store.samples import GPU, NOW, START, make_cases, make_report, make_run


def change_runs(report: Report, **changes: object) -> Report:
    """The report with every run changed."""
    rows = (replace(row, runs=tuple(replace(run, **changes) for run in row.runs)) for row in report.rows)  # type: ignore[arg-type]
    return replace(report, rows=tuple(rows))


def test_the_columns_hold_what_analyses_are_promised() -> None:
    for promised, columns in ((EXECUTIONS, EXECUTION_COLUMNS), (CASES, CASE_COLUMNS)):
        assert promised.items() <= columns.items()
    for columns in (RUNS, EXECUTION_COLUMNS, CASE_COLUMNS):
        assert columns.items() <= FILE_COLUMNS.items(), "one name has one type in a file"


def test_one_row_an_execution_and_one_a_case() -> None:
    run = make_run()
    assert (len(run.runs), len(run.executions), len(run.cases)) == (1, 4, 12)
    first = run.executions.to_pylist()[0]
    assert (first["config"], first["arm"], first["repetition"]) == ("docs_test", "shell", 1)
    assert first["started_at"] == datetime(2026, 11, 20, 3, 18)
    assert (first["cases_total"], first["cases_bad"], first["cases_skipped"], first["cases_retried"]) == (3, 0, 0, 0)
    assert first["hardware"] == "gpu amd gpu_rocm rocm x8"
    case = run.cases.to_pylist()[1]
    assert (case["case"], case["case_id"]) == ("test/a.py::TestA::test_1", case_id("test/a.py::TestA::test_1"))
    assert (case["metrics"], case["position"], case["execution"]) == ('{"loss":0.25}', 1, first["execution"])


def test_a_case_repeats_what_analyses_group_by() -> None:
    run = make_run(make_report(configs=("a", "b")))
    owners = {row["execution"]: row for row in run.executions.to_pylist()}
    for case in run.cases.to_pylist():
        owner = owners[case["execution"]]
        for name in ("run_key", "sha", "config", "arm", "ran", "repetition", "started_at", "hardware", "row_id"):
            assert case[name] == owner[name]


def test_the_digest_is_of_what_was_measured() -> None:
    run, report = make_run(), make_report()
    assert make_run(replace(report, generated_at="2027-01-01T00:00:00+00:00", headline="!")).digest == run.digest
    assert make_run(make_report(cases=make_cases(3, "failed"))).digest != run.digest
    assert make_run(change_runs(report, duration_s=9.0)).digest != run.digest
    assert make_run(replace(report, rows=report.rows[:1])).digest != run.digest


def test_a_run_starts_when_its_first_execution_does() -> None:
    assert make_run().started_at == datetime(2026, 11, 20, 3, 18)
    east = timezone(timedelta(hours=9))
    new_year = make_report(start=datetime(2027, 1, 1, 0, 30, tzinfo=east))
    assert make_run(new_year).started_at == datetime(2026, 12, 31, 15, 31)


def test_without_a_start_the_report_or_the_clock_dates_a_run() -> None:
    bare = change_runs(make_report(), started_at="some day")
    assert make_run(bare).started_at == START.replace(tzinfo=None)
    assert make_run(replace(bare, generated_at="")).started_at == NOW
    assert make_run(bare).executions.column("started_at").null_count == 4


def test_a_run_outside_ci_is_named_by_what_it_measured() -> None:
    local = replace(make_report(), run=replace(make_report().run, run_id=""))
    run, other = make_run(local), make_run(change_runs(local, duration_s=3.0))
    assert run.id.run_id.startswith("local-") and run.id == make_run(local).id != other.id


def test_an_attempt_and_an_instance_are_runs_and_executions_of_their_own() -> None:
    runs = [make_run(), make_run(make_report(attempt=2)), make_run(make_report(instance="arm"))]
    assert len({run.id.key for run in runs}) == 3
    assert len({number for run in runs for number in run.executions.column("execution").to_pylist()}) == 12


def test_duplicates_stay_two_executions() -> None:
    report = make_report(repeats=1)
    twice = replace(report.rows[0], runs=report.rows[0].runs * 2)
    run = make_run(replace(report, rows=(twice,)))
    assert len(set(run.executions.column("execution").to_pylist())) == 2
    assert set(run.cases.column("execution").to_pylist()) == set(run.executions.column("execution").to_pylist())


def test_an_empty_run_is_a_run() -> None:
    run = make_run(replace(make_report(), rows=()))
    assert (len(run.runs), len(run.executions), len(run.cases)) == (1, 0, 0)


@pytest.mark.parametrize(
    ("text", "stored"), [("\ud800 half", "\\ud800 half"), ("nul \x00 nul", "nul \x00 nul"), ("😀\u2028", "😀\u2028")]
)
def test_text_that_is_no_text_is_kept_readable(tmp_path: Path, text: str, stored: str) -> None:
    cases = (CaseResult(case=text, outcome="failed", message=text),)
    run = make_run(change_runs(make_report(cases=cases), reason=text))
    write_run(run, tmp_path / "run.parquet")
    assert run.cases.column("case").to_pylist()[0] == stored
    assert run.executions.column("error").to_pylist()[0] == stored


def test_exit_codes_of_windows_fit() -> None:
    assert make_run(change_runs(make_report(), exit_code=0xC0000005)).executions.column("exit_code")[0].as_py() < 0


@pytest.mark.parametrize(
    ("hardware", "text"),
    [
        (Hardware(), ""),
        (Hardware(architecture="x86_64"), "cpu x86_64 cpu"),
        (replace(GPU, simulated=True), "gpu amd gpu_rocm rocm x8 simulated"),
    ],
)
def test_hardware_in_one_text(hardware: Hardware, text: str) -> None:
    run = make_run(change_runs(make_report(), hardware=hardware))
    assert set(run.executions.column("hardware").to_pylist()) == {text}


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-20T03:17:00", "2026-13-01T00:00:00Z"])
def test_times_without_a_zone_are_unknown(text: str) -> None:
    assert moment(text) is None


def test_a_file_says_what_it_is_and_damage_is_found(tmp_path: Path) -> None:
    path = tmp_path / "run.parquet"
    run = make_run(make_report(cases=make_cases(2000)))
    write_run(run, path)
    assert read_about(path) == {"schema": 2, "run": run.id.stem, "digest": run.digest}
    assert whole(path) and damage(path) == ""
    content = path.read_bytes()
    path.write_bytes(content[:-9])
    assert not whole(path) and damage(path)
    flipped = bytearray(content)
    flipped[len(content) // 3] ^= 0x10
    path.write_bytes(flipped)
    assert whole(path) and damage(path), "only the checksums can tell"


def test_building_does_not_wait_for_pyarrow_compute(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path[:0] = ['.', 'scripts']\n"
        "from pathlib import Path\n"
        "from tests.scripts.store.samples import make_run\n"
        "from shuntyard.store.tables import write_run\n"
        f"write_run(make_run(), Path({str(tmp_path / 'run.parquet')!r}))\n"
        "sys.exit('pyarrow.compute' in sys.modules)\n"
    )
    root = Path(__file__).resolve().parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
