"""report-hud against a relay that keeps the documented rules, with tokens that are really signed and really checked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from shuntyard import relay, wire
from shuntyard.hud import LARGEST
from shuntyard.report import Report
from tests.conftest import ROOT
from tests.scripts.relay_server import AUDIENCE, KEPT_S, Relay, Served, serving
from tests.scripts.report_samples import make_plan
from tests.scripts.runner_samples import script_env
from tests.scripts.test_hud import REPORT, ROW, SHA

pytestmark = pytest.mark.slow

SECRET = "request-secret"
US, DEVICE = "torch-spyre/torch-spyre", "spyre"


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(Relay({US: 2, "other/l1": 1}), SECRET) as running:
        yield running


def event(action: str = "opened", *labels: str) -> dict[str, Any]:
    pull = {"number": 7, "head": {"sha": SHA}, "labels": [{"name": name} for name in labels]}
    return {"action": action, "pull_request": pull, "label": {"name": labels[0] if labels else ""}}


def dispatched(served: Served, tmp_path: Path, *labels: str, delivery: str = "d-1") -> None:
    """The relay hears of a pull request, and GitHub writes what it dispatches to the event's file."""
    sent = served.relay.webhook(delivery, event("opened", *labels))
    record = {"action": "pull_request", "client_payload": sent[US]}
    (tmp_path / "event.json").write_text(json.dumps(record))


def step(served: Served, tmp_path: Path, env: Any = None, **inputs: str) -> tuple[int, int, str]:
    """Exit code, callbacks taken, everything printed."""
    github = {
        "GITHUB_REPOSITORY": US,
        "GITHUB_RUN_ID": "77",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_SERVER_URL": "https://github.test",
        "GITHUB_WORKFLOW": "spyre",
        "GITHUB_JOB": "report",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{served.base}/token?v=1",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": SECRET,
    }
    given = {"callback-url": f"{served.base}/github/callback", **{n.replace("_", "-"): v for n, v in inputs.items()}}
    command = [sys.executable, "-SE", str(ROOT / "scripts" / "report_hud.py"), "--json"]
    environment = script_env(given, {**github, **(env or {})})
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    printed = done.stdout + done.stderr
    assert SECRET not in printed and "eyJ" not in printed
    return done.returncode, int(json.loads(done.stdout or '{"sent": "0"}')["sent"]), printed


@pytest.fixture
def report(tmp_path: Path) -> str:
    return keep(tmp_path, REPORT)


def keep(tmp_path: Path, found: Report) -> str:
    (tmp_path / "report.json").write_text(json.dumps(wire.encode(found)))
    return str(tmp_path)


# --- who it is


def test_a_run_with_a_token_that_github_signs(served: Served, tmp_path: Path, report: str) -> None:
    dispatched(served, tmp_path)
    assert step(served, tmp_path, status="in_progress")[:2] == (0, 1)
    assert step(served, tmp_path, status="completed", report=report)[:2] == (0, 1)
    first, last = served.relay.hud
    assert first["repository"] == US and first["level"] == 2
    assert last["body"]["workflow"]["test_results"] == {"passed": 1, "failed": 1, "skipped": 1}
    assert served.relay.checks == []  # L2: HUD, and no check run


@pytest.mark.parametrize("wrong", ["key", "audience", "issuer", "expired", "algorithm", "repository"])
def test_a_token_that_proves_nothing_is_refused(served: Served, tmp_path: Path, wrong: str) -> None:
    dispatched(served, tmp_path)
    claims: dict[str, Any] = {"iss": served.base, "aud": AUDIENCE, "repository": US, "exp": 4_000_000_000}
    key: Any = served.issuer.key
    if wrong == "key":
        key = rsa.generate_private_key(65537, 2048)
    elif wrong == "repository":
        del claims["repository"]
    else:
        changes: dict[str, tuple[str, Any]] = {
            "audience": ("aud", "sts.amazonaws.com"),
            "issuer": ("iss", "https://evil.example"),
            "expired": ("exp", 1_000_000_000),
        }
        claims |= dict([changes[wrong]]) if wrong in changes else {}
    algorithm = "HS256" if wrong == "algorithm" else "RS256"
    token = jwt.encode(claims, "x" * 32 if wrong == "algorithm" else key, algorithm=algorithm, headers={"kid": "one"})
    code, sent, printed = step(served, tmp_path, {relay.TOKEN: token}, status="in_progress")
    assert (code, sent) == (1, 0) and "401" in printed
    assert served.relay.hud == []


