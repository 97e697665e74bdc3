"""A relay that keeps the documented rules, and the issuer of the tokens that it asks for, on a port of this machine.

Rules: pytorch/test-infra, `aws/lambda/cross_repo_ci_relay` (README; callback, webhook and state handlers), RFC-0050,
RFC-0054. Identity: tokens are real JWTs, signed with RS256; the relay fetches the issuer's keys over HTTP and checks
signature, issuer, audience and time, then believes the claim `repository`. Time is a field, so that three days pass.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

AUDIENCE = "pytorch-cross-repo-ci-relay"
LARGEST, A_MINUTE, KEPT_S = 2_000_000, 60, 3 * 86_400
DISPATCHED_ACTIONS = ("opened", "reopened", "synchronize", "closed")
CONCLUSIONS = ("success", "failure", "cancelled", "neutral", "skipped", "timed_out", "action_required", "stale")
SELF_REPORTED = ("nightly", "periodic")
LABEL = "ciflow/crcr/"


class RefusedError(Exception):
    """An answer of 400 and above."""

    def __init__(self, status: int, told: str) -> None:
        super().__init__(told)
        self.status = status


@dataclass
class Issuer:
    """Signs tokens, as GitHub does for a job with `id-token: write`. `lifetime_s` is short in tests of expiry."""

    repository: str = "torch-spyre/torch-spyre"
    lifetime_s: float = 300
    minted: int = 0
    url: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def token(self, audience: str, **claims: Any) -> str:
        self.minted += 1
        now = time.time()
        said = {"iss": self.url, "aud": audience, "repository": self.repository, "iat": now}
        said |= {"exp": now + self.lifetime_s, **claims}
        return jwt.encode(said, claims.pop("key", self.key), algorithm="RS256", headers={"kid": "one"})

    def keys(self) -> dict[str, Any]:
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}


@dataclass
class Relay:
    """`levels` maps a repository to L1 … L4, `devices` an L3 one to its device. `hud` is what HUD was told, `checks`
    the check runs on the upstream's pull requests, the newest of a name last. `now` is the time in seconds."""

    levels: dict[str, int]
    devices: dict[str, str] = field(default_factory=dict)
    now: float = 1_795_000_000.0
    states: dict[tuple[Any, ...], tuple[str, float]] = field(default_factory=dict)
    jobs: dict[tuple[str, str], dict[tuple[str, str], dict[str, Any]]] = field(default_factory=dict)
    wanted: set[tuple[str, str]] = field(default_factory=set)
    asked: dict[str, list[float]] = field(default_factory=dict)
    hud: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    lock: Any = field(default_factory=Lock)

    # --- what GitHub tells the relay of the upstream repository

    def webhook(self, delivery: str, payload: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """A pull request's event: gives the `client_payload` that each repository is dispatched."""
        if payload["action"] == "labeled":
            self._labeled(payload)
            return {}
        if payload["action"] not in DISPATCHED_ACTIONS:
            return {}
        sent = {"event_type": "pull_request", "delivery_id": delivery, "payload": dict(payload)}
        for repository in self.levels:
            self.states[delivery, repository] = ("dispatched", self.now)
            if self._needs_check(repository, payload):
                self.wanted.add((payload["pull_request"]["head"]["sha"], repository))
        return {repository: json.loads(json.dumps(sent)) for repository in self.levels}

    def _labeled(self, payload: Mapping[str, Any]) -> None:
        device, commit = payload["label"]["name"].removeprefix(LABEL), payload["pull_request"]["head"]["sha"]
        for repository, own in self.devices.items():
            if own == device:
                self.wanted.add((commit, repository))
                for job in self.jobs.get((commit, repository), {}).values():
                    self.checks.append(job)

    def _needs_check(self, repository: str, payload: Mapping[str, Any]) -> bool:
        labels = {label["name"] for label in payload.get("pull_request", {}).get("labels", ())}
        level = self.levels[repository]
        return level == 4 or (level == 3 and LABEL + self.devices[repository] in labels)

    # --- what a downstream repository reports

    def callback(self, repository: str, content: bytes) -> dict[str, Any]:
        """One callback of a repository that has proved who it is. Raises RefusedError."""
        if len(content) > LARGEST:
            raise RefusedError(413, "the body is too large")
        if self.levels.get(repository, 0) < 2:
            return {"ok": True, "status": "ignored"}
        recent = [moment for moment in self.asked.get(repository, []) if moment > self.now - 60]
        self.asked[repository] = [*recent, self.now]  # refused ones count as well
        if len(self.asked[repository]) > A_MINUTE:
            raise RefusedError(429, f"rate limit exceeded for {repository}")
        body = json.loads(content)
        workflow = _check(body)
        self._advance(repository, body, workflow)
        if self.levels[repository] >= 3:
            self._check_run(repository, body, workflow)
        self.hud.append({"repository": repository, "level": self.levels[repository], "body": body})
        return {"ok": True, "status": workflow["status"]}

    def _advance(self, repository: str, body: Mapping[str, Any], workflow: Mapping[str, Any]) -> None:
        delivery, status = body["delivery_id"], workflow["status"]
        if body.get("event_type") in SELF_REPORTED:
            if status != "completed" or not re.fullmatch("[0-9a-f]{40}", delivery):
                raise RefusedError(400, "callback rejected: a nightly reports completed, with the commit")
            before = "in_progress"
        elif not self._state((delivery, repository)):
            raise RefusedError(400, "callback rejected: no matching dispatch record")
        else:
            before = ""
        key = (delivery, repository, workflow["run_id"], workflow["run_attempt"], workflow["job_name"])
        now = self._state(key) or before
        if now != {"in_progress": "", "completed": "in_progress"}[status]:
            raise RefusedError(400, f"callback rejected: invalid state transition repo={repository} status={status}")
        self.states[key] = (status, self.now)

    def _state(self, key: tuple[Any, ...]) -> str:
        state, moment = self.states.get(key, ("", 0.0))
        return state if self.now - moment < KEPT_S else ""

    def _check_run(self, repository: str, body: Mapping[str, Any], workflow: Mapping[str, Any]) -> None:
        payload = body.get("payload", {})
        commit = payload.get("pull_request", {}).get("head", {}).get("sha", "")
        job = {
            "name": f"crcr/{repository}/{workflow['name']}/{workflow['job_name']}",
            "commit": commit,
            "status": workflow["status"],
            "conclusion": workflow["conclusion"],
        }
        self.jobs.setdefault((commit, repository), {})[workflow["name"], workflow["job_name"]] = job
        if commit and (self._needs_check(repository, payload) or (commit, repository) in self.wanted):
            self.checks.append(job)


def _check(body: Any) -> dict[str, Any]:
    """The workflow part of a body. Raises RefusedError where it is not as documented."""
    try:
        workflow: dict[str, Any] = body["workflow"]
        fine = (
            isinstance(body["delivery_id"], str)
            and workflow["schema_version"] == "1"
            and workflow["status"] in ("in_progress", "completed")
            and int(workflow["run_id"]) > 0
            and int(workflow["run_attempt"]) > 0
            and isinstance(workflow["name"], str)
            and isinstance(workflow["job_name"], str)
        )
        fine &= (workflow["conclusion"] in CONCLUSIONS) == (workflow["status"] == "completed")
        fine &= (workflow["started_at"] is None) == (workflow["status"] == "completed")
        counts = workflow.get("test_results", {"passed": 0, "failed": 0, "skipped": 0})
        fine &= set(counts) == {"passed", "failed", "skipped"} and all(isinstance(n, int) for n in counts.values())
        failed = workflow.get("failed_tests_detail", [])
        fine &= len(failed) <= 1000 and all(each["name"] is not None for each in failed)
    except (KeyError, TypeError, ValueError) as error:
        raise RefusedError(400, f"callback body missing required field: {error}") from error
    if not fine:
        raise RefusedError(400, "callback body: a field has a value that it cannot have")
    return workflow


@dataclass
class Served:
    """A running relay with its issuer; `answers` are the statuses of its callbacks, in order."""

    relay: Relay
    issuer: Issuer
    base: str
    answers: list[int] = field(default_factory=list)


@contextmanager
def serving(relay: Relay, secret: str) -> Iterator[Served]:
    """Serves `/token` (to whoever has the secret), `/.well-known/jwks` and `/github/callback`."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            """Quiet."""

        def answer(self, status: int, body: Any) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write((body if isinstance(body, str) else json.dumps(body)).encode())

        def do_GET(self) -> None:
            audience = re.search(r"[?&]audience=([^&]+)", self.path)
            if self.path == "/.well-known/jwks":
                self.answer(200, issuer.keys())
            elif self.headers["Authorization"] == f"Bearer {secret}" and audience:
                self.answer(200, {"value": issuer.token(audience[1])})
            else:
                self.answer(401, "no")

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                repository = who(self.headers.get("Authorization", ""), served)
                with relay.lock:
                    status, told = 200, relay.callback(repository, content)
            except RefusedError as error:
                status, told = error.status, {"detail": str(error)}
            served.answers.append(status)
            self.answer(status, told)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = base = f"http://127.0.0.1:{server.server_port}"
    served = Served(relay, issuer, base)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()


def who(header: str, served: Served) -> str:
    """The repository that a token is of. Raises RefusedError with 401 for any that does not prove it."""
    token = header.removeprefix("Bearer ")
    try:
        key = jwt.PyJWKClient(f"{served.base}/.well-known/jwks").get_signing_key_from_jwt(token)
        claims = jwt.decode(token, key.key, algorithms=["RS256"], issuer=served.base, audience=AUDIENCE)
        return str(claims["repository"])
    except (jwt.PyJWTError, KeyError) as error:
        raise RefusedError(401, f"Invalid authorization token: {type(error).__name__}") from error
