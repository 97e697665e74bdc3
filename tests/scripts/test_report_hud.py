"""report-hud as a process, against a relay that keeps its rules, over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from shuntyard import relay, wire
from shuntyard.errors import ShuntyardError
from shuntyard.shards.planfile import write as write_plan
from tests.scripts.planned.samples import plan_of
from tests.scripts.report_samples import PIPELINE, make_plan
from tests.scripts.test_hud import DISPATCH, REPORT, SHA

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "report_hud.py"
IDENTITY = "eyJ.the-identity.token"
SECRET = "request-secret"


class Relay:
    """Takes one `in_progress` and then one `completed` for each check run, of callers who say who they are."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.states: dict[str, str] = {}
        self.faults: list[tuple[int, bool, dict[str, str]]] = []
        self.minted = 0
        self.base = ""

    def take(self, body: dict[str, Any]) -> tuple[int, str]:
        workflow = body["workflow"]
        key, status = workflow["check_run_id"], workflow["status"]
        wanted = {"in_progress": None, "completed": "in_progress"}[status]
        if body["event_type"] == "nightly":
            wanted = None
        if self.states.get(key) != wanted:
            return 400, f"callback rejected: invalid state transition status={status}"
        self.states[key] = status
        self.bodies.append(body)
        return 200, '{"ok": true}'


@pytest.fixture
def server() -> Iterator[Relay]:
    state = Relay()

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            """Quiet."""

        def answer(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def do_GET(self) -> None:
            state.minted += 1
            right = (
                self.headers["Authorization"] == f"Bearer {SECRET}"
                and "audience=pytorch-cross-repo-ci-relay" in self.path
            )
            self.answer(200, json.dumps({"value": IDENTITY})) if right else self.answer(401, "no")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers["Authorization"] != f"Bearer {IDENTITY}":
                self.answer(401, f"who is {self.headers['Authorization']}?")
                return
            if state.faults:
                status, after, headers = state.faults.pop(0)
                if after:
                    state.take(body)
                self.answer(status, "trouble", headers)
                return
            self.answer(*state.take(body))

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.base = f"http://127.0.0.1:{running.server_port}"
    Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield state
    running.shutdown()
    running.server_close()


def step(server: Relay, tmp_path: Path, env: dict[str, str] | None = None, **inputs: str) -> tuple[int, str, str]:
    """Exit code, the output `sent`, everything printed. The event is the relay's dispatch."""
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"client_payload": DISPATCH}))
    github = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_RUN_ID": "77",
        "GITHUB_RUN_ATTEMPT": "2",
        "GITHUB_SERVER_URL": "https://github.test",
        "GITHUB_WORKFLOW": "CI",
        "GITHUB_JOB": "report",
        "GITHUB_EVENT_PATH": str(event),
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{server.base}/token?v=1",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": SECRET,
        "INPUT_CALLBACK_URL": f"{server.base}/github/callback",
    }
    given = {f"INPUT_{name.upper()}": value for name, value in inputs.items()}  # `job-name` is INPUT_JOB_NAME
    command = [sys.executable, "-SE", str(SCRIPT), "--json"]
    environment = {"PATH": os.environ["PATH"], **github, **given, **(env or {})}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    printed = done.stdout + done.stderr
    assert IDENTITY not in printed and SECRET not in printed
    return done.returncode, json.loads(done.stdout)["sent"] if done.stdout else "", printed


@pytest.fixture
def report(tmp_path: Path) -> str:
    (tmp_path / "report.json").write_text(json.dumps(wire.encode(REPORT)))
    return str(tmp_path)


def test_a_run_from_start_to_end(server: Relay, tmp_path: Path, report: str) -> None:
    assert step(server, tmp_path, status="in_progress")[:2] == (0, "1")
    assert step(server, tmp_path, status="completed", report=report)[:2] == (0, "1")
    first, last = server.bodies
    assert (first["workflow"]["job_name"], first["workflow"]["check_run_id"]) == ("report", "77-2-report")
    assert last["delivery_id"] == "d-1" and last["payload"] == DISPATCH["payload"]
    assert last["workflow"]["test_results"] == {"passed": 1, "failed": 1, "skipped": 1}
    assert last["workflow"]["url"] == "https://github.test/o/r/actions/runs/77"


