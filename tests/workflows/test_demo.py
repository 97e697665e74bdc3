"""`make demo` as a new user runs it: a real project, real measurements, and what follows from them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow


def demo(work: Path, *words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "generator", "demo", "--work", str(work), *words]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "scripts")])}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stdout


def verdicts(text: str) -> dict[str, tuple[str, int]]:
    """Each configuration's verdict and its number of pairs, from the printed table."""
    found = re.findall(r"^(smoke|python) +(\w+) +the same +(\d+) ", text, re.MULTILINE)
    return {config: (verdict, int(pairs)) for config, verdict, pairs in found}


def test_equal_arms_are_measured_and_no_flag_changes(tmp_path: Path) -> None:
    code, text = demo(tmp_path)
    assert code == 0, text
    found = verdicts(text)
    assert {config: pairs for config, (_, pairs) in found.items()} == {"smoke": 20, "python": 20}
    assert "regressed" not in {verdict for verdict, _ in found.values()}
    assert "flags: as in matrices/suites.yml" in text
    assert json.loads((tmp_path / "rehearsal.json").read_text(encoding="utf-8"))["verdict"] == "passed"
    assert "python-runner-ab" in (tmp_path / "dashboard.html").read_text(encoding="utf-8")
    assert len(list((tmp_path / "history").rglob("run-*.parquet"))) == 1


def test_an_arm_that_is_slowed_down_is_found_out_and_switched_off(tmp_path: Path) -> None:
    code, text = demo(tmp_path, "--slow", "smoke")
    assert code == 0, text
    found = verdicts(text)
    assert found["smoke"] == ("regressed", 20)
    assert found["python"][0] != "regressed"
    assert re.search(r"^firing +critical +Python Runner Regressed +smoke ", text, re.MULTILINE)
    assert json.loads((tmp_path / "hub" / "variables.json").read_text(encoding="utf-8")) == {
        "SHUNTYARD_FLAGS": "smoke=off"
    }
    (entry,) = (json.loads(line) for line in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines())
    assert (entry["config"], entry["action"]) == ("smoke", "demoted")
