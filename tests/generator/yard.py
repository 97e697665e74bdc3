"""A small toolkit of its own, in a folder: matrices and tiny scripts that tests may change at will.

It has what the real one has (shared files, recipes, a pipeline with arms, one whose rows come from the caller) and
nothing that the real one changes often, so that these tests say something about the generator only.
"""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.cli import main
from generator.load import Toolkit, load
from generator.render import Rendering, render
from shuntyard.contract import Contract, Input, Output
from shuntyard.errors import Problem, ProblemsFound

CURSOR = "¦"

TOOLKIT = """\
repository: yard-owner/yard
version: v1
hub: hub
"""

RUNNERS = """\
runners:
  hub:
    summary: GitHub's own machine.
    labels: [ubuntu-24.04]
    hosted: true
  cpu:
    summary: GitHub's own machine, for tests.
    labels: [ubuntu-24.04]
    hosted: true
  gpu:
    summary: One card.
    labels: [self-hosted, linux, gpu-one]
    accelerator: gpu_cuda
    cards: 1
    memory-gb: 24
    quarantine: {owner: The owner, reason: It overheats, until: 2030-01-31}
"""

LABELS = """\
labels:
  ciflow/nightly:
    summary: Run the nightly on this pull request.
"""

PINS = f"""\
pins:
  actions/checkout: {{version: v7.0.1, commit: {"a1" * 20}}}
  actions/setup-python: {{version: v7.0.0, commit: {"b2" * 20}}}
  actions/upload-artifact: {{version: v7.0.1, commit: {"c3" * 20}}}
"""

SUITES = """\
suites:
  Unit: {tests: [test_unit]}
  Docs:
    tests: [test_docs]
    arguments: [--doctest-modules]
configurations:
  unit: {suite: Unit, phase: "1"}
  docs: {suite: Docs, adds: [test_tutorials], phase: 2A, timeout-minutes: 5}
  gloo: {suite: Unit, adds: [test_gloo], risk: medium, phase: 2B, env: {OMP_NUM_THREADS: "1"}}
  inductor: {suite: Unit, risk: high, phase: 2C, python-runner: false}
"""

ACTIONS = """\
actions:
  run-shard:
    summary: Run one unit, and upload what happened.
    inputs:
      python-version:
        help: The Python that the tests run in.
        default: ""
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
          overwrite: true
  compile-matrix:
    summary: Expand a matrix file.
    steps:
      - action: setup-toolkit
      - script: compile-matrix
  analyse:
    summary: Join the results.
    steps:
      - action: setup-toolkit
      - script: analyse
        with: {results: {temp: yard/artifacts}}
"""

NIGHTLY = """\
pipeline: nightly
summary: Two arms on the first configurations.
triggers:
  call: {inputs: [configs, mode, percent, tests, python-version, verbose, instance]}
  schedule: {cron: "17 3 * * *"}
  dispatch: true
  labels: [ciflow/nightly]
axes:
  config: {suites: {phase: [1, 2A]}} # from suites.yml
  arm: [shell, python]
together: arm
runner: cpu
jobs:
  test: {matrix: rows, action: run-shard, timeout-minutes: 60}
  report: {needs: test, always: true, action: analyse}
gate: {requires: [test, report]}
outputs: {verdict: report.verdict}
at-home:
  tests: test_unit test_docs
"""

ANY = """\
pipeline: any
summary: A caller's own matrix.
triggers:
  call: {inputs: [matrix, pipeline, configs, tests, instance]}
rows: caller
jobs:
  test: {matrix: rows, action: run-shard}
  report: {needs: [test], always: true, action: analyse, with: {title: Any matrix}}
gate: {requires: [test, report], empty: pass}
"""

MATRICES = {
    "toolkit": TOOLKIT,
    "runners": RUNNERS,
    "labels": LABELS,
    "pins": PINS,
    "suites": SUITES,
    "actions": ACTIONS,
    "nightly": NIGHTLY,
    "any": ANY,
}

MODES = ("paired", "split", "python", "shell")
EXITS = {0: "good", 1: "a test failed"}

