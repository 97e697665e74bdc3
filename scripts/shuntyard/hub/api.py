"""Requests to GitHub's REST API through PyGithub: with patience for what passes, and words for what does not.

PyGithub brings the connection, the login, redirects and a pause between writes. Repeating is done here, because it
would also repeat a POST that may have worked; so is the reading of answers, because they are checked.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from github import Auth, Github

from shuntyard.errors import ShuntyardError
from shuntyard.hub.faults import limit_error, refusal, wait_for
from shuntyard.hub.login import Login
from shuntyard.text import line

PER_PAGE = 100
MOST_PAGES = 1000
_NEXT = re.compile(r'<([^<>]*)>\s*;\s*rel="next"')
_HINT = "run this again; githubstatus.com tells of outages"


class UncertainError(ShuntyardError):
    """The server failed on a request that must not simply be repeated: look whether it worked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to bear with a server. `tries` a request, with 1, 2, 4 ... s in between; `longest_s` is the longest wait
    for a rate limit; `between_writes_s` is what GitHub asks for. `pause` and `now` (epoch s) are the clock."""

    tries: int = 5
    longest_s: float = 120.0
    between_writes_s: float = 1.0
    timeout_s: int = 30
    pause: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer below 400. `headers` in lower case; `data` is parsed JSON, None for an empty body."""

    status: int
    headers: Mapping[str, str]
    data: Any


class Api:
    """The API of one GitHub as one token. No text that leaves here holds the token."""

    def __init__(self, login: Login, patience: Patience) -> None:
        self.login = login
        self.patience = patience
        client = Github(
            auth=Auth.Token(login.token),
            base_url=login.api,
            timeout=patience.timeout_s,
            user_agent="shuntyard",
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=patience.between_writes_s or None,
        )
        self._requester = client.requester

    def get(self, path: str, what: str, permission: str, **parameters: str | int) -> Any:
        """The JSON at a path below the API's root. `what` and `permission`: see faults.refusal."""
        return self.send("GET", path, what, permission, parameters=parameters).data

    def pages(
        self, path: str, what: str, permission: str, item: str = "", **parameters: str | int
    ) -> Iterator[dict[str, Any]]:
        """Every object of a list, over all its pages; `item` is the key that holds the list, where there is one."""
        address = path
        options: dict[str, str | int] = {"per_page": PER_PAGE, **parameters}
        for _ in range(MOST_PAGES):
            answer = self.send("GET", address, what, permission, parameters=options)
            found = answer.data.get(item) if item and isinstance(answer.data, dict) else answer.data
            if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
                raise self._odd(what, "a page that is no list")
            yield from found
            following = _NEXT.search(answer.headers.get("link", ""))
            if not following:
                return
            address, options = following[1], {}
        raise self._odd(what, "a list without end")

    def send(
        self,
        verb: str,
        path: str,
        what: str,
        permission: str,
        body: Mapping[str, Any] | None = None,
        *,
        parameters: Mapping[str, str | int] | None = None,
        repeat: bool = True,
    ) -> Answer:
        """One request, repeated while the server fails, and after a wait where it says "too many".

        With `repeat` False, a server that fails raises UncertainError at once: the request may have worked.
        """
        waited = 0.0
        failures = 0
        while True:
            problem = ""
            try:
                status, headers, data = self._once(verb, path, body, parameters)
                seconds = wait_for(status, headers, data, self.patience.now())
                if seconds is not None:
                    waited += seconds
                    if waited > self.patience.longest_s:
                        raise limit_error(seconds, self.patience.now())
                    self.patience.pause(seconds)
                    continue
                if status < 400:
                    return Answer(status=status, headers=headers, data=data)
                if status < 500:
                    raise refusal(what, permission, status, headers, data)
                problem = f"it answers {status}"
            except requests.RequestException as error:
                problem = _cause(error)
            except ValueError:
                problem = "its answer is no JSON"
            except AssertionError:
                raise self._odd(what, "an address of another host") from None
            failures += 1
            told = f"GitHub cannot be reached to {what}: {self._hide(problem)}"
            if not repeat:
                raise UncertainError(told, hint=_HINT)
            if failures >= self.patience.tries:
                raise ShuntyardError(f"{told} ({failures} tries)", hint=_HINT)
            self.patience.pause(min(2.0 ** (failures - 1), 30.0))

    def _once(
        self, verb: str, path: str, body: Mapping[str, Any] | None, parameters: Mapping[str, str | int] | None
    ) -> tuple[int, dict[str, str], Any]:
        """Status, headers in lower case, parsed body, all without the token even where the server sends it back.

        Raises ValueError for a body that is no JSON and should be.
        """
        accept = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        status, headers, text = self._requester.requestJson(
            verb, path, dict(parameters or {}), accept, dict(body) if body is not None else None
        )
        lower = {str(name).lower(): self._hide(str(value)) for name, value in headers.items()}
        try:
            data = json.loads(self._hide(text)) if text else None
        except (ValueError, RecursionError):
            if status < 400:
                raise ValueError("no JSON") from None
            data = None  # a proxy's page: the status says enough
        return status, lower, data

    def _odd(self, what: str, found: str) -> ShuntyardError:
        return ShuntyardError(f"GitHub answers with {found}, asked to {what}", hint="check GITHUB_API_URL")

    def _hide(self, text: str) -> str:
        return text.replace(self.login.token, "***")


def _cause(error: requests.RequestException) -> str:
    """A connection's fault in few words; its own text repeats the address and the library's insides."""
    if isinstance(error, requests.Timeout):
        return "it does not answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not valid"
    told = str(error.args[0]) if error.args else ""
    return "the connection is refused" if "refused" in told.lower() else line(type(error).__name__, 60)
