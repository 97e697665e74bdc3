"""notify-run against a real server on this machine: who is told what, who was not, and no address is ever shown."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from shuntyard import wire
from shuntyard.report import Report
from tests.conftest import ROOT
from tests.scripts.alerts.conftest import Receiver, receiver  # noqa: F401 (a fixture)
from tests.scripts.nightly.samples import INTEGRATION, PJIT, RBE, STRANGE, TODAY, WHEEL, Went, keep, report
from tests.scripts.runner_samples import script_env

pytestmark = pytest.mark.slow
NOWHERE = "json://user:s3cret-t0ken@127.0.0.1:9/?retry=0"


def notify(folder: Path, found: Report, inputs: Mapping[str, str], **env: str) -> subprocess.CompletedProcess[str]:
    folder.mkdir(exist_ok=True)
    (folder / "report.json").write_text(json.dumps(wire.encode(found)), encoding="utf-8")
    command = [sys.executable, str(ROOT / "scripts" / "notify_run.py")]
    given = script_env({"report": str(folder), "experimental": "rocm=7.2.0", **inputs}, env)
    done = subprocess.run(command, env=given, capture_output=True, text=True, check=False, timeout=120)
    assert "s3cret" not in done.stdout + done.stderr
    return done


def test_a_failure_reaches_whoever_can_be_reached(tmp_path: Path, receiver: Receiver) -> None:  # noqa: F811
    outputs, summary = tmp_path / "outputs", tmp_path / "summary.md"
    done = notify(
        tmp_path / "report", report(INTEGRATION, TODAY, Went(bad=WHEEL)),
        {"role": "installed", "urls": f"{NOWHERE} no-such-thing://s3cret {receiver.url}"},
        GITHUB_OUTPUT=str(outputs), GITHUB_STEP_SUMMARY=str(summary), GITHUB_ACTIONS="true",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (message,) = receiver.messages
    assert message["title"] == "nightly-integration failed: 1 of 2 rows failed (packaging error)"
    assert message["type"] == "failure"
    assert "py311-rocm7.1.1: auditwheel: jax_rocm7_plugin" in message["message"]
    assert "address 1 of NOTIFY_URLS (JSON) was not reached" in done.stdout
    assert "address 2 of NOTIFY_URLS is none that Apprise knows" in done.stdout
    assert "told 1 of 3" in done.stdout
    assert "| `py311-rocm7.1.1` |" in summary.read_text(encoding="utf-8")
    assert "s3cret" not in outputs.read_text(encoding="utf-8") + summary.read_text(encoding="utf-8")


def test_nobody_reached_is_a_problem(tmp_path: Path) -> None:
    done = notify(tmp_path / "report", report(RBE, TODAY, Went(bad=PJIT)), {"urls": NOWHERE})
    assert done.returncode == 1
    assert "told 0 of 1" in done.stdout


def test_only_an_experimental_row_is_bad_and_nobody_is_woken(tmp_path: Path, receiver: Receiver) -> None:  # noqa: F811
    done = notify(tmp_path / "report", report(RBE, TODAY, Went(experimental=STRANGE)), {"urls": receiver.url})
    assert (done.returncode, receiver.messages) == (0, [])
    assert "nothing to tell" in done.stdout


def test_a_change_is_told_once_each_way(tmp_path: Path, receiver: Receiver) -> None:  # noqa: F811
    nights = [
        report(RBE, TODAY - timedelta(days=4 - n), Went(bad=PJIT if bad else None))
        for n, bad in enumerate((False, True, True, False, False))
    ]  # fmt: skip
    events = []
    for number, night in enumerate(nights):
        history = keep(tmp_path / "history", [night])  # its own run is there already, as in a nightly
        inputs = {"when": "change", "history": str(history), "urls": receiver.url}
        outputs = tmp_path / f"outputs{number}"
        done = notify(tmp_path / "report", night, inputs, GITHUB_OUTPUT=str(outputs))
        assert done.returncode == 0, done.stderr
        events.append(outputs.read_text(encoding="utf-8").splitlines()[1])
    assert [event.startswith("end_") or event for event in events] == ["", "went bad", "", "recovered", ""]
    assert [(each["title"].split(":")[0], each["type"]) for each in receiver.messages] == [
        ("nightly-rbe went bad", "failure"), ("nightly-rbe recovered", "success"),
    ]  # fmt: skip


def test_a_missing_secret_is_named_and_optional(tmp_path: Path) -> None:
    bad = report(RBE, TODAY, Went(bad=PJIT))
    done = notify(tmp_path / "report", bad, {}, GITHUB_ACTIONS="true")
    assert done.returncode == 0
    assert (
        "::warning title=not told::nobody is told: the secret NOTIFY_URLS, which is optional, is not set."
        in done.stdout
    )
    done = notify(tmp_path / "report", bad, {"required": "true"})
    assert done.returncode == 2
    assert "the secret NOTIFY_URLS is not set" in done.stderr
    assert "Settings, Secrets, Actions" in done.stderr


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"when": "change"}, "when is change, and no history is named"),
        ({"when": "sometimes"}, "one of failure, change, always"),
        ({"report": "nowhere.json"}, "nowhere.json cannot be read"),
    ],
)
def test_a_wrong_input_is_told(tmp_path: Path, inputs: dict[str, str], message: str) -> None:
    done = notify(tmp_path / "report", report(RBE, TODAY), inputs)
    assert done.returncode == 2
    assert message in done.stderr


def test_markdown_is_sent_where_it_is_asked_for(tmp_path: Path, receiver: Receiver) -> None:  # noqa: F811
    inputs = {"urls": receiver.url, "format": "markdown", "when": "always"}
    assert notify(tmp_path / "report", report(RBE, TODAY), inputs).returncode == 0
    (message,) = receiver.messages
    assert message["message"].startswith("**`nightly-rbe` passed**: passed.")
    assert message["type"] == "success"
