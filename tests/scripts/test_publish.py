"""The report's folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shuntyard import wire
from shuntyard.publish import publish, usual_folder
from shuntyard.report import Report

REPORT = Report(pipeline="p\ud800", verdict="empty", headline="Nothing was selected.")


def test_all_three_files_are_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    files = publish(folder, REPORT, html="<!doctype html>é", summary="# é\n")
    assert sorted(path.name for path in folder.iterdir()) == ["report.html", "report.json", "summary.md"]
    assert wire.decode(Report, json.loads(files.json.read_bytes())) == REPORT
    assert files.html.read_text(encoding="utf-8") == "<!doctype html>é"
    assert files.summary.read_bytes() == "# é\n".encode()


def test_a_second_report_replaces_the_first(tmp_path: Path) -> None:
    publish(tmp_path, REPORT, html="first", summary="")
    assert publish(tmp_path, REPORT, html="second", summary="").html.read_text(encoding="utf-8") == "second"


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    publish(tmp_path, REPORT, html="first", summary="")
    with pytest.raises(UnicodeEncodeError):
        publish(tmp_path, REPORT, html="half\ud800", summary="")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "first"


def test_the_usual_folder_is_visible_on_a_runner() -> None:
    assert usual_folder({"RUNNER_TEMP": "/t"}) == Path("/t/shuntyard/report")
    assert usual_folder({}) == Path(".shuntyard/report")
