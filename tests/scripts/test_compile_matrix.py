"""compile-matrix as a job starts it, in a caller's checkout that may hold anything."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shuntyard import wire
from shuntyard.plan import CompiledPipeline
from tests.conftest import ROOT
from tests.generator.yard import build

MINE = "pipeline: mine\nsummary: Mine.\naxes:\n  config: {suites: [unit]}\n  arm: [shell, python]\nrunner: gpu\n"


class Caller:
    """A caller's checkout, and a toolkit whose `compile-matrix` is the real one."""

    def __init__(self, root: Path) -> None:
        self.toolkit = build(root / "toolkit").root
        for path in ("scripts/shuntyard", "generator"):
            (self.toolkit / path).symlink_to(ROOT / path)
        shutil.copy(ROOT / "scripts" / "compile_matrix.py", self.toolkit / "scripts")  # it looks beside itself
        self.checkout = root / "checkout"
        (self.checkout / ".ci").mkdir(parents=True)
        self.temp = root / "temp"
        self.temp.mkdir()

    def write(self, text: str, path: str = ".ci/matrix.yml") -> str:
        (self.checkout / path).write_text(text, encoding="utf-8")
        return path

    def run(self, matrix: str, **env: str) -> tuple[int, dict[str, Any], str]:
        variables = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(self.temp), "INPUT_MATRIX": matrix, **env}
        output = self.temp / "output"
        output.unlink(missing_ok=True)
        command = [sys.executable, str(self.toolkit / "scripts" / "compile_matrix.py")]
        variables["GITHUB_OUTPUT"] = str(output)
        done = subprocess.run(command, env=variables, cwd=self.checkout, capture_output=True, text=True, check=False)
        lines = output.read_text(encoding="utf-8").splitlines() if output.exists() else []
        outputs = {lines[0].split("<<")[0]: lines[1]} if lines else {}
        return done.returncode, outputs, done.stdout + done.stderr


@pytest.fixture
def caller(tmp_path: Path) -> Caller:
    return Caller(tmp_path)


def test_a_caller_s_file_becomes_a_compiled_matrix_outside_of_its_checkout(caller: Caller) -> None:
    before = sorted(path.name for path in caller.checkout.rglob("*"))
    code, outputs, _ = caller.run(caller.write(MINE))
    assert code == 0
    compiled = Path(outputs["compiled"])
    assert compiled.is_relative_to(caller.temp)
    data = json.loads(compiled.read_text(encoding="utf-8"))
    assert ".ci/matrix.yml" in data.pop("$comment")
    rows = wire.decode(CompiledPipeline, data).rows
    assert [row.id for row in rows] == ["unit.shell", "unit.python"]
    assert sorted(path.name for path in caller.checkout.rglob("*")) == sorted([*before, "matrix.yml"])


def test_a_caller_s_file_without_triggers_runs_whenever_it_is_called(caller: Caller) -> None:
    for text, events in ((MINE, ["call"]), (MINE + "triggers: {dispatch: true}\n", ["workflow_dispatch"])):
        code, outputs, _ = caller.run(caller.write(text))
        assert code == 0
        assert json.loads(Path(outputs["compiled"]).read_text(encoding="utf-8"))["events"] == events


@pytest.mark.slow
def test_problems_are_annotations_on_the_caller_s_file(caller: Caller) -> None:
    path = caller.write(MINE.replace("gpu", "gqu").replace("arm: [shell", "arm: [sh"))
    code, outputs, said = caller.run(path, GITHUB_ACTIONS="true")
    assert (code, outputs) == (1, {})
    assert "::error file=.ci/matrix.yml,line=5,col=9,title=matrix::unknown arm 'sh'" in said
    assert "::error file=.ci/matrix.yml,line=6,col=9,title=runners::unknown runner 'gqu'%0Adid you mean 'gpu'?" in said
    assert caller.run(path)[2].startswith(".ci/matrix.yml:5:9: unknown arm 'sh' [matrix]\n")


@pytest.mark.slow
@pytest.mark.parametrize("matrix", ["no.yml", "--help", "--root=x", "-", "."])
def test_what_is_no_file_is_wrong_usage_and_never_an_option(caller: Caller, matrix: str) -> None:
    code, outputs, said = caller.run(matrix)
    assert (code, outputs) == (2, {})
    assert f"there is no file {matrix}" in said


@pytest.mark.slow
def test_the_caller_s_modules_do_not_shadow_the_toolkit_s(caller: Caller) -> None:
    for name in ("generator", "shuntyard", "jinja2", "json", "types"):
        caller.write("raise SystemExit('shadowed')\n", f"{name}.py")
    code, outputs, said = caller.run(caller.write(MINE), PYTHONPATH=str(caller.checkout / "elsewhere"))
    assert (code, "shadowed" in said) == (0, False)
    assert outputs


def test_a_missing_input_is_wrong_usage(caller: Caller) -> None:
    code, outputs, said = caller.run("")
    assert (code, outputs) == (2, {})
    assert "input 'matrix' is missing" in said
