"""From a run to what follows from it, in one workflow: history, alerts, rollout and dashboard as actions, under act."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from generator.load import load
from generator.render import render, write
from tests.conftest import ROOT
from tests.generator.rehearse.acting import jobs, rehearsed
from tests.generator.rehearse.small import make_caller

pytestmark = pytest.mark.slow

EXAMPLE = ROOT / "examples" / "verdicts" / ".github" / "workflows" / "nightly.yml"
TESTS = {f"test/test_{name}.py": "def test_it():\n    assert True\n" for name in ("smoke", "python")}
ENTRY = '#!/bin/sh\nexec python -m pytest -p no:cacheprovider "test/test_$1.py"\n'


def at_home(folder: Path) -> str:
    """The example with a history, a hub and a log in folders of this machine, and without what only GitHub can tell."""
    yaml = YAML()
    yaml.width = 1000
    text = EXAMPLE.read_text(encoding="utf-8").replace("${{ vars.SHUNTYARD_HISTORY }}", str(folder / "history"))
    workflow = yaml.load(text)
    workflow["on"] = ["push"]
    workflow["jobs"]["ab"]["with"] = {"configs": "smoke", "repeats": 2}
    job = workflow["jobs"]["verdicts"]
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "GH_TOKEN", "SHUNTYARD_NOTIFY_URLS"):
        del job["env"][name]
    del job["environment"]
    steps = {step["uses"].split("@")[0].split("/")[-1]: step for step in job["steps"]}
    job["steps"].remove(steps["fetch-jobs"])
    for name in ("check-alerts", "advance-rollout"):
        steps[name]["with"] = {"hub": f"local:{folder / 'hub'}"}
    steps["build-dashboard"]["with"]["output"] = str(folder / "dashboard.html")
    path = folder / "ci.yml"
    yaml.dump(workflow, path)
    return path.read_text(encoding="utf-8")


def test_a_night_ends_in_a_history_and_a_dashboard(toolkit_root: Path, tmp_path: Path) -> None:
    write(toolkit_root, render(load(toolkit_root)).files)
    caller = make_caller(tmp_path / "caller", at_home(tmp_path), None, {**TESTS, ".ci/test.sh": ENTRY})
    (caller / ".ci" / "test.sh").chmod(0o755)
    found = rehearsed(toolkit_root, caller, "python-runner-ab", python=sys.executable)
    assert jobs(found)["verdicts"] == "passed", found
    assert found.verdict == "passed"
    (run,) = (tmp_path / "history").rglob("run-*.parquet")
    assert "python-runner-ab" in run.name
    assert json.loads((tmp_path / "history-alerts.json").read_text(encoding="utf-8"))
    assert "smoke" in (tmp_path / "dashboard.html").read_text(encoding="utf-8")