def test_a_token_that_expires_on_the_way_is_renewed(served: Served, tmp_path: Path) -> None:
    dispatched(served, tmp_path)
    served.issuer.lifetime_s = -1  # the first token is stale when it arrives; GitHub's live for some minutes
    original = served.issuer.token

    def token(audience: str, **claims: Any) -> str:
        made = original(audience, **claims)
        served.issuer.lifetime_s = 300
        return made

    served.issuer.token = token  # type: ignore[method-assign]
    assert step(served, tmp_path, status="in_progress")[:2] == (0, 1)
    assert served.answers == [401, 200] and served.issuer.minted == 2


# --- order


def test_each_job_and_attempt_reports_once(served: Served, tmp_path: Path, report: str) -> None:
    dispatched(served, tmp_path)
    code, _, printed = step(served, tmp_path, status="completed", report=report)
    assert code == 1 and "invalid state transition" in printed  # nothing was in progress
    assert step(served, tmp_path, status="in_progress")[0] == 0
    assert step(served, tmp_path, status="in_progress")[0] == 1
    assert step(served, tmp_path, status="completed", report=report)[0] == 0
    assert step(served, tmp_path, status="completed", report=report)[0] == 1
    assert step(served, tmp_path, {"GITHUB_RUN_ATTEMPT": "2"}, status="in_progress")[0] == 0  # a re-run is another
    assert [each["body"]["workflow"]["status"] for each in served.relay.hud] == [
        "in_progress",
        "completed",
        "in_progress",
    ]


def test_every_leg_of_a_matrix_has_a_name_of_its_own(served: Served, tmp_path: Path) -> None:
    dispatched(served, tmp_path)
    plan = json.dumps(wire.encode(make_plan(["a", "b"])))
    assert step(served, tmp_path, status="in_progress", each="row", plan=plan)[:2] == (0, 4)
    rows = tuple(replace(ROW, id=name) for name in ("a.shell", "a.python", "b.shell", "b.python"))
    folder = keep(tmp_path, replace(REPORT, rows=rows))
    name = served.relay.hud[0]["body"]["workflow"]["job_name"].split()[0]
    inputs = {"status": "completed", "each": "row", "report": folder, "job_name": name}
    assert step(served, tmp_path, **inputs)[:2] == (0, 4)
    assert len({each["body"]["workflow"]["job_name"] for each in served.relay.hud}) == 4


def test_without_a_dispatch_nothing_is_taken(served: Served, tmp_path: Path) -> None:
    dispatched(served, tmp_path)
    served.relay.states.clear()
    code, _, printed = step(served, tmp_path, status="in_progress")
    assert code == 1 and "no matching dispatch record" in printed


def test_after_three_days_the_dispatch_is_forgotten(served: Served, tmp_path: Path, report: str) -> None:
    dispatched(served, tmp_path)
    assert step(served, tmp_path, status="in_progress")[0] == 0
    served.relay.now += KEPT_S + 1
    code, _, printed = step(served, tmp_path, status="completed", report=report)
    assert code == 1 and "no matching dispatch record" in printed and "3 days" in printed


# --- nightly


def test_a_nightly_reports_itself_once_and_completed_only(served: Served, tmp_path: Path, report: str) -> None:
    nightly = {"commit": SHA, "event": "nightly"}
    assert step(served, tmp_path, status="completed", report=report, **nightly)[:2] == (0, 1)
    body = served.relay.hud[0]["body"]
    assert body["delivery_id"] == SHA and body["payload"]["head_sha"] == SHA
    assert step(served, tmp_path, status="completed", report=report, **nightly)[0] == 1  # a duplicate
    assert step(served, tmp_path, status="in_progress", **nightly)[0] == 2  # not even sent
    assert len(served.answers) == 2


# --- limits


def test_more_than_sixty_a_minute_are_waited_for(served: Served) -> None:
    """The relay's clock moves by what the sender waits."""
    served.relay.levels[US] = 2
    sent = served.relay.webhook("d-1", event())[US]
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        served.relay.now += seconds

    token = served.issuer.token(AUDIENCE)
    states = [relay.send(f"{served.base}/x", token, _body(sent, f"job {number}"), pause).state for number in range(130)]
    assert set(states) == {"taken"} and len(served.relay.hud) == 130
    assert served.answers.count(429) <= 8 and 60 <= sum(waits) <= 180


def _body(sent: dict[str, Any], job: str) -> dict[str, Any]:
    workflow = {"schema_version": "1", "status": "in_progress", "conclusion": None, "name": "spyre", "run_id": "77"}
    workflow |= {"run_attempt": "1", "job_name": job, "started_at": "2026-11-22T06:00:00Z", "completed_at": None}
    return {**sent, "workflow": workflow}


