"""append-history as a step of a job: a store that is down costs neither results nor the verdict."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shuntyard import wire
from tests.scripts.store.samples import make_cases, make_report

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "append_history.py"
GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "77", "GITHUB_REPOSITORY": "o/r"}


@pytest.fixture
def report(tmp_path: Path) -> Path:
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "report.json").write_text(json.dumps(wire.encode(make_report())))
    return folder


def step(tmp_path: Path, env: dict[str, str] | None = None, /, **inputs: str) -> tuple[int, dict[str, str], str]:
    """The step's exit code, its outputs, and everything that it printed."""
    given = {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "INPUT_", "SHUNTYARD_"))
    }
    done = subprocess.run(
        [sys.executable, SCRIPT, "--json"],
        env={**plain, **given, **(env or {}), "GITHUB_OUTPUT": str(tmp_path / "outputs")},
        capture_output=True,
        text=True,
        check=False,
    )
    outputs = json.loads(done.stdout) if done.stdout else {}
    return done.returncode, outputs, done.stdout + done.stderr


def test_appends_and_appends_again(tmp_path: Path, report: Path) -> None:
    history = str(tmp_path / "history")
    assert step(tmp_path, results=str(report), history=history)[:2] == (0, {"status": "added", "command": ""})
    assert step(tmp_path, results=str(report), history=history)[:2] == (0, {"status": "already", "command": ""})
    assert "status<<" in (tmp_path / "outputs").read_text()


def test_several_stores(tmp_path: Path, report: Path) -> None:
    step(tmp_path, results=str(report), history=str(tmp_path / "a"))
    code, outputs, _ = step(tmp_path, results=str(report), history=f"{tmp_path / 'a'}\n{tmp_path / 'b'}")
    assert (code, outputs["status"]) == (0, "added")
    assert len(list((tmp_path / "b").rglob("*.parquet"))) == 1


def test_a_store_that_is_down_leaves_the_verdict_alone(tmp_path: Path, report: Path) -> None:
    (tmp_path / "down").write_text("")
    places = f"{tmp_path / 'down'} {tmp_path / 'up'}"
    arguments = {"results": str(report), "history": places, "tries": "2", "artifact": "ab-report"}
    code, outputs, printed = step(tmp_path, GITHUB, **arguments)
    assert code == 0 and outputs["status"] == "pending"
    assert outputs["command"] == (
        "gh run download 77 --repo o/r --name ab-report --dir ab-report"
        f" && shuntyard history append ab-report --history {tmp_path / 'down'}"
    )
    assert "::warning title=history is pending::" in printed and "gh run download" in printed
    assert "another try in 1 s" in printed
    assert len(list((tmp_path / "up").rglob("*.parquet"))) == 1
    assert (report / "report.json").exists()


def test_the_command_that_it_names_works_later(tmp_path: Path, report: Path) -> None:
    down = tmp_path / "down"
    down.write_text("")
    _, outputs, _ = step(tmp_path, results=str(report), history=str(down), tries="1")
    down.unlink()
    program, *words = outputs["command"].split()
    assert program == "shuntyard"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'scripts'}"}
    command = [sys.executable, "-m", "generator", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.startswith("added")


def test_a_history_that_is_required_fails_the_step(tmp_path: Path, report: Path) -> None:
    (tmp_path / "down").write_text("")
    arguments = {"results": str(report), "history": str(tmp_path / "down"), "tries": "1", "required": "true"}
    code, outputs, _ = step(tmp_path, **arguments)
    assert (code, outputs["status"]) == (4, "pending")


def test_a_database_without_a_login_is_pending(tmp_path: Path, report: Path) -> None:
    """As in the pull request of a fork, which gets no secrets."""
    code, outputs, printed = step(tmp_path, results=str(report), mysql="true")
    assert (code, outputs["status"]) == (0, "pending")
    assert "SHUNTYARD_DB_HOSTNAME" in printed and outputs["command"].endswith("--history mysql")


def test_other_results_of_the_same_run_are_a_problem(tmp_path: Path, report: Path) -> None:
    history = str(tmp_path / "history")
    step(tmp_path, results=str(report), history=history)
    (report / "report.json").write_text(json.dumps(wire.encode(make_report(cases=make_cases(2, "failed")))))
    assert step(tmp_path, results=str(report), history=history)[:2] == (1, {"status": "differs", "command": ""})


@pytest.mark.parametrize(
    "inputs",
    [
        {"results": "{report}"},
        {"history": "h"},
        {"results": "nowhere", "history": "h"},
        {"results": "{report}", "history": "s3://a:b@c/d"},
    ],
)
def test_wrong_usage(tmp_path: Path, report: Path, inputs: dict[str, str]) -> None:
    filled = {name: value.format(report=report) for name, value in inputs.items()}
    code, _, printed = step(tmp_path, **filled)
    assert code == 2, printed


def test_the_contract_needs_no_library() -> None:
    done = subprocess.run([sys.executable, "-SE", SCRIPT, "--contract"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and json.loads(done.stdout)["toolkit"] is True


def test_without_its_libraries_the_step_says_what_to_install(report: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-SE", str(SCRIPT), "--results", str(report), "--history", str(tmp_path / "h")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]})
    assert done.returncode == 2 and "requirements/history.txt" in done.stderr
