"""Rows, inputs and a stand-in for Bazel: a small program that does what a file tells it, and notes what it saw."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from shuntyard import wire
from shuntyard.bazel.inputs import INPUTS
from shuntyard.contract import Contract, Value, parse
from shuntyard.plan import Row, Suite, Unit
from shuntyard.result import ShardResult
from tests.scripts.runner_samples import SCRIPTS, script_env

CERT = (
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBszCCAVmgAwIBAgIUcertcertcert\nQmF6ZWwgbmV2ZXIgc2F3IHRoaXM=\n-----END CERTIFICATE-----\n"
)
KEY = (
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIkeykeykeykey\nc2VjcmV0IHNlY3JldCBzZWNyZXQ=\n-----END PRIVATE KEY-----\n"
)
SECRET_LINES = [row for text in (CERT, KEY) for row in text.splitlines() if not row.startswith("-----")]
SECRETS = {"INPUT_RBE_CERT": CERT, "INPUT_RBE_KEY": KEY}
ROW = "jax.py312"

# What it does, for each call of build or test in turn (the last again for more): a JSON list of
# {"exit", "say", "events", "files", "sleep", "children", "leak"}; see `standin`.
STANDIN = """\
import json, os, pathlib, subprocess, sys, time
home = pathlib.Path(__file__).parent
commands = [word for word in sys.argv[1:] if not word.startswith("-")]
command = commands[0] if commands else ""
if command == "shutdown":
    (home / "shutdown").write_text("yes")
    sys.exit(0)
rc = next((pathlib.Path(w.partition("=")[2]) for w in sys.argv if w.startswith("--bazelrc=")), None)
options = rc.read_text() if rc else ""
files = [line.split("=", 1)[1].strip().strip('"') for line in options.splitlines() if "--tls_client_" in line]
seen = {
    "command": command, "argv": sys.argv[1:], "env": dict(os.environ), "rc": options, "cwd": os.getcwd(),
    "rc_mode": oct(rc.stat().st_mode & 0o777) if rc else "", "rc_folder": str(rc.parent) if rc else "",
    "folder_mode": oct(rc.parent.stat().st_mode & 0o777) if rc else "",
    "tls": {f: oct(os.stat(f).st_mode & 0o777) for f in files},
    "targets": next((open(w.partition("=")[2]).read() for w in sys.argv if w.startswith("--target_pattern_file=")), ""),
}
calls = home / "calls.json"
before = json.loads(calls.read_text()) if calls.exists() else []
calls.write_text(json.dumps([*before, seen]))
plan = json.loads((home / "plan.json").read_text())
doing = plan[min(len(before), len(plan) - 1)]
for name, text in doing.get("files", {}).items():
    path = pathlib.Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
events = next((w.partition("=")[2] for w in sys.argv if w.startswith("--build_event_json_file=")), "")
if events:
    with open(events, "w") as file:
        for event in doing.get("events", []):
            text = json.dumps(event).replace("@CWD@", os.getcwd())
            file.write(text + "\\n")
print(doing.get("say", ""), flush=True)
if doing.get("leak"):
    for name in files:
        print(open(name).read(), flush=True)
