"""Projects, units and runs for the tests of the runner side: small, but real."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shuntyard import wire
from shuntyard.plan import Row, Shard, Suite, Unit
from shuntyard.result import ShardResult

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPTS = ROOT / "scripts"
PLUGIN = SCRIPTS / "pytest_plugin"


def make_suite(**changes: Any) -> Suite:
    values: dict[str, Any] = {
        "id": "python",
        "suite": "PythonTestSuite",
        "timeout_s": 60,
        "arguments": ("-q",),
        **changes,
    }
    return Suite(**values)


def make_row(arm: str, suite: Suite | None = None) -> Row:
    suite = suite or make_suite()
    name = f"{suite.id}.{arm}" if arm else suite.id
    return Row(id=name, values={"config": suite.id, "arm": arm}, runner="linux-cpu", suite=suite, arm=arm)


def make_unit(*arms: str, suite: Suite | None = None, shard: Shard | None = None) -> Unit:
    suite = suite or make_suite()
    rows = tuple(make_row(arm, suite) for arm in arms)
    return Unit(id=suite.id, runs_on=("ubuntu-24.04",), rows=rows, shard=shard or Shard())


def write_project(folder: Path, files: Mapping[str, str]) -> Path:
    """Files by path; what begins with `#!` is executable."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        if path.read_text(encoding="utf-8").startswith("#!"):
            path.chmod(0o755)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def shell_entry(body: str = "exec $PYTHON -m pytest -q") -> str:
    """The text of a `.ci/test.sh`; `$PYTHON` is the Python that these tests run in."""
    return f"#!/bin/sh\nPYTHON={sys.executable}\n{body}\n"


def script(
    name: str,
    project: Path,
    *,
    inputs: Mapping[str, str],
    env: Mapping[str, str] | None = None,
    arguments: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    """Runs a script as a runner does: no site packages, no PYTHON variables, inputs by environment."""
    return subprocess.run(
        [sys.executable, "-SEs", str(SCRIPTS / name), *arguments],
        cwd=project,
        env=script_env(inputs, env),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def script_env(inputs: Mapping[str, str], env: Mapping[str, str] | None = None) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    variables = {"INPUT_" + name.upper().replace("-", "_"): value for name, value in inputs.items()}
    return {**kept, **variables, **(env or {})}


class Ran:
    """What one call of run-shard left."""

    def __init__(self, done: subprocess.CompletedProcess[str], folder: Path) -> None:
        self.exit_code, self.output, self.folder = done.returncode, done.stdout + done.stderr, folder

    def result(self, row_id: str, repetition: int = 1) -> ShardResult:
        path = self.folder / row_id / f"r{repetition}" / "result.json"
        return wire.decode(ShardResult, json.loads(path.read_text(encoding="utf-8")))

    def outcomes(self, row_id: str, repetition: int = 1) -> dict[str, str]:
        return {case.case: case.outcome for case in self.result(row_id, repetition).cases}


def run_shard(project: Path, unit: Unit, *, env: Mapping[str, str] | None = None, **inputs: str) -> Ran:
    """run-shard on a project, with the Python that these tests run in unless `python` says otherwise."""
    results = project.parent / "results"
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    texts = {"unit": json.dumps(wire.encode(unit)), "results": str(results), "python": sys.executable, **given}
    return Ran(script("run_shard.py", project, inputs=texts, env=env), results)