CONTRACTS = (
    Contract(
        name="select-rows",
        summary="Select the rows that this event runs.",
        inputs=(
            Input(name="pipeline", help="The pipeline's name.", default=""),
            Input(name="compiled", help="A compiled matrix file.", default=""),
            Input(name="configs", help="Configurations, separated by spaces.", default=""),
            Input(name="mode", type="choice", choices=MODES, default="paired", help="Which arms run."),
            Input(name="percent", type="number", default="50", help="The share of the Python arm."),
            Input(name="instance", help="A name for this call.", default=""),
        ),
        outputs=(
            Output(name="matrix", help="The matrix."),
            Output(name="plan", help="The plan."),
            Output(name="count", help="How many units."),
            Output(name="artifacts", help="The artifacts' pattern."),
            Output(name="pipeline", help="The pipeline's name."),
            Output(name="groups", help="Matrices for several rows."),
            Output(name="size", help="The size."),
            Output(name="call", help="The call."),
        ),
        exits=EXITS,
    ),
    Contract(
        name="run-shard",
        summary="Run one unit.",
        inputs=(
            Input(name="unit", type="json", help="The unit."),
            Input(name="pipeline", help="The pipeline's name.", default=""),
            Input(name="tests", help="Tests, separated by spaces; empty runs all | each.", default=""),
            Input(name="verbose", type="boolean", help="Say more.", default="false"),
            Input(name="instance", help="A name for this call.", default=""),
        ),
        outputs=(
            Output(name="artifact", help="The artifact's name."),
            Output(name="results", help="Where the results are."),
        ),
        exits=EXITS,
        workspace=True,
    ),
    Contract(
        name="analyse",
        summary="Join the results.",
        inputs=(
            Input(name="results", help="The folder of the results."),
            Input(name="artifacts", help="The artifacts' pattern.", default=""),
            Input(name="plan", type="json", help="What was selected.", default="{}"),
            Input(name="title", help="What the page is called.", default=""),
        ),
        outputs=(Output(name="verdict", help="What came out."),),
        exits=EXITS,
        toolkit=True,
    ),
    Contract(
        name="compile-matrix",
        summary="Expand a matrix file.",
        inputs=(Input(name="matrix", help="The file's path."),),
        outputs=(Output(name="compiled", help="The compiled matrix."),),
        exits=EXITS,
        workspace=True,
        toolkit=True,
    ),
    Contract(
        name="setup-toolkit",
        summary="Set up the toolkit's own Python.",
        outputs=(Output(name="python", help="The interpreter."),),
        exits=EXITS,
    ),
    Contract(
        name="gate",
        summary="Judge the other jobs.",
        inputs=(
            Input(name="needs", type="json", help="The needs context."),
            Input(name="requires", help="Jobs that must succeed."),
            Input(name="may-skip", help="Jobs that need not run.", default=""),
            Input(name="count", help="How many units.", default=""),
            Input(name="empty", type="choice", choices=("pass", "fail"), default="fail", help="What nothing means."),
            Input(name="matrix-jobs", help="Jobs that nothing skips.", default=""),
        ),
        exits=EXITS,
    ),
)


def script(contract: Contract) -> str:
    """A script's text: it prints its contract's name, and does nothing else."""
    return (
        "from shuntyard.contract import Contract, Input, Output\n\n"
        f"CONTRACT = {contract!r}\n\n"
        "if __name__ == '__main__':\n"
        "    print(CONTRACT.name)\n"
    )


@dataclass(frozen=True, slots=True)
class Yard:
    """The toolkit in the folder `root`."""

    root: Path

    def matrix(self, name: str) -> Path:
        return self.root / "matrices" / f"{name}.yml"

    def put(self, name: str, text: str) -> tuple[int, int] | None:
        """Writes a matrix file; returns line and column of the cursor (¦) in it, which is not written."""
        before, found, after = text.partition(CURSOR)
        self.matrix(name).write_text(before + after, encoding="utf-8", newline="")
        lines = before.split("\n")
        return (len(lines), len(lines[-1]) + 1) if found else None

    def edit(self, name: str, old: str, new: str) -> tuple[int, int] | None:
        """Replaces the one place where a matrix file says `old`."""
        text = self.matrix(name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name}.yml holds {old!r} {text.count(old)} times"
        return self.put(name, text.replace(old, new))

    def add_script(self, contract: Contract) -> None:
        (self.root / contract.script).write_text(script(contract), encoding="utf-8")

    def toolkit(self) -> Toolkit:
        return load(self.root)

    def render(self) -> Rendering:
        return render(load(self.root))

    def problems(self) -> list[Problem]:
        """What loading and rendering complain about."""
        try:
            self.render()
        except ProblemsFound as found:
            return found.problems
        return []

    def run(self, *argv: str) -> tuple[int, str, str]:
        """One command line on this toolkit: exit code, standard output, standard error."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main([*argv, "--root", str(self.root)])
            except SystemExit as stop:
                code = stop.code if isinstance(stop.code, int) else 1
        return code, out.getvalue(), err.getvalue()

    def files(self) -> dict[str, bytes]:
        """Every file of the toolkit but compiled Python, by its path below the root."""
        paths = (path for path in self.root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in paths}

    def compiled(self, name: str) -> Any:
        """A rendered compiled matrix, as plain values."""
        return json.loads(self.render().files[f"matrices/compiled/{name}.json"])


def build(root: Path) -> Yard:
    """Writes the toolkit into `root`, which need not exist."""
    (root / "matrices").mkdir(parents=True)
    (root / "scripts").mkdir()
    yard = Yard(root)
    for name, text in MATRICES.items():
        yard.put(name, text)
    for contract in CONTRACTS:
        yard.add_script(contract)
    return yard