if doing.get("children"):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    (home / "child").write_text(str(child.pid))
(home / "ready").write_text("yes")
time.sleep(doing.get("sleep", 0))
sys.exit(doing.get("exit", 0))
"""


class Call(NamedTuple):
    """One call of the stand-in, as it saw it."""

    command: str
    argv: list[str]
    env: dict[str, str]
    rc: str
    cwd: str
    rc_mode: str
    rc_folder: str
    folder_mode: str
    tls: dict[str, str]
    targets: str


class Bench(NamedTuple):
    """A checkout, a stand-in on PATH, a folder for what is passing, and one for results."""

    checkout: Path
    bin: Path
    temp: Path
    results: Path

    def env(self, inputs: Mapping[str, str], env: Mapping[str, str] | None = None) -> dict[str, str]:
        given = {
            "unit": unit_text(),
            "results": str(self.results),
            "targets": "//a:all",
            "time-limit": "1",
            "backoff": "0",
            "pipeline": "nightly-rbe",
            **inputs,
        }
        path = f"{self.bin}{os.pathsep}{os.environ['PATH']}"
        return script_env(given, {"PATH": path, "RUNNER_TEMP": str(self.temp), **(env or {})})

    def run(self, *, env: Mapping[str, str] | None = None, **inputs: str) -> subprocess.CompletedProcess[str]:
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        return subprocess.run(
            command(),
            cwd=self.checkout,
            env=self.env(given, env),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def calls(self) -> list[Call]:
        path = self.bin / "calls.json"
        return [Call(**call) for call in json.loads(path.read_text())] if path.exists() else []

    def folder(self) -> Path:
        return self.results / ROW / "r1"

    def result(self) -> ShardResult:
        return wire.decode(ShardResult, json.loads((self.folder() / "result.json").read_text(encoding="utf-8")))

    def sidecar(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.folder() / "bazel.json").read_text(encoding="utf-8"))
        return told

    def outcomes(self) -> dict[str, str]:
        return {case.case: case.outcome for case in self.result().cases}

    def left_behind(self) -> list[str]:
        """What lies in the folder for what is passing, and which files hold a line of a secret, results included."""
        return sorted(path.name for path in self.temp.iterdir()) + [
            str(path)
            for top in (self.results, self.checkout, self.temp)
            for path in top.rglob("*")
            if path.is_file() and any(row.encode() in path.read_bytes() for row in SECRET_LINES)
        ]


def command() -> list[str]:
    return [sys.executable, "-SEs", str(SCRIPTS / "run_bazel.py")]


def make_bench(folder: Path, *plan: Mapping[str, Any]) -> Bench:
    """A bench whose Bazel does what the plan says, a step a call."""
    bench = Bench(folder / "checkout", folder / "bin", folder / "temp", folder / "results")
    for each in bench:
        each.mkdir()
    program = bench.bin / "bazel"
    program.write_text(f"#!{sys.executable}\n{STANDIN}")
    program.chmod(0o755)
    (bench.bin / "plan.json").write_text(json.dumps(plan or [passing()]))
    return bench


def make_row(**values: str) -> Row:
    return Row(id=ROW, values={"python": "3.12", **values}, runner="gpu", suite=Suite(id="jax", timeout_s=60))


def unit_text(row: Row | None = None) -> str:
    return json.dumps(wire.encode(Unit(id=ROW, runs_on=("gpu",), rows=(row or make_row(),))))


def given(**inputs: str) -> dict[str, Value]:
    """The inputs of run-bazel as its script gets them; what is not named has its default."""
    contract = Contract(name="run-bazel", summary="", inputs=INPUTS, exits={})
    return parse(contract, {"targets": "//a:all", **{name.replace("_", "-"): text for name, text in inputs.items()}})


def started() -> dict[str, Any]:
    return {"id": {"started": {}}, "children": [], "started": {"startTimeMillis": "1795340790872"}}


def finished(code: int, name: str, detail: Mapping[str, Any] | None = None) -> dict[str, Any]:
    told: dict[str, Any] = {"finishTimeMillis": "1795340795872", "exitCode": {"name": name, "code": code}}
    return {"id": {"buildFinished": {}}, "finished": {**told, **({"failureDetail": dict(detail)} if detail else {})}}


def outcome_event(label: str, status: str, *, attempt: int = 1, logs: str = "", **more: Any) -> dict[str, Any]:
    package, _, target = label.removeprefix("//").partition(":")
    output = [{"name": "test.log", "uri": f"file://@CWD@/{logs}/testlogs/{package}/{target}/test.log"}] if logs else []
    about = {"label": label, "run": 1, "shard": 1, "attempt": attempt, "configuration": {"id": "c"}}
    return {"id": {"testResult": about}, "testResult": {"status": status, "testActionOutput": output, **more}}


def xml(target: str, *cases: tuple[str, str]) -> str:
    rows = "".join(f'<testcase name="{name}" classname="{target}">{inside}</testcase>' for name, inside in cases)
    return f'<testsuites><testsuite name="{target}">{rows}</testsuite></testsuites>'


def passing(label: str = "//a:x_test", **more: Any) -> dict[str, Any]:
    """One target with two cases that passes."""
    package, _, target = label.removeprefix("//").partition(":")
    place = f"out/testlogs/{package}/{target}"
    return {
        "exit": 0,
        "say": f"{label} PASSED",
        "events": [started(), outcome_event(label, "PASSED", logs="out", **more), finished(0, "SUCCESS")],
        "files": {f"{place}/test.xml": xml(target, ("one", ""), ("two", "")), f"{place}/test.log": "all is well\n"},
    }


def failing(*labels: str, exit_code: int = 3, name: str = "TESTS_FAILED", say: str = "") -> dict[str, Any]:
    """Targets with a case each that fails."""
    files, events = {}, [started()]
    for label in labels:
        package, _, target = label.removeprefix("//").partition(":")
        files[f"out/testlogs/{package}/{target}/test.xml"] = xml(target, ("bad", '<failure message="1 is not 2"/>'))
        files[f"out/testlogs/{package}/{target}/test.log"] = "1 is not 2\n"
        events.append(outcome_event(label, "FAILED", logs="out"))
    return {"exit": exit_code, "say": say, "events": [*events, finished(exit_code, name)], "files": files}


def dying(exit_code: int, name: str = "REMOTE_ERROR", *more: Mapping[str, Any], say: str = "") -> dict[str, Any]:
    """Bazel ends with a code before any test has a result."""
    return {"exit": exit_code, "say": say, "events": [started(), *more, finished(exit_code, name)]}


def lines_of(text: str) -> Sequence[str]:
    return [row for row in text.splitlines() if row and not row.startswith("#")]
