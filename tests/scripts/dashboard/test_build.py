"""From a real Parquet history to files: the figures, the command, the script, damage, emptiness."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shuntyard.analyses.query import Scope
from shuntyard.dashboard.build import Dashboard, build, write
from shuntyard.dashboard.facts import facts
from shuntyard.dashboard.gather import Asked
from tests.conftest import ROOT
from tests.scripts.dashboard.conftest import NIGHTS, NOW
from tests.scripts.dashboard.samples import START, make

pytestmark = pytest.mark.slow


def silent(_: str) -> None:
    """Says nothing."""


def test_the_findings_are_those_of_the_history(dashboard: Dashboard, told: list[str]) -> None:
    found = dashboard.findings
    assert (found.extent.runs, found.extent.configs, found.extent.arms) == (NIGHTS, 12, ("python", "shell"))
    assert found.ab is not None
    verdicts = {group.group: group.verdict for group in found.ab.groups}
    assert len(verdicts) == 18
    assert (verdicts["torchbench"], verdicts["huggingface"], verdicts["smoke"]) == (
        "regressed",
        "inconclusive",
        "equivalent",
    )
    shifts = {(shift.series.config, shift.series.metric, shift.direction) for shift in found.trends.shifts}
    assert {("inductor", "time", "regressed"), ("timm", "memory", "improved")} <= shifts
    assert {flake.seen.config for flake in found.flakes} == {"jit_legacy", "distributed"}
    assert {place.hardware for place in found.places if place.simulated} == {"gpu software adapter x1"}
    assert len(found.recent.runs) == NIGHTS
    broken = next(case for case in found.recent.bad_cases if case.config == "inductor_distributed")
    assert (broken.arms, len(broken.run_keys)) == (("python",), 5)
    assert "AssertionError" in broken.message
    assert sum(day.executions for day in found.days) == found.extent.executions
    assert [text for text in told if "executions" in text]


def test_a_scope_leaves_the_rest_out(place: Path) -> None:
    since = START + timedelta(days=20)
    asked = Asked(scope=Scope(since=since, pipelines=("python-runner-ab",)), now=NOW)
    found = build(str(place), asked, tell=silent).findings
    assert (found.extent.runs, found.extent.oldest and found.extent.oldest >= since) == (10, True)
    other = build(str(place), Asked(scope=Scope(pipelines=("nightly",)), now=NOW), tell=silent)
    assert "The history is not empty" in other.html
    assert other.findings.extent.runs == 0


def test_the_same_history_gives_the_same_page(place: Path, dashboard: Dashboard) -> None:
    assert build(str(place), dashboard.findings.asked, tell=silent).html == dashboard.html


def test_the_figures_are_json(dashboard: Dashboard) -> None:
    found = json.loads(json.dumps(facts(dashboard.findings, dashboard.problems), allow_nan=False))
    assert found["schema"] == 1
    assert found["answer"]["tone"] == "bad"
    assert len(found["ab"]["groups"]) == 18
    assert found["trends"]["shifts"][0]["series"]["row_id"] == "inductor.python"
    assert "values" not in found["trends"]["shifts"][0]["series"]
    assert datetime.fromisoformat(found["extent"]["newest"].removesuffix("Z")) > START
    assert {each["name"] for each in found["kpis"]} >= {"success_rate", "fallback_rate", "time_to_signal_p90"}


def test_a_damaged_file_is_told_and_the_rest_is_shown(tmp_path: Path) -> None:
    make(tmp_path, 12, configs=2, cases=10)
    victim = sorted(tmp_path.rglob("*.parquet"))[3]
    victim.write_bytes(victim.read_bytes()[:200])
    made = build(str(tmp_path), Asked(scope=Scope(), now=NOW), tell=silent)
    assert len(made.problems) == 1
    assert made.findings.extent.runs == 11
    assert "1 file of the history cannot be read" in made.html
    assert victim.name in made.html


@pytest.mark.parametrize("nights", [0, 1, 4])
def test_a_tiny_history_is_a_page_that_says_what_is_missing(tmp_path: Path, nights: int) -> None:
    make(tmp_path, nights, configs=1, cases=10)
    made = build(str(tmp_path), Asked(scope=Scope(), now=NOW), tell=silent)
    assert ("is empty" in made.html) == (nights == 0)
    if nights:
        assert "shorter than the ten commits" in made.html
        assert "No case flipped" in made.html
    if nights == 1:
        assert "two runs of each arm are needed" in made.html


def shuntyard(*arguments: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'scripts'}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "generator", "dashboard", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_the_command_writes_both_files_and_says_how_far_it_is(place: Path, tmp_path: Path) -> None:
    page, figures = tmp_path / "site" / "index.html", tmp_path / "figures.json"
    done = shuntyard("--history", place, "--output", page, "--json", figures, "--since", "36000", "--known", "smoke")
    assert done.returncode == 0, done.stderr
    assert "reading the history" in done.stderr
    assert done.stdout == ""
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    coverage = next(
        each for each in json.loads(figures.read_text())["kpis"] if each["name"] == "configuration_coverage"
    )
    assert (coverage["value"], coverage["n"]) == (1.0, 1)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["figures.json", "index.html", "site"]


def test_the_command_tells_wrong_usage_and_an_empty_place(tmp_path: Path) -> None:
    assert shuntyard("--since", "-1").returncode == 2
    done = shuntyard("--history", tmp_path / "none", "--output", tmp_path / "x.html", "--json", "-")
    assert done.returncode == 0
    assert json.loads(done.stdout)["answer"]["tone"] == "none"
    assert "is empty" in (tmp_path / "x.html").read_text(encoding="utf-8")


def test_the_script_gives_the_paths_and_the_answer(tmp_path: Path) -> None:
    make(tmp_path / "history", 3, configs=2, cases=10)
    victim = min((tmp_path / "history").rglob("*.parquet"))
    command = [
        sys.executable,
        str(ROOT / "scripts" / "build_dashboard.py"),
        "--history",
        str(tmp_path / "history"),
        "--json",
    ]
    environment = {
        **os.environ,
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "INPUT_SINCE": "36000",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    outputs = json.loads(done.stdout)
    assert Path(outputs["html"]).parent == tmp_path / "temp" / "shuntyard" / "dashboard"
    assert json.loads(Path(outputs["figures"]).read_text())["answer"]["tone"] == outputs["answer"]
    victim.write_bytes(b"PAR1")
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert again.returncode == 1
    assert victim.name in again.stderr


def test_a_page_is_never_half_written(tmp_path: Path) -> None:
    target = tmp_path / "a" / "page.html"
    write(target, "first")
    write(target, "second\n")
    assert target.read_bytes() == b"second\n"
    assert [path.name for path in target.parent.iterdir()] == ["page.html"]
