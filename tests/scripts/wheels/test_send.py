"""Which packages may go out: those whose own rows passed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from shuntyard import handover, wire
from shuntyard.errors import ShuntyardError
from shuntyard.handover import Handover
from shuntyard.report import Report, RowReport
from shuntyard.result import Outcome
from shuntyard.wheels.order import source_date
from shuntyard.wheels.send import open_packages, why_not

WHEELS = (
    "p-1-py3-none-any.whl",
    "m-1-cp311-cp311-manylinux_2_28_x86_64.whl",
    "m-1-cp312-cp312-manylinux_2_28_x86_64.whl",
)


def packages(home: Path) -> Handover:
    for name in WHEELS:
        (home / "w").mkdir(exist_ok=True)
        (home / "w" / name).write_text(name)
    handover.write(home / "w", kind="wheels", axes={"rocm": "7.2.0"})
    return open_packages(home / "w", {"rocm": "7.2.0"})


def report(home: Path, rows: dict[tuple[str, str], Outcome], skipped: int = 0) -> str:
    made = [
        RowReport(
            id=f"{rocm}-{python}",
            unit="u",
            config="c",
            arm="",
            values={"rocm": rocm, **({"python": python} if python else {})},
            outcome=outcome,
            tests=3,
            skipped=skipped,
        )
        for (rocm, python), outcome in rows.items()
    ]
    (home / "report.json").write_text(
        json.dumps(wire.encode(Report(pipeline="n", verdict="passed", headline="", rows=tuple(made))))
    )
    return str(home / "report.json")


ALL: dict[tuple[str, str], Outcome] = {("7.2.0", "3.11"): "passed", ("7.2.0", "3.12"): "passed"}


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (ALL, ""),
        ({**ALL, ("7.1.1", "3.11"): "failed"}, ""),
        ({**ALL, ("7.2.0", "3.12"): "failed"}, "not passed: 7.2.0-3.12"),
        ({**ALL, ("7.2.0", "3.13"): "error"}, "p-1-py3-none-any.whl: not passed: 7.2.0-3.13"),
        ({("7.2.0", "3.11"): "passed"}, "cp312-manylinux_2_28_x86_64.whl: the report has no row that tested it"),
        ({("7.2.0", ""): "passed"}, ""),
        ({}, "no row"),
    ],
)
def test_each_wheel_answers_to_its_rows(tmp_path: Path, rows: dict[tuple[str, str], Outcome], why: str) -> None:
    told = why_not(packages(tmp_path), report(tmp_path, rows), {})
    assert (why in told) if why else not told


def test_rows_that_ran_nothing_have_shown_nothing(tmp_path: Path) -> None:
    assert "not passed" in why_not(packages(tmp_path), report(tmp_path, ALL, skipped=3), {})


def test_without_a_report_that_has_to_be_said(tmp_path: Path) -> None:
    assert why_not(packages(tmp_path), "none", {}) == ""
    with pytest.raises(ShuntyardError, match="cannot be read"):
        why_not(packages(tmp_path), str(tmp_path / "nothing.json"), {})


def test_what_is_no_package(tmp_path: Path) -> None:
    packages(tmp_path)
    (tmp_path / "w" / "notes.txt").write_text("x")
    handover.write(tmp_path / "w", kind="wheels", axes={})
    with pytest.raises(ShuntyardError, match=r"notes\.txt"):
        open_packages(tmp_path / "w", {})


def test_the_date_of_sources(tmp_path: Path) -> None:
    assert source_date("", {}, tmp_path)[0] == 315532800
    assert source_date("12", {"SOURCE_DATE_EPOCH": "13"}, tmp_path)[0] == 12
    assert source_date("", {"SOURCE_DATE_EPOCH": "13"}, tmp_path) == (13, "SOURCE_DATE_EPOCH")
    with pytest.raises(ShuntyardError, match="source date"):
        source_date("yesterday", {}, tmp_path)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=n", "-c", "user.email=e@example.com"]
    for command in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "m", "--date", "2026-01-01T00:00:00Z"]):
        env = {"PATH": "/usr/bin:/bin", "GIT_COMMITTER_DATE": "2026-01-02T00:00:00Z"}
        subprocess.run([*git, *command], check=True, env=env)
    assert source_date("", {}, tmp_path) == (1767312000, "the commit")
