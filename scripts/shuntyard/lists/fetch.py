"""Reads a list from a path or an address. What is remote and cannot be read after 3 tries fails open, and says so.

A list that is away must not stop every pull request of everybody; a file that somebody named and that is not there is
a mistake, and stops.
"""

from __future__ import annotations

import gzip
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import urlsplit

from shuntyard.errors import ShuntyardError
from shuntyard.text import line

TRIES = 3
TIMEOUT_S = 20.0
LARGEST = 64 << 20  # bytes; PyTorch's durations have 2.5 million
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_BROKEN = (ValueError, RecursionError, EOFError)


class Opener(Protocol):
    """What urllib.request.build_opener returns."""

    def open(self, request: urllib.request.Request, /, *, timeout: float) -> IO[bytes]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a list says. `problem` is why there is none: it then counts as empty, and everything runs."""

    data: Any = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """How lists are fetched; `token` goes to the address that asks for it, and shows in no representation."""

    opener: Opener
    pause: Callable[[float], None] = time.sleep
    token: str = field(default="", repr=False)


def web(token: str = "") -> Web:
    """The real one. Redirects are followed to https only, and never with a token."""
    return Web(opener=urllib.request.build_opener(_Careful(follow=not token)), token=token)


def fetch(place: str, what: str, access: Web) -> Fetched:
    """The JSON at a path or an https address. `what` is how messages call it, such as "disabled jobs".

    Raises ShuntyardError for a file that is not there or is no JSON, and for an address that is not https.
    """
    if "://" not in place:
        return Fetched(data=_file(Path(place), what))
    address = urlsplit(place)
    if address.scheme != "https" and not (address.scheme == "http" and address.hostname in _LOOPBACK):
        raise ShuntyardError(f"the address of the {what} is not https", hint="such as https://example.org/list.json")
    problem = ""
    for attempt in range(TRIES):
        if attempt:
            access.pause(2.0 ** (attempt - 1))
        try:
            return Fetched(data=_remote(place, access))
        except urllib.error.HTTPError as error:
            problem = f"it answers {error.code}"
            error.close()
        except (OSError, http.client.HTTPException) as error:
            problem = f"{type(error).__name__}: {error}"
        except _BROKEN as error:
            problem = f"it is no JSON: {error}"
    told = f"the {what} cannot be read after {TRIES} tries ({line(problem, 200)})"
    return Fetched(problem=f"{told}: nothing is left out because of it")


def _remote(place: str, access: Web) -> Any:
    headers = {"User-Agent": "shuntyard", "Accept": "application/json", "Accept-Encoding": "gzip"}
    if access.token:
        headers["Authorization"] = f"Bearer {access.token}"
    request = urllib.request.Request(place, headers=headers)  # noqa: S310 - fetch has checked the scheme
    with access.opener.open(request, timeout=TIMEOUT_S) as answer:
        return _parsed(answer.read(LARGEST + 1))


def _file(path: Path, what: str) -> Any:
    try:
        with path.open("rb") as file:
            return _parsed(file.read(LARGEST + 1))
    except OSError as error:
        told = f"the {what} in {str(path)!r} cannot be read: {error.strerror}"
        raise ShuntyardError(told, hint="name a file that is there, or an https address") from None
    except _BROKEN as error:
        told = f"the {what} in {str(path)!r} are no JSON: {line(str(error))}"
        raise ShuntyardError(told, hint="docs/test-scope.md shows the formats") from None


def _parsed(data: bytes) -> Any:
    """JSON, packed or not. Raises ValueError for anything else, and for what is too large to be a list."""
    if data[:2] == b"\x1f\x8b":
        try:
            with gzip.open(_stream(data)) as file:
                data = file.read(LARGEST + 1)
        except OSError as error:
            raise ValueError(f"it is packed and damaged: {error}") from None
    if len(data) > LARGEST:
        raise ValueError(f"it has more than {LARGEST:,} bytes")
    return json.loads(data)


def _stream(data: bytes) -> IO[bytes]:
    import io  # noqa: PLC0415 - only packed lists need it

    return io.BytesIO(data)


class _Careful(urllib.request.HTTPRedirectHandler):
    """Follows a redirect to https; without `follow`, none: its status is then the answer."""

    def __init__(self, *, follow: bool) -> None:
        self._follow = follow

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if not self._follow or urlsplit(newurl).scheme != "https":
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)