def test_each_row_is_a_job_of_its_own(server: Relay, tmp_path: Path, report: str) -> None:
    plan = json.dumps(wire.encode(make_plan(["a", "b"])))
    assert step(server, tmp_path, status="in_progress", each="row", plan=plan)[:2] == (0, "4")
    names = [body["workflow"]["job_name"] for body in server.bodies]
    assert names == [f"{PIPELINE} {row}" for row in ("a.shell", "a.python", "b.shell", "b.python")]
    inputs = {"status": "completed", "each": "row", "report": report, "job_name": PIPELINE}
    assert step(server, tmp_path, None, **inputs)[1] == "1"
    assert server.bodies[-1]["workflow"]["job_name"] == f"{PIPELINE} a.python"


def test_a_nightly_needs_no_dispatch(server: Relay, tmp_path: Path, report: str) -> None:
    gone = {"GITHUB_EVENT_PATH": ""}
    assert step(server, tmp_path, gone, status="completed", report=report, commit=SHA, event="nightly")[:2] == (0, "1")
    assert server.bodies[0]["payload"]["repository"] == {"full_name": "pytorch/pytorch"}


def test_a_scheduled_run_is_a_nightly_of_the_commit_that_was_planned(
    server: Relay, tmp_path: Path, report: str
) -> None:
    scheduled = {"GITHUB_EVENT_NAME": "schedule"}
    inputs = {"status": "completed", "report": report, "plans": str(tmp_path / "plans")}
    code, _, printed = step(server, tmp_path, scheduled, **inputs)
    assert (code, "name no upstream commit" in printed) == (2, True)
    write_plan(tmp_path / "plans" / "shards-main", plan_of(["test_ops"]), upstream=SHA)
    assert step(server, tmp_path, scheduled, **inputs)[:2] == (0, "1")
    assert (server.bodies[0]["event_type"], server.bodies[0]["payload"]["head_sha"]) == ("nightly", SHA)
    write_plan(tmp_path / "plans" / "shards-pinned", plan_of(["test_ops"]), upstream="f" * 40)
    code, _, printed = step(server, tmp_path, scheduled, **inputs)
    assert (code, "name 2 upstream commits" in printed) == (2, True)


def test_a_dry_run_prints_and_sends_nothing(server: Relay, tmp_path: Path, report: str) -> None:
    inputs = {"status": "completed", "report": report, "dry_run": "true"}
    code, sent, printed = step(server, tmp_path, {"ACTIONS_ID_TOKEN_REQUEST_URL": ""}, **inputs)
    assert (code, sent) == (0, "0") and '"job_name": "report"' in printed
    assert server.bodies == [] and server.minted == 0


def test_a_second_callback_is_refused_and_red(server: Relay, tmp_path: Path) -> None:
    step(server, tmp_path, status="in_progress")
    code, sent, printed = step(server, tmp_path, status="in_progress")
    assert (code, sent) == (1, "0") and "::warning::" in printed and "invalid state transition" in printed


@pytest.mark.slow
def test_a_relay_that_is_down_is_not_the_runs_fault(server: Relay, tmp_path: Path) -> None:
    code, sent, printed = step(server, tmp_path, {"INPUT_CALLBACK_URL": "http://127.0.0.1:9/x"}, status="in_progress")
    assert (code, sent) == (0, "0") and "down, no answer" in printed


def test_a_try_that_worked_after_all_is_no_duplicate(server: Relay) -> None:
    server.faults = [(502, True, {})]
    body = {"event_type": "pull_request", "workflow": {"check_run_id": "1", "status": "in_progress"}}
    done = relay.send(f"{server.base}/x", IDENTITY, body, lambda _: None)
    assert (done.state, done.told) == ("taken", "it had arrived at the first try") and len(server.bodies) == 1


