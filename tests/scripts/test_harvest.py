"""A folder of results: JUnit XML where it is whole, the journal where it is not."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from shuntyard.harvest import SIZE_LIMIT, harvest


def write_journal(path: Path, *records: dict[str, Any], junit: str = "") -> Path:
    lines = [{"event": "session", "junit": junit}, *records]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def started(name: str) -> dict[str, Any]:
    return {"event": "start", "case": f"t.py::{name}", "name": f"t::{name}"}


def finished(name: str, outcome: str = "passed") -> dict[str, Any]:
    return {**started(name), "event": "finish", "outcome": outcome}


def junit(*cases: str) -> str:
    return f"<testsuite>{''.join(cases)}</testsuite>"


def outcomes(folder: Path) -> dict[str, str]:
    return {case.case: case.outcome for case in harvest(folder).cases}


def test_whole_junit_counts_and_its_journal_names_its_cases(tmp_path: Path) -> None:
    xml = tmp_path / "pytest-1.xml"
    xml.write_text(junit('<testcase classname="t" name="a"><failure/></testcase>', '<testcase name="other"/>'))
    write_journal(tmp_path / "pytest-1.jsonl", finished("a"), finished("b"), junit=str(xml))
    assert outcomes(tmp_path) == {"t.py::a": "failed", "other": "passed"}


@pytest.mark.parametrize("document", [None, "", "<testsuite><testcase name='a'/>", "<!DOCTYPE x><testsuite/>"])
def test_the_journal_counts_where_junit_is_missing_or_broken(tmp_path: Path, document: str | None) -> None:
    xml = tmp_path / "pytest-1.xml"
    if document is not None:
        xml.write_text(document)
    write_journal(tmp_path / "pytest-1.jsonl", finished("a"), started("b"), junit=str(xml))
    left = harvest(tmp_path, "the lights went out")
    assert [(case.case, case.outcome) for case in left.cases] == [("t.py::a", "passed"), ("t.py::b", "crashed")]
    assert left.cases[1].message == "was running when the lights went out"
    assert left.running == ("t.py::b",)
    assert left.problems == ()


def test_a_case_that_a_session_cut_short_is_not_lost_behind_whole_junit(tmp_path: Path) -> None:
    xml = tmp_path / "pytest-1.xml"
    xml.write_text(junit('<testcase classname="t" name="a"/>'))
    write_journal(tmp_path / "pytest-1.jsonl", finished("a"), started("b"), junit=str(xml))
    assert outcomes(tmp_path) == {"t.py::a": "passed", "t.py::b": "crashed"}


def test_junit_that_the_run_wrote_under_a_name_of_its_own_is_not_counted_twice(tmp_path: Path) -> None:
    xml = tmp_path / "sub" / "mine.xml"
    xml.parent.mkdir()
    xml.write_text(junit('<testcase classname="t" name="a"/>'))
    write_journal(tmp_path / "pytest-1.jsonl", finished("a"), junit=str(xml))
    assert outcomes(tmp_path) == {"t.py::a": "passed"}


def test_junit_of_other_tools_counts_and_other_xml_does_not(tmp_path: Path) -> None:
    (tmp_path / "ctest.xml").write_text(junit('<testcase name="unit"><error/></testcase>'))
    (tmp_path / "coverage.xml").write_text("<coverage/>")
    left = harvest(tmp_path)
    assert [(case.case, case.outcome) for case in left.cases] == [("unit", "error")]
    assert left.problems == ()


def test_broken_junit_without_a_journal_is_a_problem_and_keeps_its_cases(tmp_path: Path) -> None:
    (tmp_path / "ctest.xml").write_text("<testsuite><testcase name='a'/><testcase")
    left = harvest(tmp_path)
    assert [case.case for case in left.cases] == ["a"]
    assert len(left.problems) == 1
    assert "ctest.xml is not whole XML" in left.problems[0]


def test_a_failure_in_one_of_two_sessions_stays_one(tmp_path: Path) -> None:
    write_journal(tmp_path / "pytest-1.jsonl", finished("a", "failed"))
    write_journal(tmp_path / "pytest-2.jsonl", finished("a"))
    assert outcomes(tmp_path) == {"t.py::a": "failed"}
    assert len(harvest(tmp_path).journals) == 2


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.xml"
    outside.write_text(junit('<testcase name="a"/>'))
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "link.xml").symlink_to(outside)
    assert harvest(folder).cases == ()


def test_a_file_of_absurd_size_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.xml").open("wb") as file:
        os.truncate(file.fileno(), SIZE_LIMIT + 1)
    assert "not read" in harvest(tmp_path).problems[0]


def test_a_pipe_is_not_waited_on(tmp_path: Path) -> None:
    for name in ("pytest-1.jsonl", "pytest-1.xml"):
        os.mkfifo(tmp_path / name)
    assert harvest(tmp_path) == harvest(tmp_path / "absent")


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert harvest(tmp_path / "absent") == harvest(tmp_path)


def test_a_pytest_that_never_had_a_session_is_none(tmp_path: Path) -> None:
    (tmp_path / "pytest-1.jsonl").write_text('{"event": "loading"}\n{"event": "loaded"}\n')
    (tmp_path / "pytest-2.jsonl").write_text('{"event": "loading"}\n')
    assert [(each.began, each.loading) for each in harvest(tmp_path).journals] == [(False, True)]


def test_pytest_s_own_internal_error_is_no_case(tmp_path: Path) -> None:
    """A runner that broke would else look like a failing test, and nothing would take over."""
    xml = tmp_path / "pytest-1.xml"
    internal = '<testcase classname="pytest" name="internal"><error message="internal error"/></testcase>'
    xml.write_text(junit('<testcase classname="t" name="a"/>', internal))
    write_journal(tmp_path / "pytest-1.jsonl", finished("a"), junit=str(xml))
    assert outcomes(tmp_path) == {"t.py::a": "passed", "pytest::internal": "error"}  # a test may be called so
    broke = {"event": "internal_error", "message": "KeyError: 1"}
    write_journal(tmp_path / "pytest-1.jsonl", finished("a"), broke, junit=str(xml))
    assert outcomes(tmp_path) == {"t.py::a": "passed"}
