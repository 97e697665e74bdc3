"""bump-pin as a workflow runs it: a real history, a hub in a folder, and GitHub's API on a port of this machine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.scripts.hub.fake_github import REPO, TOKEN, Yard, serving
from tests.scripts.pinning.samples import PIPELINE, Night, keep
from tests.scripts.runner_samples import script_env

pytestmark = pytest.mark.slow

NIGHTLY = tuple(Night(ago=24.0 * night + 3) for night in range(8))
UPSTREAM = [f"{number:040x}" for number in range(1, 6)]  # the oldest first: 50, 40, 30, 20 and 10 h old, then 1 h


@pytest.fixture
def now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)


@pytest.fixture
def place(tmp_path: Path, now: datetime) -> Path:
    """A checkout with a pin, and the hub's folder with upstream's commits."""
    (tmp_path / "checkout" / ".ci").mkdir(parents=True)
    (tmp_path / "checkout" / ".ci" / "pytorch.txt").write_text("# see docs\n2.13.0\n")
    (tmp_path / "hub").mkdir()
    ages = (50, 40, 30, 10, 1)
    commits = [
        {"sha": sha, "at": (now - timedelta(hours=age)).isoformat()} for sha, age in zip(UPSTREAM, ages, strict=True)
    ]
    (tmp_path / "hub" / "upstream.json").write_text(json.dumps(commits))
    return tmp_path


def bump(
    place: Path, nights: Sequence[Night], now: datetime, env: Any = None, **inputs: str
) -> tuple[int, dict[str, str], str]:
    history = place / "history"
    if not history.exists():
        keep(history, nights, now)
    given = {"history": str(history), "of": PIPELINE, "local": str(place / "hub"), **inputs}
    environment = script_env({name.replace("_", "-"): value for name, value in given.items()}, env or {})
    command = [sys.executable, str(ROOT / "scripts" / "bump_pin.py"), "--json"]
    done = subprocess.run(
        command, cwd=place / "checkout", env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert TOKEN not in done.stdout + done.stderr
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


def proposal(place: Path) -> dict[str, object]:
    (file,) = (place / "hub" / "pulls").glob("*.json")
    found: dict[str, object] = json.loads(file.read_text())
    return found


def test_the_commit_that_the_newest_green_run_tested_is_proposed(place: Path, now: datetime) -> None:
    code, outputs, said = bump(place, NIGHTLY, now)
    assert (code, outputs["proposed"], outputs["version"]) == (0, "true", UPSTREAM[3]), said
    pull = proposal(place)
    assert pull["files"] == {".ci/pytorch.txt": f"# see docs\n{UPSTREAM[3]}\n"}
    assert pull["branch"] == "shuntyard/bump-pin" and pull["title"] == f"Pin pytorch/pytorch at {UPSTREAM[3][:12]}"
    text = str(pull["body"])
    assert "all of 7 runs passed" in text and f"compare/v2.13.0...{UPSTREAM[3]}" in text and "shuntyard: pin" in text


def test_a_later_night_renews_the_same_pull_request(place: Path, now: datetime) -> None:
    bump(place, NIGHTLY, now, upstream_ref=UPSTREAM[0])
    assert bump(place, NIGHTLY, now)[1]["proposed"] == "true"
    assert proposal(place)["number"] == 1 and UPSTREAM[3] in str(proposal(place)["files"])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"ago": 51.0, "main": "failed"}, "1 of 8 runs did not pass"),
        ({"ago": 51.0, "main": "error"}, "error in ops-main"),
        ({"ago": 51.0, "main": "empty"}, "empty in ops-main"),
    ],
)
def test_one_bad_night_is_too_many(place: Path, now: datetime, change: dict[str, object], why: str) -> None:
    nights = [*NIGHTLY, Night(run_id="bad", **change)]  # type: ignore[arg-type]
    code, outputs, _ = bump(place, nights, now)
    assert (code, outputs["proposed"], outputs["url"]) == (0, "false", "") and why in outputs["reason"]
    assert not (place / "hub" / "pulls").exists()


def test_what_does_not_count(place: Path, now: datetime) -> None:
    nights = [
        *NIGHTLY,
        Night(ago=20, main="", pinned="failed", run_id="pull"),  # the other stack's rows
        Night(ago=40, main="failed", run_id="again"),  # a re-run of it passed
        Night(ago=39, run_id="again", attempt=2),
        Night(ago=30, main="failed", repository="somebody/fork", run_id="fork"),
    ]
    code, outputs, said = bump(place, nights, now, {"GITHUB_REPOSITORY": "torch-spyre/torch-spyre"})
    assert (code, outputs["proposed"]) == (0, "true"), said
    (place / "hub" / "pulls" / "1.json").unlink()
    assert bump(place, [], now, {"GITHUB_REPOSITORY": "else/where"})[0] == 2
    code, outputs, _ = bump(place, [], now, {"GITHUB_REPOSITORY": "torch-spyre/torch-spyre"}, stack="any", days="1")
    assert "1 of 2 runs did not pass" in outputs["reason"]


@pytest.mark.parametrize(
    ("pin", "why"),
    [
        (UPSTREAM[3], "is pinned already"),
        (UPSTREAM[4], "is newer than"),
    ],
)
def test_a_pin_never_goes_back(place: Path, now: datetime, pin: str, why: str) -> None:
    (place / "checkout" / ".ci" / "pytorch.txt").write_text(pin)
    code, outputs, _ = bump(place, NIGHTLY, now)
    assert (code, outputs["proposed"]) == (0, "false") and why in outputs["reason"]


def test_a_dry_run_proposes_nothing(place: Path, now: datetime) -> None:
    code, outputs, _ = bump(place, NIGHTLY, now, dry_run="true")
    assert (code, outputs["proposed"], outputs["version"]) == (0, "false", UPSTREAM[3])
    assert not (place / "hub" / "pulls").exists()


def test_a_damaged_history_decides_nothing(place: Path, now: datetime) -> None:
    keep(place / "history", NIGHTLY, now)
    file = sorted((place / "history").rglob("*.parquet"))[0]
    file.write_bytes(file.read_bytes()[:40])
    code, _, said = bump(place, NIGHTLY, now)
    assert code == 2 and "cannot be read whole" in said


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"pin": "nowhere.txt"}, "no pin"),
        ({"pin": "../outside.txt"}, "no pin"),
        ({"least": "0"}, "one run at least"),
        ({"least": "2.5"}, "whole number"),
        ({"upstream_ref": "main"}, "no commit"),
        ({"days": "-1"}, "no window"),
    ],
)
def test_wrong_usage(place: Path, now: datetime, inputs: dict[str, str], said: str) -> None:
    (place / "outside.txt").write_text("2.13.0")
    code, _, told = bump(place, NIGHTLY, now, **inputs)
    assert code == 2 and said in told


# --- against GitHub's API


def github(yard: Yard) -> dict[str, str]:
    return {"GITHUB_API_URL": yard.base, "GITHUB_REPOSITORY": REPO, "GH_TOKEN": TOKEN}


def test_on_github_one_commit_on_one_branch(place: Path, now: datetime) -> None:
    with serving() as yard:
        old = yard.refs["main"]
        yard.commit("main", {".ci/pytorch.txt": f"{old}\n"}, "pin")
        tested = yard.refs["main"]
        yard.dates[tested] = (now - timedelta(hours=9)).isoformat()
        newest = yard.commit("main", {"new.py": ""}, "after the run")
        yard.dates[newest] = (now - timedelta(hours=1)).isoformat()
        (place / "checkout" / ".ci" / "pytorch.txt").write_text(f"{old}\n")
        given = {"local": "", "upstream_repository": REPO, "branch": "bot/pin"}
        code, outputs, said = bump(place, NIGHTLY, now, github(yard), **given)
        assert (code, outputs["proposed"], outputs["version"]) == (0, "true", tested), said
        assert yard.files(yard.refs["bot/pin"])[".ci/pytorch.txt"] == f"{tested}\n"
        assert yard.files(yard.refs["main"])[".ci/pytorch.txt"] == f"{old}\n"  # never pushed to
        assert [pull["branch"] for pull in yard.pulls] == ["bot/pin"]
        assert "1 commits newer" not in yard.pulls[0]["body"] and "1 commit newer" in yard.pulls[0]["body"]
        again = bump(place, NIGHTLY, now, github(yard), **given)
        assert again[1]["url"] == outputs["url"] and len(yard.pulls) == 1


def test_the_apps_token_is_used_where_there_is_one(place: Path, now: datetime) -> None:
    with serving() as yard:
        yard.dates[yard.refs["main"]] = (now - timedelta(hours=9)).isoformat()
        env = {**github(yard), "GH_TOKEN": "the-jobs-own"}
        given = {"local": "", "upstream_repository": REPO, "token": TOKEN}
        assert bump(place, NIGHTLY, now, env, **given)[1]["proposed"] == "true"
        assert {login.split()[-1] for _, login in yard.logins} == {TOKEN}
