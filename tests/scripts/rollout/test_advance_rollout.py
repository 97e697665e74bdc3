"""advance-rollout as a step of a job: flags go on by evidence, and the step says which and what to look at."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest

from shuntyard.hub.local import LocalHub
from shuntyard.rollout.flags import VARIABLE
from tests.conftest import ROOT
from tests.generator.rollout.samples import make_history, with_rollout
from tests.generator.yard import build


class Job:
    """A job in a checkout that may hold anything, with a toolkit whose script is the real one."""

    def __init__(self, folder: Path, ratio: float) -> None:
        self.yard = with_rollout(build(folder / "toolkit"))
        for path in ("scripts/shuntyard", "generator"):
            (self.yard.root / path).symlink_to(ROOT / path)
        shutil.copy(ROOT / "scripts" / "advance_rollout.py", self.yard.root / "scripts")
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        self.history = make_history(folder / "history", {"docs": ratio}, last=now)
        self.hub = LocalHub(folder / "hub")
        self.checkout = folder / "checkout"
        self.checkout.mkdir()
        (self.checkout / "json.py").write_text("raise SystemExit('shadowed')\n")
        self.folder = folder

    def run(self, **inputs: str) -> tuple[int, dict[str, str], str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "SHUNTYARD_"))}
        given = {
            "hub": f"local:{self.folder / 'hub'}",
            "history": self.history,
            "log": str(self.folder / "log"),
            **inputs,
        }
        env = {f"INPUT_{name.upper().replace('-', '_')}": value for name, value in given.items()}
        done = subprocess.run(
            [sys.executable, str(self.yard.root / "scripts" / "advance_rollout.py"), "--json"],
            env={**plain, **env, "GITHUB_OUTPUT": str(self.folder / "out")}, cwd=self.checkout, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr


@pytest.mark.slow
def test_a_night_switches_on_what_is_proven_and_the_next_says_what_is_held(tmp_path: Path) -> None:
    job = Job(tmp_path, 1.0)
    code, outputs, err = job.run(**{"dry-run": "true"})
    assert (code, outputs["promoted"]) == (0, "docs"), err
    assert job.hub.variable(VARIABLE) is None
    assert job.run()[1] == {"promoted": "docs", "told": ""}
    assert job.hub.variable(VARIABLE) == "docs=on"
    assert job.run()[1] == {"promoted": "", "told": ""}
    (tmp_path / "log").unlink()
    job.hub.set_variable(VARIABLE, "docs=off")
    assert "--release docs lets it go on" in job.run()[1]["told"]
    assert job.run(release="docs", mode="propose")[1]["promoted"] == "docs"
    assert [path.name for path in (tmp_path / "hub" / "pulls").iterdir()] == ["1.json"]


@pytest.mark.slow
def test_a_slow_runner_stays_off_and_wrong_inputs_are_told(tmp_path: Path) -> None:
    job = Job(tmp_path, 1.3)
    assert job.run()[:2] == (0, {"promoted": "", "told": ""})
    code, outputs, err = job.run(release="nope")
    assert (code, outputs) == (2, {})
    assert "no configuration 'nope'" in err
    assert job.hub.variable(VARIABLE) is None
