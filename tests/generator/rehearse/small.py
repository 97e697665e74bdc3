"""A small toolkit and callers of it, for rehearsals that take a second: real rendering, real select-rows and gate.

Its run-shard runs no test: it does what the caller's `plays.json` says of each row, so that a rehearsal can be shown
every way in which a job, a step, a result and an artifact can go wrong.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from generator.load import load
from generator.render import render, write
from tests.conftest import ROOT

TOOLKIT = "small-owner/small"
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc", "templates")

MATRICES = {
    "toolkit": f"repository: {TOOLKIT}\nversion: v1\nhub: hub\n",
    "runners": """\
runners:
  hub: {summary: The hub., labels: [ubuntu-24.04], hosted: true}
  cpu: {summary: A plain machine., labels: [self-hosted, plain-cpu]}
  gpu: {summary: One card., labels: [self-hosted, one-card], accelerator: gpu_cuda}
""",
    "labels": "labels:\n  ciflow/small: {summary: Run it.}\n",
    "pins": f"""\
pins:
  actions/checkout: {{version: v7.0.1, commit: {"a1" * 20}}}
  actions/setup-python: {{version: v7.0.0, commit: {"b2" * 20}}}
  actions/upload-artifact: {{version: v7.0.1, commit: {"c3" * 20}}}
  actions/download-artifact: {{version: v8.0.1, commit: {"d4" * 20}}}
""",
    "suites": """\
suites:
  S: {tests: [test_s]}
configurations:
  unit: {suite: S, phase: "1"}
  docs: {suite: S, phase: "1"}
""",
    "actions": """\
actions:
  run-shard:
    summary: Play one unit.
    inputs:
      python-version: {help: The Python that the tests run in., default: ""}
    steps:
      - uses: actions/setup-python
        when: python-version
        with: {python-version: {input: python-version}}
      - script: run-shard
      - uses: actions/upload-artifact
        always: true
        with:
          name: {output: run-shard.artifact}
          path: {output: run-shard.results}
          if-no-files-found: error
          overwrite: true
""",
    "ab": """\
pipeline: ab
summary: Two arms.
triggers:
  call: {inputs: [configs, mode, percent, python-version, repeats, instance]}
  labels: [ciflow/small]
axes:
  config: {suites: {phase: ["1"]}}
  arm: [shell, python]
together: arm
runner: cpu
jobs:
  test: {matrix: rows, action: run-shard, timeout-minutes: 5}
gate: {requires: [test]}
""",
    "wide": """\
pipeline: wide
summary: One row a machine.
triggers:
  call: {inputs: [configs, python-version, instance]}
axes:
  runner: [cpu, gpu]
jobs:
  test: {matrix: rows, action: run-shard, timeout-minutes: 5}
gate: {requires: [test]}
""",
    "pythons": """\
pipeline: pythons
summary: One row a Python.
triggers:
  call: {inputs: [configs]}
axes:
  python: ["3.x", "3.99"]
runner: cpu
jobs:
  test: {matrix: rows, action: run-shard, timeout-minutes: 5}
gate: {requires: [test]}
""",
}

RUN_SHARD = '''\
"""run-shard: plays what plays.json says."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from shuntyard import wire
from shuntyard.contract import Contract, Input, Output
from shuntyard.entry import Done, main
from shuntyard.evidence import artifact_name
from shuntyard.plan import Unit
from shuntyard.result import CaseResult, RunKey, ShardResult, judge

CONTRACT = Contract(
    name="run-shard",
    summary="Play one unit.",
    inputs=(
        Input(name="unit", type="json", help="The unit."),
        Input(name="pipeline", help="Its pipeline.", default=""),
        Input(name="instance", help="The call's name.", default=""),
        Input(name="repeats", type="number", help="How often.", default="1"),
    ),
    outputs=(Output(name="results", help="The folder."), Output(name="artifact", help="The name.")),
    exits={0: "good", 1: "bad"},
    workspace=True,
)


