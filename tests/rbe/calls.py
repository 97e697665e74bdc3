"""Calls of run-bazel as a runner makes them: a checkout of the example workspace, a row, what became of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shuntyard import wire
from shuntyard.plan import Row, Suite, Unit
from shuntyard.result import CaseResult, ShardResult
from tests.rbe.programs import bazel
from tests.rbe.servers import ROOT

EXAMPLE = ROOT / "examples" / "rbe-workspace"
ROW = "py3.12-rocm7.2.0-single"
# What production says for its own executor; one worker of two slots takes a long queue just as well.
DEFAULTS = {
    "tag-filters": "cpu,gpu,-tpu,-config-cuda-only",
    "spawn-strategy": "remote",
    "remote-properties": "OSFamily=linux",
    "retries": "0",
    "backoff": "0",
    "time-limit": "3",
}


@dataclass(frozen=True, kw_only=True)
class Called:
    """One call, and what it left: `folder` is the row's, `outputs` are the action's."""

    exit_code: int
    output: str
    seconds: float
    folder: Path
    outputs: Mapping[str, str]
    summary: str

    @property
    def result(self) -> ShardResult:
        return wire.decode(ShardResult, json.loads((self.folder / "result.json").read_text()))

    @property
    def told(self) -> dict[str, Any]:
        """What only Bazel has: bazel.json."""
        found: dict[str, Any] = json.loads((self.folder / "bazel.json").read_text())
        return found

    def cases(self, target: str) -> list[CaseResult]:
        """The cases of one target, in order."""
        return [case for case in self.result.cases if case.case.startswith(target)]

    def outcomes(self, target: str) -> list[str]:
        return [case.outcome for case in self.cases(target)]


@dataclass
class Checkout:
    """A copy of the example, and a Bazel whose server all calls share."""

    folder: Path
    output_root: Path
    calls: int = 0
    env: dict[str, str] = field(default_factory=dict)

    def command(self, *arguments: str) -> list[str]:
        return [bazel(), *self.startup, *arguments]

    @property
    def startup(self) -> list[str]:
        """A JVM that runs for seconds is quicker with the quick compiler alone."""
        return [f"--output_user_root={self.output_root}", "--host_jvm_args=-XX:TieredStopAtLevel=1"]

    def bazel(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Plain Bazel, beside the script."""
        return subprocess.run(
            self.command(*arguments), cwd=self.folder, capture_output=True, text=True, check=False, timeout=120
        )

    def start(self, targets: str, **inputs: str) -> tuple[subprocess.Popen[str], Path]:
        """run-bazel as a process that runs, and the folder for what it leaves."""
        self.calls += 1
        place = self.folder.parent / f"call{self.calls}"
        place.mkdir()
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        values = {
            **DEFAULTS,
            "unit": json.dumps(wire.encode(unit())),
            "pipeline": "nightly-rbe",
            "bazel": bazel(),
            "startup-options": "\n".join(self.startup),
            "targets": targets,
            "results": str(place / "results"),
            **given,
        }
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.output_root),
            "LANG": "C.UTF-8",
            "RUNNER_TEMP": str(place),
            "GITHUB_OUTPUT": str(place / "outputs"),
            "GITHUB_STEP_SUMMARY": str(place / "summary"),
            "GITHUB_WORKSPACE": str(self.folder),
            **{f"INPUT_{name.upper().replace('-', '_')}": value for name, value in values.items()},
            **self.env,
        }
        with (place / "log").open("wb") as log:
            command = [sys.executable, "-SEs", str(ROOT / "scripts" / "run_bazel.py")]
            return subprocess.Popen(command, cwd=self.folder, env=env, stdout=log, stderr=log, text=True), place

    def call(self, targets: str, **inputs: str) -> Called:
        """run-bazel to its end."""
        return self.finish(*self.start(targets, **inputs))

    def finish(self, process: subprocess.Popen[str], place: Path) -> Called:
        """What became of a call that was started."""
        started = place.stat().st_ctime
        process.wait(240)
        return Called(
            exit_code=process.returncode,
            output=(place / "log").read_text(),
            seconds=time.monotonic() - started,
            folder=place / "results" / ROW / "r1",
            outputs=_outputs(place / "outputs"),
            summary=(place / "summary").read_text() if (place / "summary").exists() else "",
        )


@contextmanager
def checkout(folder: Path, counter: Path) -> Iterator[Checkout]:
    """A checkout, whose Bazel is shut down at the end. By the file `counter` a flaky test knows its attempt."""
    workspace = folder / "checkout"
    shutil.copytree(EXAMPLE, workspace, ignore=shutil.ignore_patterns("bazel-*"))
    (workspace / "user.bazelrc").write_text(f"test --test_env=FLAKY_COUNTER={counter}\n")
    made = Checkout(workspace, folder / "bazel")
    try:
        yield made
    finally:
        made.bazel("shutdown")


def unit(**changes: Any) -> Unit:
    """One row of the nightly's matrix."""
    suite = Suite(id="single", suite="SingleGpu", timeout_s=600, **changes)
    values = {"python": "3.12", "rocm": "7.2.0", "suite": "single"}
    return Unit(id=ROW, runs_on=("linux-x86-64-1gpu-amd",), rows=(Row(id=ROW, values=values, runner="x", suite=suite),))


def _outputs(path: Path) -> dict[str, str]:
    """What a step's outputs say: `name<<END`, lines, END."""
    found: dict[str, str] = {}
    lines = iter(path.read_text().splitlines() if path.exists() else [])
    for line in lines:
        name, _, end = line.partition("<<")
        if end:
            found[name] = "\n".join(iter(lambda end=end: next(lines), end))  # type: ignore[misc]
        else:
            name, _, found[name] = line.partition("=")
    return found
