"""What can be appended: reports, and folders of results that become one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.store.intake import Submission, from_report, parse_report, read
from tests.scripts.report_samples import PIPELINE, make_cases, make_plan, make_result, write_passing, write_result
from tests.scripts.store import samples

NOW = "2026-11-22T04:00:00+00:00"


def write(path: Path, **changes: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    report = replace(samples.make_report(), **changes)  # type: ignore[arg-type]
    path.write_text(json.dumps(wire.encode(report)), encoding="utf-8")
    return path


def test_a_report_is_read_with_its_cases_apart(tmp_path: Path) -> None:
    (submission,) = read(write(tmp_path / "report.json"), NOW)
    assert submission == from_report(samples.make_report())
    assert [len(cases) for cases in submission.cases] == [3, 3, 3, 3]
    assert all(run.cases == () for row in submission.report.rows for run in row.runs)


@pytest.mark.parametrize("place", ["report.json", "ab-report/report.json"])
def test_a_folder_with_a_report(tmp_path: Path, place: str) -> None:
    write(tmp_path / place)
    assert read(tmp_path, NOW) == read(tmp_path / place, NOW)


def test_several_downloaded_reports(tmp_path: Path) -> None:
    write(tmp_path / "a-report" / "report.json", pipeline="a")
    write(tmp_path / "b-report" / "report.json", pipeline="b")
    assert [each.report.pipeline for each in read(tmp_path, NOW)] == ["a", "b"]


def test_results_become_a_report(tmp_path: Path) -> None:
    write_passing(tmp_path, make_plan(("docs_test", "smoke")), repeats=2)
    (submission,) = read(tmp_path, NOW)
    report = submission.report
    assert (report.pipeline, report.instance, report.verdict) == (PIPELINE, "", "passed")
    assert (report.run.provider, report.run.repository, report.run.run_id) == ("github", "o/r", "77")
    assert [len(cases) for cases in submission.cases] == [3] * 8


def test_each_instance_and_each_run_is_its_own(tmp_path: Path) -> None:
    (unit,) = make_plan().units
    result = make_result(unit.rows[0], make_cases("passed"))
    write_result(tmp_path, unit.id, result, instance="x86")
    write_result(tmp_path, unit.id, result, instance="arm")
    write_result(tmp_path, unit.id, replace(result, key=replace(result.key, attempt=3)))
    found = {each.report.instance: each.report.run.attempt for each in read(tmp_path, NOW)}
    assert found == {"x86": 1, "arm": 1, "": 3}


def test_a_broken_result_stays_in_its_call_as_an_error(tmp_path: Path) -> None:
    plan = make_plan()
    write_passing(tmp_path, plan)
    broken = write_result(tmp_path, plan.units[0].id, make_result(plan.units[0].rows[0], repetition=2))
    broken.write_text("{", encoding="utf-8")
    (submission,) = read(tmp_path, NOW)
    faults = [run.fault for row in submission.report.rows for run in row.runs]
    assert sorted(faults) == ["", "", "unreadable"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no report"),
        ("[]", "expected an object"),
        ("{}", "is missing"),
        ('{"schema": 99}', "schema 99"),
        ("\ud800", "no report"),
        ('{"rows": [{"runs": [{"cases": [{"case": 1}]}]}]}', r"rows\[0\].runs\[0\].cases\[0\]"),
        ('{"rows": 5}', "is missing|expected"),
        ('{"totals": NaN}', "NaN"),
        ("[" * 100_000, "no report"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ShuntyardError, match=says):
        read(path, NOW)


def test_nothing_to_append_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ShuntyardError, match="neither"):
        read(tmp_path, NOW)
    with pytest.raises(ShuntyardError, match="cannot be read"):
        read(tmp_path / "nowhere", NOW)


def test_a_run_without_its_cases_has_none() -> None:
    record = wire.encode(samples.make_report())
    for row in record["rows"]:
        for run in row["runs"]:
            del run["cases"]
    assert isinstance(found := parse_report(json.dumps(record).encode()), Submission)
    assert [len(cases) for cases in found.cases] == [0] * 4