def test_a_body_is_at_most_two_megabytes(served: Served, tmp_path: Path) -> None:
    dispatched(served, tmp_path)
    case = REPORT.rows[0].runs[0].cases[1]
    cases = tuple(replace(case, case=f"t.py::{'n' * 200}{n}", message="é\n" * 9000) for n in range(1200))
    run = replace(ROW.runs[0], cases=cases)
    folder = keep(tmp_path, replace(REPORT, rows=(replace(ROW, failed=1200, tests=1200, runs=(run,)),)))
    step(served, tmp_path, status="in_progress")
    assert step(served, tmp_path, status="completed", report=folder)[:2] == (0, 1)
    workflow = served.relay.hud[1]["body"]["workflow"]
    assert 0 < len(workflow["failed_tests_detail"]) < 1000 and workflow["test_results"]["failed"] == 1200
    token = served.issuer.token(AUDIENCE)
    sent = {"delivery_id": "x" * LARGEST, "workflow": {}}
    assert relay.send(f"{served.base}/x", token, sent, lambda _: None).state == "refused"
    assert served.answers[-1] == 413


# --- levels


def test_l1_is_dispatched_to_and_may_not_report(served: Served, tmp_path: Path) -> None:
    served.relay.levels = {US: 1}
    dispatched(served, tmp_path)
    code, sent, printed = step(served, tmp_path, status="in_progress")
    assert (code, sent) == (0, 0) and "ignored" in printed and "L2" in printed
    assert served.relay.hud == []


def test_what_is_dispatched_and_what_is_not(served: Served) -> None:
    for action in ("opened", "reopened", "synchronize", "closed"):
        assert set(served.relay.webhook(action, event(action))) == {US, "other/l1"}
    for action in ("edited", "unlabeled", "assigned"):
        assert served.relay.webhook(action, event(action)) == {}


@pytest.mark.parametrize(
    ("level", "labels", "checks"),
    [
        (2, (f"ciflow/crcr/{DEVICE}",), 0),
        (3, (), 0),
        (3, ("ciflow/crcr/npu",), 0),
        (3, (f"ciflow/crcr/{DEVICE}",), 2),
        (4, (), 2),
    ],
)
def test_check_runs_by_level_and_label(
    served: Served, tmp_path: Path, report: str, level: int, labels: tuple[str, ...], checks: int
) -> None:
    served.relay.levels, served.relay.devices = {US: level}, {US: DEVICE} if level == 3 else {}
    dispatched(served, tmp_path, *labels)
    step(served, tmp_path, status="in_progress", job_name="spyre-pr")
    step(served, tmp_path, status="completed", report=report, job_name="spyre-pr")
    assert len(served.relay.checks) == checks and len(served.relay.hud) == 2
    if checks:
        assert served.relay.checks[-1] == {
            "name": f"crcr/{US}/spyre/spyre-pr",
            "commit": SHA,
            "status": "completed",
            "conclusion": "failure",
        }


def test_a_label_that_comes_late_brings_the_check_run_of_what_was_reported(
    served: Served, tmp_path: Path, report: str
) -> None:
    served.relay.levels, served.relay.devices = {US: 3}, {US: DEVICE}
    dispatched(served, tmp_path)
    step(served, tmp_path, status="in_progress")
    assert served.relay.checks == []
    served.relay.webhook("d-2", event("labeled", f"ciflow/crcr/{DEVICE}"))
    step(served, tmp_path, status="completed", report=report)
    assert [check["status"] for check in served.relay.checks] == ["in_progress", "completed"]


@pytest.mark.parametrize("said", ["cancelled", "skipped", "timed_out", "success"])
def test_conclusions_that_a_check_run_takes(served: Served, tmp_path: Path, said: str) -> None:
    dispatched(served, tmp_path)
    step(served, tmp_path, status="in_progress")
    assert step(served, tmp_path, status="completed", conclusion=said)[0] == 0


@pytest.mark.parametrize("said", ["passed", "green", "SUCCESS", "success\n"])
def test_a_conclusion_that_github_does_not_know_is_not_sent(served: Served, tmp_path: Path, said: str) -> None:
    dispatched(served, tmp_path)
    step(served, tmp_path, status="in_progress")
    code, _, printed = step(served, tmp_path, status="completed", conclusion=said)
    assert code == 2 and "timed_out" in printed and len(served.answers) == 1