def test_a_limit_is_waited_for(server: Relay) -> None:
    server.faults = [(429, False, {"Retry-After": "33"}), (429, False, {})]
    waits: list[float] = []
    body = {"event_type": "pull_request", "workflow": {"check_run_id": "1", "status": "in_progress"}}
    assert relay.send(f"{server.base}/x", IDENTITY, body, waits.append).state == "taken"
    assert waits == [33.0, 20.0]


def test_a_limit_without_end_is_not_waited_for_without_end(server: Relay) -> None:
    server.faults = [(429, False, {"Retry-After": "80"})] * 9
    waits: list[float] = []
    assert relay.send(f"{server.base}/x", IDENTITY, {}, waits.append).state == "down"
    assert waits == [80.0]


def test_no_redirect_takes_the_token_along(server: Relay) -> None:
    server.faults = [(307, False, {"Location": f"{server.base}/elsewhere"})]
    body = {"event_type": "pull_request", "workflow": {"check_run_id": "1", "status": "in_progress"}}
    assert relay.send(f"{server.base}/x", IDENTITY, body, lambda _: None).state == "refused" and server.bodies == []


def test_a_refusal_that_repeats_the_token_is_cleaned(server: Relay) -> None:
    done = relay.send(f"{server.base}/x", "wrong-token", {}, lambda _: None)
    assert done.state == "refused" and "wrong-token" not in done.told and "who is Bearer ***" in done.told


def test_a_job_that_may_not_say_who_it_is(server: Relay, tmp_path: Path) -> None:
    code, _, printed = step(server, tmp_path, {"ACTIONS_ID_TOKEN_REQUEST_TOKEN": ""}, status="in_progress")
    assert code == 2 and "id-token: write" in printed
    code, _, printed = step(server, tmp_path, {"SHUNTYARD_RELAY_TOKEN": IDENTITY}, status="in_progress")
    assert code == 0 and server.minted == 0


def test_github_makes_no_token(server: Relay) -> None:
    env = {"ACTIONS_ID_TOKEN_REQUEST_URL": f"{server.base}/token", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "old"}
    with pytest.raises(ShuntyardError, match="status 401"):
        relay.mint(env, lambda _: None)
    assert server.minted == 1


@pytest.mark.parametrize("url", ["", "http://relay.example/x", "https://a:b@relay.example", "file:///etc/passwd"])
def test_addresses_that_are_not_safe(url: str) -> None:
    with pytest.raises(ShuntyardError, match="no address of a relay"):
        relay.check_address(url)


def test_test_runs_become_lines(server: Relay, tmp_path: Path, report: str) -> None:
    target = tmp_path / "out" / "runs.jsonl"
    inputs = {"status": "completed", "report": report, "dry_run": "true", "test_runs": str(target)}
    assert step(server, tmp_path, None, **inputs)[0] == 0
    lines = [json.loads(text) for text in target.read_text().splitlines()]
    assert [line["name"] for line in lines] == ["test_one", "test_two[x::y]", "test_three"]


@pytest.mark.parametrize(
    "inputs",
    [
        {"status": "done"},
        {"status": "completed"},
        {"status": "completed", "report": "nowhere"},
        {"status": "in_progress", "each": "row"},
        {"status": "in_progress", "commit": SHA, "event": "nightly"},
        {"status": "completed", "conclusion": "success", "commit": SHA},
    ],
)
def test_wrong_usage(server: Relay, tmp_path: Path, inputs: dict[str, str]) -> None:
    assert step(server, tmp_path, None, **inputs)[0] == 2 and server.bodies == []


def test_an_event_without_a_dispatch(server: Relay, tmp_path: Path) -> None:
    event = tmp_path / "other.json"
    for text in ("{}", "[]", '{"client_payload": 7}', "{"):
        event.write_text(text)
        assert step(server, tmp_path, {"GITHUB_EVENT_PATH": str(event)}, status="in_progress")[0] == 2
