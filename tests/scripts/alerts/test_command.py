"""`shuntyard alerts` and the action's script, as people and jobs start them, on a real history."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from generator.cli import main
from tests.conftest import ROOT
from tests.scripts.alerts.conftest import Receiver
from tests.scripts.alerts.histories import NOW, Arm, healthy, week

AT = "2026-11-22T12:00"
OWN = """\
alerts:
  - {name: Fallbacks, condition: fallback_rate > 5%, action: [disable_feature_flag, open_issue, notify]}
"""


@dataclass(frozen=True)
class Said:
    """What a command came to."""

    returncode: int
    stdout: str
    stderr: str


class Yard:
    """A folder with a history; commands run in it."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch) -> None:
        self.home, self._patch = home, patch
        (home / "alerts.yml").write_text(OWN, encoding="utf-8")
        patch.chdir(home)
        for name in ("SHUNTYARD_NOTIFY_URLS", "SHUNTYARD_HISTORY", "SHUNTYARD_ROLLOUT_LOG"):
            patch.delenv(name, raising=False)

    def sicken(self, now: datetime = NOW) -> None:
        sick = {**healthy("docs_test", "smoke"), ("docs_test", "python"): Arm(fallbacks=2)}
        week(self.home / "history", lambda _: sick, now=now)

    def heal(self) -> None:
        week(self.home / "history", lambda _: healthy("docs_test", "smoke"))

    def run(self, *argv: str, **env: str) -> Said:
        out, err = io.StringIO(), io.StringIO()
        with self._patch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name, value in env.items():
                patch.setenv(name, value)
            code = main(["alerts", *argv])
        return Said(code, out.getvalue(), err.getvalue())

    def check(self, *argv: str, **env: str) -> Said:
        options = ["--history", "history", "--alerts", "alerts.yml", "--log", "rollout.jsonl"]
        return self.run("check", *options, *([] if "--at" in argv else ["--at", AT]), *argv, **env)

    def variables(self) -> dict[str, Any]:
        path = self.home / "hub" / "variables.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return found


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Yard:
    return Yard(tmp_path, monkeypatch)


@pytest.mark.slow
def test_from_a_fallback_to_the_flag_and_back(home: Yard, receiver: Receiver) -> None:
    home.sicken()
    before = sorted(home.home.rglob("*"))
    dry = home.check("--hub", "local:hub", "--dry-run", SHUNTYARD_NOTIFY_URLS=receiver.url)
    assert dry.returncode == 1 and "would: disable_feature_flag: switch off docs_test" in dry.stdout
    assert (sorted(home.home.rglob("*")), receiver.messages) == (before, [])

    first = home.check("--hub", "local:hub", "--json", SHUNTYARD_NOTIFY_URLS=receiver.url)
    assert first.returncode == 1, first.stderr
    record = json.loads(first.stdout)
    (fires,) = (each for each in record["alerts"] if each["status"] == "firing")
    assert (fires["alert"], fires["where"], fires["threshold"], fires["n"]) == ("Fallbacks", "docs_test", 0.05, 36)
    assert [each["result"] for each in record["acts"]] == ["done", "done", "done"]
    assert home.variables() == {"SHUNTYARD_FLAGS": "docs_test=off"} and len(receiver.messages) == 1
    assert (home.home / "history-alerts.json").exists()
    assert "s3cret" not in first.stdout + first.stderr

    again = home.check("--hub", "local:hub", SHUNTYARD_NOTIFY_URLS=receiver.url)
    assert again.returncode == 1 and "done:" not in again.stdout and len(receiver.messages) == 1

    cleared = home.run("clear", "Fallbacks", "docs_test", "--history", "history", "--alerts", "alerts.yml")
    assert cleared.returncode == 0, cleared.stderr
    later = home.check("--hub", "local:hub", "--at", "2026-12-20T12:00", SHUNTYARD_NOTIFY_URLS=receiver.url)
    assert later.returncode == 0 and "no configuration ran in the last 7 d" not in later.stdout
    assert [message["type"] for message in receiver.messages] == ["warning", "success"]
    empty = home.check("--hub", "local:hub", "--at", "2026-12-21T12:00")
    assert empty.returncode == 0 and "no configuration ran in the last 7 d" in empty.stdout


@pytest.mark.slow
def test_exit_codes(home: Yard) -> None:
    home.heal()
    assert home.check().returncode == 0
    (home.home / "alerts.yml").write_text(OWN.replace("5%", "5 min"), encoding="utf-8")
    told = home.check()
    assert told.returncode == 1 and "alerts.yml:2:34: 'fallback_rate > 5 min' compares" in told.stdout
    (home.home / "alerts.yml").write_text(OWN, encoding="utf-8")
    assert home.check("--hub", "nowhere").returncode == 2
    (home.home / "history-alerts.json").write_text("[]", encoding="utf-8")
    spoilt = home.check()
    assert spoilt.returncode == 2 and "is not the state of alerts" in spoilt.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("fail", "code"), [("false", 0), ("true", 1)])
def test_the_action_s_script(home: Yard, fail: str, code: int) -> None:
    home.sicken(datetime.now(timezone.utc).replace(tzinfo=None))
    output = home.home / "output"
    env = {
        "PATH": os.environ["PATH"], "GITHUB_OUTPUT": str(output), "GITHUB_ACTIONS": "true", "INPUT_HISTORY": "history",
        "INPUT_HUB": "local:hub", "INPUT_ALERTS": "alerts.yml", "INPUT_FAIL": fail, "INPUT_LOG": "rollout.jsonl",
    }  # fmt: skip
    command = [sys.executable, str(ROOT / "scripts" / "check_alerts.py")]
    done = subprocess.run(command, env=env, cwd=home.home, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert "::warning title=alert::Fallbacks fires for docs_test" in done.stdout
    assert "switched off docs_test" in output.read_text(encoding="utf-8")
    assert home.variables() == {"SHUNTYARD_FLAGS": "docs_test=off"}


def test_the_script_declares_itself_without_any_library() -> None:
    command = [sys.executable, "-SE", str(ROOT / "scripts" / "check_alerts.py"), "--contract"]
    declared = subprocess.run(command, capture_output=True, text=True, check=True, env={})
    assert json.loads(declared.stdout)["name"] == "check-alerts"
