"""What people see: progress while act works, and the verdict as text and as JSON."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from generator.rehearse import results
from generator.rehearse.observe import Job, Step
from generator.rehearse.outcome import JobVerdict, Omission, Rehearsal, RowVerdict
from generator.rehearse.progress import Progress, label
from generator.rehearse.scratch import remove
from generator.rehearse.show import show
from shuntyard.errors import ShuntyardError
from tests.generator.rehearse.small import lay

REHEARSAL = Rehearsal(
    pipeline="ab",
    repository="o/r",
    workflow=".github/workflows/ci.yml",
    event="push",
    sha="a" * 40,
    changes=0,
    verdict="failed",
    headline="rehearsal of ab on push: failed (…)",
    seconds=1.0,
    rows=(
        RowVerdict(
            call="ab",
            row="u.shell",
            unit="u",
            config="u",
            arm="shell",
            verdict="passed",
            tests=3,
            failed=0,
            seconds=0.5,
        ),
        RowVerdict(
            call="ab", row="u.python", unit="u", config="u", arm="python", verdict="failed", reason="why\x1b[2J"
        ),
        RowVerdict(
            call="ab", row="d.shell", unit="", config="d", arm="shell", verdict="skipped", reason="not asked for"
        ),
        RowVerdict(
            call="ab", row="d.python", unit="", config="d", arm="python", verdict="skipped", reason="not asked for"
        ),
    ),
    jobs=(JobVerdict(call="ab", job="test", verdict="failed", seconds=2.0, log=("::error::x\x1b]0;t\x07", "end")),),
    omissions=(Omission(feature="routing", why="because " * 20, where="x.yml:3"),),
    notes=("a note",),
    output="/out",
    reports=("/out/report.html",),
)


class Terminal(io.StringIO):
    """A stream that says that it is one."""

    def isatty(self) -> bool:
        return True


def job(result: str = "", **matrix: object) -> Job:
    step = Step(id=("a",), stage="Main", name="a")
    return Job(
        name="x", id="test", matrix=matrix, started=1.0, ended=3.5, result=result, steps={("Main", ("a",)): step}
    )


def test_the_verdict_as_text() -> None:
    text = show(REHEARSAL)
    lines = text.splitlines()
    assert [line.split() for line in lines[2:4]] == [
        ["u.shell", "shell", "passed", "3", "500", "ms"],
        ["u.python", "python", "failed", "why"],
    ]
    assert "skipped 2: not asked for" in lines
    assert "  | end" in lines
    assert "report:  /out/report.html" in lines
    assert lines[-1] == REHEARSAL.headline
    assert "\x1b" not in text and "\x07" not in text
    assert all(len(line) <= 120 and not line.startswith("::") for line in lines)


def test_calls_are_named_only_where_there_are_several() -> None:
    assert "ab: u.shell" not in show(REHEARSAL)
    again = replace(REHEARSAL.rows[0], call="again")
    assert "again: u.shell" in show(replace(REHEARSAL, rows=(*REHEARSAL.rows, again)))


def test_plain_progress_has_one_line_for_each_change() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    running = job(unit="smoke")
    progress.note(running)
    progress.note(running)
    progress.tick()
    running.result = "success"
    progress.note(running)
    progress.note(running)
    assert stream.getvalue() == "  started   test smoke\n  done      test smoke  2.50 s\n"


def test_a_terminal_shows_what_runs_now() -> None:
    stream = Terminal()
    now = [0.0]
    progress = Progress(stream, clock=lambda: now[0])
    running = job(unit="smoke")
    progress.note(running)
    progress.tick()
    progress.tick()
    now[0] = 7.0
    progress.tick()
    running.result = "failure"
    running.steps["Main", ("a",)].result = "failure"
    progress.note(running)
    progress.finish()
    clear = "\r\x1b[K"
    assert stream.getvalue() == f"0 s test smoke{clear}7 s test smoke{clear}  failed    test smoke  2.50 s\n"


def test_jobs_are_labelled_by_their_unit_or_their_matrix() -> None:
    assert label(job()) == "test"
    assert label(job(unit="smoke", plan={"x": 1})) == "test smoke"
    assert label(job(os="linux", python=3.1, deep=[1])) == "test linux, 3.1"
    assert "\n" not in label(job(os="a\nb" * 100)) and len(label(job(os="a" * 500))) <= 80


def test_results_replace_only_an_earlier_rehearsals(tmp_path: Path) -> None:
    lay(tmp_path, "artifacts/one/report.html", "artifacts/one/report.json", "precious/file")
    output = tmp_path / "out"
    results.collect_files(tmp_path / "artifacts", output, ["line"])
    assert [Path(path).name for path in results.find_reports(output)] == ["report.html", "report.json"]
    results.check_output(output)
    results.collect_files(None, output, [])
    assert results.find_reports(output) == ()
    with pytest.raises(ShuntyardError, match="holds other files"):
        results.check_output(tmp_path / "precious")
    with pytest.raises(ShuntyardError, match="is not a folder"):
        results.check_output(tmp_path / "precious" / "file")


def test_a_folder_that_resists_is_removed(tmp_path: Path) -> None:
    lay(tmp_path, "scratch/a/b/file")
    (tmp_path / "scratch" / "a" / "b").chmod(0o500)
    (tmp_path / "scratch" / "a").chmod(0o000)
    remove(tmp_path / "scratch")
    assert not (tmp_path / "scratch").exists()
