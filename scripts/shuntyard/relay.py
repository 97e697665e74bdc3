"""Talks to PyTorch's cross-repository relay: a short-lived token of the run's identity, and callbacks.

The relay's faults are not the caller's: what it refuses (4xx) turns a step red, its own failure (5xx) does not. Source:
pytorch/test-infra, `aws/lambda/cross_repo_ci_relay/README.md`, "Error propagation".
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from shuntyard.errors import ShuntyardError
from shuntyard.text import line

AUDIENCE = "pytorch-cross-repo-ci-relay"
TOKEN = "SHUNTYARD_RELAY_TOKEN"  # noqa: S105
_ID_URL, _ID_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
_TRIES = 4
_LONGEST_S = 90.0
_DUPLICATE = "invalid state transition"
_UNKNOWN = "no matching dispatch record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of a callback: taken, ignored (this repository may not report), refused (the payload is wrong), or
    down (the relay is). `status` is HTTP's, 0 without an answer."""

    state: Literal["taken", "ignored", "refused", "down"]
    told: str
    status: int = 0


class Sender:
    """Sends callbacks to one address. GitHub's token lives for some minutes, less than many rows with waits can take:
    one that the relay no longer believes is made anew, once for each callback."""

    def __init__(self, address: str, env: Mapping[str, str], pause: Callable[[float], None]) -> None:
        self._address, self._env, self._pause = check_address(address), env, pause
        self._token = mint(env, pause)

    def send(self, body: Mapping[str, Any]) -> Delivery:
        """See send(). Raises ShuntyardError where GitHub makes no new token."""
        done = send(self._address, self._token, body, self._pause)
        if done.status != 401 or self._env.get(TOKEN, "").strip():
            return done
        self._token = mint(self._env, self._pause)
        return send(self._address, self._token, body, self._pause)


def check_address(url: str) -> str:
    """The address. Raises ShuntyardError unless it is https or this machine: the token would travel in the clear."""
    address = urlsplit(url)
    local = address.scheme == "http" and address.hostname in ("127.0.0.1", "localhost", "::1")
    if not (address.scheme == "https" or local) or address.username or address.password:
        raise ShuntyardError(
            f"{url[:100]!r} is no address of a relay", hint="such as https://relay.example/github/callback"
        )
    return url


def mint(env: Mapping[str, str], pause: Callable[[float], None]) -> str:
    """The token that says which repository this run is of: SHUNTYARD_RELAY_TOKEN, or one that GitHub makes.

    Raises ShuntyardError where there is neither, and when GitHub does not make one.
    """
    if env.get(TOKEN, "").strip():
        return env[TOKEN].strip()
    url, secret = env.get(_ID_URL, ""), env.get(_ID_TOKEN, "")
    if not url or not secret:
        hint = f"give the job `permissions: {{id-token: write}}`, or set {TOKEN}"
        raise ShuntyardError("this job cannot say who it is", hint=hint)
    address = f"{check_address(url)}{'&' if '?' in url else '?'}audience={quote(AUDIENCE)}"
    problem = ""
    for attempt in range(_TRIES):
        if attempt:
            pause(2.0 ** (attempt - 1))
        status, body, _ = _request(address, secret, None)
        try:
            token = json.loads(body)["value"] if status == 200 else ""
        except (ValueError, KeyError, TypeError):
            token = ""
        if isinstance(token, str) and token:
            return token
        problem = f"status {status}" if status else "no connection"
        if 400 <= status < 500:
            break
    raise ShuntyardError(f"GitHub makes no token for this job: {problem}", hint="run this again; see githubstatus.com")


def send(url: str, token: str, body: Mapping[str, Any], pause: Callable[[float], None]) -> Delivery:
    """Posts one callback, and again where the relay fails or asks to wait.

    A duplicate that follows a failure of the relay counts as taken: the first try had worked.
    """
    content = json.dumps(body).encode()
    waited, failed, told = 0.0, False, ""
    for attempt in range(_TRIES):
        status, answer, after = _request(url, token, content)
        told = _told(status, answer.replace(token, "***"))
        if 200 <= status < 300:
            return _taken(status, answer, told)
        if status == 400 and failed and _DUPLICATE in answer:
            return Delivery(state="taken", told="it had arrived at the first try", status=status)
        if 300 <= status < 500 and status != 429:
            told += "; it forgets a dispatch after 3 days" if _UNKNOWN in answer else ""
            return Delivery(state="refused", told=told, status=status)
        failed |= status != 429
        seconds = max(after, 2.0**attempt) if status != 429 else max(after, 20.0)
        waited += seconds
        if attempt == _TRIES - 1 or waited > _LONGEST_S:
            break
        pause(seconds)
    return Delivery(state="down", told=told, status=status)


def _taken(status: int, answer: str, told: str) -> Delivery:
    """A repository at level L1 is dispatched to, and what it reports is ignored with a 200."""
    try:
        ignored = json.loads(answer).get("status") == "ignored"
    except (ValueError, AttributeError, RecursionError):
        ignored = False
    if ignored:
        told = "the relay takes reports from level L2 on, and its allowlist does not have this repository there"
        return Delivery(state="ignored", told=told, status=status)
    return Delivery(state="taken", told=told, status=status)


def _told(status: int, answer: str) -> str:
    return f"{status or 'no answer'}{f': {line(answer, 300)}' if answer else ''}"


def _request(url: str, token: str, content: bytes | None) -> tuple[int, str, float]:
    """Status (0 without an answer), body, and the seconds of `retry-after`. No redirect is followed with a token."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "User-Agent": "shuntyard"}
    request = urllib.request.Request(url, data=content, headers=headers)  # noqa: S310
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=20) as response:
            return response.status, response.read(100_000).decode("utf-8", "replace"), 0.0
    except urllib.error.HTTPError as error:
        after = error.headers.get("retry-after", "")
        seconds = float(after) if after.isdecimal() and len(after) < 6 else 0.0
        return error.code, _body(error), seconds
    except (OSError, ValueError, http.client.HTTPException):
        return 0, "", 0.0


def _body(answer: urllib.error.HTTPError) -> str:
    """What a refusal says, as far as it came."""
    try:
        return answer.read(100_000).decode("utf-8", "replace")
    except (OSError, ValueError, http.client.HTTPException):
        return ""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect unanswered: it becomes an HTTPError with its own status."""

    def redirect_request(self, *_: Any) -> None:
        return None
