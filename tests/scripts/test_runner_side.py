"""What runs on an accelerator's machine needs a bare Python and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from generator.contracts import load
from shuntyard import wire
from tests.scripts.runner_samples import ROOT, SCRIPTS, make_unit, script_env, shell_entry, write_project

RUNNER_SIDE = sorted(Path(contract.script).name for contract in load(ROOT).values() if not contract.toolkit)

# Runs a script as its own file would run, then names every module that came from anywhere but the standard library
# and the toolkit.
WATCHED = """
import json, runpy, sys, sysconfig
script = sys.argv[1]
sys.argv = sys.argv[1:]
sys.path[0] = script.rpartition("/")[0]
try:
    runpy.run_path(script, run_name="__main__")
except SystemExit as end:
    code = end.code
library = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib")]
files = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
ours = [*library, sys.path[0]]
def is_ours(file):
    return "site-packages" not in file and any(file.startswith(place + "/") for place in ours)
strange = sorted(name for name, file in files.items() if file and not is_ours(file))
print(json.dumps({"code": code, "strange": strange}))
"""


def watched(name: str, project: Path, arguments: list[str], inputs: dict[str, str]) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-SEs", "-c", WATCHED, str(SCRIPTS / name), *arguments],
        cwd=project, env=script_env(inputs), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_the_scripts_for_a_runner_are_known() -> None:
    assert {"run_shard.py", "detect_hardware.py"} <= set(RUNNER_SIDE)


@pytest.mark.parametrize("name", RUNNER_SIDE)
def test_a_script_starts_with_the_standard_library_alone(tmp_path: Path, name: str) -> None:
    assert watched(name, tmp_path, ["--contract"], {}) == {"code": 0, "strange": []}


def test_a_whole_run_needs_the_standard_library_alone(tmp_path: Path) -> None:
    files = {"test_x.py": "def test_a(): pass", ".ci/test.sh": shell_entry()}
    project = write_project(tmp_path / "project", files)
    inputs = {
        "unit": json.dumps(wire.encode(make_unit("shell", "python"))),
        "python": sys.executable,
        "results": str(tmp_path / "results"),
    }
    assert watched("run_shard.py", project, [], inputs) == {"code": 0, "strange": []}
    assert len(list((tmp_path / "results").rglob("result.json"))) == 2


def test_a_whole_detection_needs_the_standard_library_alone(tmp_path: Path) -> None:
    assert watched("detect_hardware.py", tmp_path, [], {}) == {"code": 0, "strange": []}
