"""Rehearsals with act: the repository stays as it is, nobody's settings leak in, and nothing is left running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from generator.rehearse import processes
from tests.conftest import ROOT
from tests.generator.rehearse.acting import job, log, rehearsed, row, rows
from tests.generator.rehearse.small import CALLER, commit, git, lay, make_caller, make_toolkit

pytestmark = pytest.mark.slow

ONE = CALLER + "    with: {configs: unit}\n"
PLAIN = "runs-on: ubuntu-latest"


@pytest.fixture(scope="module")
def toolkit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_toolkit(tmp_path_factory.mktemp("toolkit") / "small")


def one_job(name: str, *steps: str) -> str:
    """A job on a plain machine; each step is YAML of one line."""
    return f"  {name}:\n    {PLAIN}\n    steps:\n" + "".join(f"      - {step}\n" for step in steps)


def everything(root: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file with its mode, its time and its content."""
    files = (path for path in sorted(root.rglob("*")) if path.is_file() and not path.is_symlink())
    return {str(path): (path.stat().st_mode, path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_the_repository_is_only_read(toolkit: Path, tmp_path: Path) -> None:
    text = ONE + one_job("dirty", "uses: actions/checkout@v7", "run: echo x > new; git add .; rm *.json")
    caller = make_caller(tmp_path / "caller", text, {})
    before, tools = everything(caller), everything(toolkit)
    found = rehearsed(toolkit, caller)
    assert job(found, "dirty").verdict == "passed", found
    assert everything(caller) == before
    assert everything(toolkit) == tools


def test_changes_that_are_not_committed_take_part(toolkit: Path, tmp_path: Path) -> None:
    look = "test -f new && test ! -e gone && test ! -e ignored.o && grep changed kept && test -x tool && test -L link"
    text = ONE + one_job("look", "uses: actions/checkout@v7", f"run: {look}")
    caller = make_caller(tmp_path / "caller", text, {}, {"gone": "", "kept": "", ".gitignore": "*.o\n", "tool": ""})
    lay(caller, "new", "ignored.o")
    (caller / "gone").unlink()
    (caller / "kept").write_text("changed")
    (caller / "tool").chmod(0o755)
    (caller / "link").symlink_to("kept")
    found = rehearsed(toolkit, caller)
    assert job(found, "look").verdict == "passed", job(found, "look")
    assert found.changes == 5
    assert any("5 files with uncommitted changes" in note for note in found.notes)


def test_a_checkout_of_the_head_by_its_name_has_them_too(toolkit: Path, tmp_path: Path) -> None:
    checkout = "{uses: actions/checkout@v7, with: {ref: '${{ github.event.pull_request.head.sha }}'}}"
    text = ONE.replace("[push]", "[pull_request]") + one_job("look", checkout, "run: cat new")
    caller = make_caller(tmp_path / "caller", text, {})
    lay(caller, "new")
    found = rehearsed(toolkit, caller)
    assert job(found, "look").verdict == "passed", job(found, "look")


def test_a_linked_worktree_can_be_rehearsed(toolkit: Path, tmp_path: Path) -> None:
    main = make_caller(tmp_path / "main", ONE)
    git(main, "worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "other")
    found = rehearsed(toolkit, tmp_path / "linked")
    assert found.verdict == "passed", found
    assert found.repository == "caller-owner/caller"


def test_settings_that_lie_about_are_not_read(toolkit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = ONE + one_job("tell", "run: echo found ${LEAKED:-none} ${{ secrets.LEAKED }} ${{ vars.LEAKED }} end")
    files = dict.fromkeys((".env", ".secrets", ".vars", ".input"), "LEAKED=yes\n")
    files[".actrc"] = "--env LEAKED=yes\n"
    caller = make_caller(tmp_path / "caller", text, {}, files)
    home = tmp_path / "home"
    home.mkdir()
    (home / ".actrc").write_text("--env LEAKED=yes\n")
    monkeypatch.chdir(caller)
    for name, value in {
        "HOME": str(home),
        "LEAKED": "yes",
        "GIT_DIR": "/nowhere",
        "AWS_SECRET_ACCESS_KEY": "k",
    }.items():
        monkeypatch.setenv(name, value)
    found = rehearsed(toolkit, caller)
    assert job(found, "tell").verdict == "passed", found
    assert "found none end" in log(found)


def test_what_a_job_finds_in_its_environment(toolkit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "x")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    names = ["HOME", "PATH", "MY_TOKEN", "PYTHONPATH", "HTTPS_PROXY", "PIP_CACHE_DIR", "VIRTUAL_ENV"]
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", ONE, {"env": names}))
    line = next(text for text in log(found).splitlines() if '"msg":"environment {' in text)
    env = json.loads(json.loads(line)["msg"].removeprefix("environment "))
    assert env["MY_TOKEN"] is None and env["PYTHONPATH"] is None and env["VIRTUAL_ENV"] is None
    assert not env["HTTPS_PROXY"] or env["HTTPS_PROXY"] == os.environ["HTTPS_PROXY"]
    assert env["HOME"] != os.environ["HOME"]
    assert str(Path(sys.prefix) / "bin") not in env["PATH"].split(os.pathsep)


def test_each_job_has_a_python_of_its_own(toolkit: Path, tmp_path: Path) -> None:
    mark = (
        "python -c 'import pip, sys, pathlib; p = pathlib.Path(sys.prefix, chr(109)); assert not p.exists(); p.touch()'"
    )
    jobs = one_job("first", f"run: {mark}", "run: pip --version") + one_job("second", f"run: {mark}")
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", ONE + jobs))
    assert job(found, "first").verdict == "passed", job(found, "first")
    assert job(found, "second").verdict == "passed", job(found, "second")


def test_a_python_can_be_named_instead(toolkit: Path, tmp_path: Path) -> None:
    text = ONE + one_job("which", """run: python -c 'import sys; print("is", sys.executable)'""")
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", text), python=sys.executable)
    assert f"is {sys.executable}" in log(found)


def test_time_runs_out(toolkit: Path, tmp_path: Path) -> None:
    caller = make_caller(tmp_path / "caller", plays={"unit.shell": "sleep"})
    started = time.monotonic()
    found = rehearsed(toolkit, caller, timeout_s=4.0)
    assert time.monotonic() - started < 30
    assert found.verdict == "failed"
    assert row(found, "unit.shell").verdict == "error"
    assert "stopped after 4.00 s" in row(found, "unit.shell").reason
    assert rows(found)["docs.shell"] != "passed"
    assert any("still ran at the end" in note for note in found.notes)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_nothing_behind(toolkit: Path, tmp_path: Path, number: signal.Signals) -> None:
    caller = make_caller(tmp_path / "caller", ONE, {"unit.shell": "sleep"})
    (tmp_path / "tmp").mkdir()
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "scripts")]),
        "TMPDIR": str(tmp_path / "tmp"),
    }
    command = [sys.executable, "-m", "generator", "rehearse", "ab", "--root", str(toolkit), "--repository", str(caller)]
    process = subprocess.Popen(  # a shell that runs these tests in the background makes all below it ignore SIGINT
        ["env", "--default-signal=INT", *command, "--output", str(tmp_path / "output")],
        env=env,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    folder = None
    while time.monotonic() < deadline and not (folder and sleeping(folder)):
        time.sleep(0.1)
        folder = next((tmp_path / "tmp").glob("shuntyard-rehearsal-*"), None)
    assert folder and sleeping(folder)
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted" in said
    assert "Traceback" not in said
    assert not processes.marked(f"SHUNTYARD_REHEARSAL={folder}")
    assert list((tmp_path / "tmp").iterdir()) == []


def sleeping(folder: Path) -> bool:
    """Whether the step and the daemon that it started both sleep."""
    commands = []
    for pid in processes.marked(f"SHUNTYARD_REHEARSAL={folder}"):
        commands.append(Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0])
    return b"sleep" in commands


