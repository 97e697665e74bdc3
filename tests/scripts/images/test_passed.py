"""What a report says about the rows of some axes: good only where each passed and something ran."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.passed import CONTAINER, Passed, passed_rows, read_axes
from shuntyard.report import Report, RowReport, Run
from shuntyard.result import CaseOutcome, CaseResult, Outcome


def written(folder: Path, *rows: RowReport) -> Path:
    report = Report(pipeline="p", verdict="passed", headline="", rows=rows)
    (folder / "report.json").write_text(json.dumps(wire.encode(report)), encoding="utf-8")
    return folder


def row(id_: str, outcome: Outcome = "passed", tests: int = 1, skipped: int = 0, **values: str) -> RowReport:
    return RowReport(
        id=id_, unit="u", config="c", arm="", values=values, outcome=outcome, tests=tests, skipped=skipped
    )  # fmt: skip


def test_a_row_whose_tests_were_all_skipped_has_shown_nothing(tmp_path: Path) -> None:
    report = written(tmp_path, row("a", rocm="7"), row("b", rocm="7", tests=3, skipped=3), row("c", "empty", rocm="8"))
    assert passed_rows(report, {"rocm": "7"}) == Passed(good=False, failed=("b",), rows=("a", "b"))
    assert passed_rows(report, {"rocm": "7"}).why_not == "not passed: b"
    assert passed_rows(report, {}).failed == ("b", "c")


def test_no_row_is_not_good(tmp_path: Path) -> None:
    report = written(tmp_path, row("a", rocm="7"))
    for axes in ({"rocm": "9"}, {"python": "3.12"}):
        assert passed_rows(report, axes) == Passed(good=False)
        assert passed_rows(report, axes).why_not == "the report has no row that tested it"


@given(outcomes=st.lists(st.sampled_from(["passed", "failed", "error", "empty"]), max_size=6))
def test_good_is_all_passed_and_some(tmp_path_factory: pytest.TempPathFactory, outcomes: list[Outcome]) -> None:
    rows = [row(str(number), outcome) for number, outcome in enumerate(outcomes)]
    passed = passed_rows(written(tmp_path_factory.mktemp("report"), *rows), {})
    assert passed.good == (bool(outcomes) and set(outcomes) == {"passed"})
    assert len(passed.failed) == sum(outcome != "passed" for outcome in outcomes)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"schema": 99}', "[" * 100_000])
def test_a_report_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.json").write_text(text, encoding="utf-8")
    with pytest.raises(ShuntyardError, match="is not understood"):
        passed_rows(tmp_path / "report.json", {})


def test_a_report_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ShuntyardError, match="cannot be read"):
        passed_rows(tmp_path, {})


def test_axes() -> None:
    assert read_axes("rocm=7.2.0, python=3.12") == {"rocm": "7.2.0", "python": "3.12"}
    for text in ("rocm", "=7", "a=1 a=2"):
        with pytest.raises(ShuntyardError, match="is not understood"):
            read_axes(text)


@pytest.mark.parametrize(
    ("outcome", "message", "good"),
    [("passed", "sha256:1", True), ("passed", "sha256:2", False), ("skipped", "not run: no engine", False)],
)
def test_an_image_counts_only_where_it_ran(tmp_path: Path, outcome: CaseOutcome, message: str, good: bool) -> None:
    cases = (CaseResult(case="a", outcome="passed"), CaseResult(case=CONTAINER, outcome=outcome, message=message))
    run = Run(unit="u", folder="u", repetition=1, outcome="passed", cases=cases)
    report = written(tmp_path, replace(row("a", tests=2, rocm="7"), runs=(run,)))
    assert passed_rows(report, {}).good
    found = passed_rows(report, {}, image="sha256:1")
    assert found.good is good
    assert found.why_not == ("" if good else "not run in a container of it: a")