def run(inputs, env):
    unit = wire.decode(Unit, json.loads(inputs["unit"]))
    plays = json.loads(Path("plays.json").read_text()) if Path("plays.json").exists() else {}
    folder = Path(env["RUNNER_TEMP"]) / "results"
    name = artifact_name(inputs["pipeline"], inputs["instance"], unit.id)
    good = True
    for row in unit.rows:
        play = plays.get(row.id, "pass")
        print("play", row.id, play, flush=True)
        if play == "sleep":
            subprocess.Popen(["sleep", "600"], start_new_session=True)
            time.sleep(600)
        if play == "crash":
            os._exit(70)
        if play == "say":
            print("::error title=rehearsal%3A not exercised::a lie", flush=True)
            print("::error title=rehearsal: not exercised::a lie", flush=True)
        for number in range(1, inputs["repeats"] + 1):
            if play != "no result":
                write(folder / row.id / f"r{number}", unit, row, play, number, inputs["pipeline"])
        good = good and play in ("pass", "fail but exit 0", "no result")
    if "env" in plays:
        print("environment", json.dumps({name: env.get(name) for name in plays["env"]}), flush=True)
    folder.mkdir(exist_ok=True)
    (folder / "log.txt").write_text("log")
    return Done(outputs={"results": str(folder), "artifact": name}, exit_code=0 if good else 1)


def write(place, unit, row, play, number, pipeline):
    bad = play in ("fail", "fail but exit 0", "say")
    cases = (CaseResult(case="a", outcome="passed"), CaseResult(case="b", outcome="failed" if bad else "passed"))
    cases = () if play == "empty" else cases
    code = 1 if bad else 5 if play == "empty" else 0
    result = ShardResult(
        pipeline=pipeline, key=RunKey(provider="x", repository="x", sha="x", run_id="1", attempt=1, row_id=row.id),
        config=row.suite.id, arm=row.arm, ran=row.arm, outcome=judge(code, cases), exit_code=code, repetition=number,
        shard_index=unit.shard.index, shard_of=unit.shard.of, started_at="2026-01-01T00:00:00+00:00", duration_s=1.5,
        peak_memory_mb=10.0, cases=cases,
    )
    place.mkdir(parents=True)
    (place / "result.json").write_text("{" if play == "torn" else json.dumps(wire.encode(result)))


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
'''

CALLER = """\
name: CI
on: [push]
permissions: {}
jobs:
  ab:
    permissions: {contents: read}
    uses: small-owner/small/.github/workflows/ab.yml@v1
"""


def make_toolkit(root: Path, **matrices: str) -> Path:
    """The toolkit, rendered, in `root`; `matrices` replace or add files of matrices/."""
    (root / "matrices").mkdir(parents=True)
    for name, text in {**MATRICES, **matrices}.items():
        (root / "matrices" / f"{name}.yml").write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "scripts" / "shuntyard", root / "scripts" / "shuntyard", ignore=IGNORED)
    for name in ("select_rows.py", "gate.py"):
        shutil.copy(ROOT / "scripts" / name, root / "scripts" / name)
    (root / "scripts" / "run_shard.py").write_text(RUN_SHARD, encoding="utf-8")
    write(root, render(load(root)).files)
    return root


def make_caller(
    root: Path,
    workflow: str = CALLER,
    plays: Mapping[str, object] | None = None,
    files: Mapping[str, str] | None = None,
) -> Path:
    """A git repository with one workflow, other files, and one commit."""
    put(root, ".github/workflows/ci.yml", workflow)
    if plays is not None:
        put(root, "plays.json", json.dumps(plays))
    for name, text in (files or {}).items():
        put(root, name, text)
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "remote", "add", "origin", "https://github.com/caller-owner/caller.git")
    commit(root)
    return root


def put(root: Path, name: str, text: str) -> None:
    """Writes a file, with its folders."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")


def lay(root: Path, *names: str) -> None:
    """Files that hold their own names."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name, encoding="utf-8")


def commit(root: Path) -> None:
    """Commits everything."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "x")


def git(root: Path, *arguments: str) -> str:
    """A git command that needs nobody's settings."""
    person = ("-c", "user.name=x", "-c", "user.email=x@example.invalid", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", str(root), *person, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()