def test_artifacts_travel_between_jobs(toolkit: Path, tmp_path: Path) -> None:
    jobs = f"""\
  make:
    {PLAIN}
    steps:
      - run: mkdir -p out/deep && echo cargo > out/deep/file && echo no > out/file.log
      - uses: actions/upload-artifact@v7
        with: {{name: cargo, path: "out\\n!out/*.log", if-no-files-found: error}}
      - {{id: again, uses: actions/upload-artifact@v7, with: {{name: cargo, path: out}}, continue-on-error: true}}
      - run: test '${{{{ steps.again.outcome }}}}' = failure
  take:
    {PLAIN}
    needs: [make]
    steps:
      - {{uses: actions/download-artifact@v8, with: {{name: cargo, path: in}}}}
      - run: grep cargo in/deep/file && test ! -e in/file.log
      - {{id: none, uses: actions/download-artifact@v8, with: {{name: none}}, continue-on-error: true}}
      - run: test '${{{{ steps.none.outcome }}}}' = failure
  hostile:
    {PLAIN}
    steps:
      - run: echo x > x
      - uses: actions/upload-artifact@v7
        with: {{name: "../../x", path: x}}
"""
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", ONE + jobs))
    assert job(found, "make").verdict == "passed", job(found, "make")
    assert job(found, "take").verdict == "passed", job(found, "take")
    assert job(found, "hostile").verdict == "failed"
    assert sorted(path.name for path in (Path(found.output) / "artifacts").iterdir()) == ["ab--unit", "cargo"]


def test_the_network_is_out_of_acts_reach(toolkit: Path, tmp_path: Path) -> None:
    text = ONE + one_job("odd", "uses: some/..@v1")
    started = time.monotonic()
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", text))
    assert job(found, "odd").verdict in ("error", "failed", "not exercised")
    assert rows(found)["unit.shell"] == "passed"
    assert time.monotonic() - started < 30


def test_a_second_rehearsal_replaces_the_first(toolkit: Path, tmp_path: Path) -> None:
    caller = make_caller(tmp_path / "caller")
    first = rehearsed(toolkit, caller)
    (caller / ".github" / "workflows" / "ci.yml").write_text(ONE)
    commit(caller)
    second = rehearsed(toolkit, caller)
    assert first.output == second.output
    assert [path.name for path in (Path(second.output) / "artifacts").iterdir()] == ["ab--unit"]
