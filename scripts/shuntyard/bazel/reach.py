"""Whether a server is there at all: a TCP connection, within a limit. What it then speaks, Bazel finds out."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

CONNECT_S = 10.0
_PORTS = {"grpcs": 443, "https": 443, "grpc": 80, "http": 80}


class Place(NamedTuple):
    """A host and its port."""

    host: str
    port: int


class Reach(NamedTuple):
    """Whether it can be reached; else `why` not. `took_s` is the time to connect."""

    ok: bool
    why: str = ""
    took_s: float = 0.0


Probe = Callable[[str], Reach]


def place_of(endpoint: str) -> Place:
    """Host and port of `grpcs://host:443`, or of `host:port`; Bazel takes an endpoint without a scheme for grpcs."""
    parts = urlsplit(endpoint if "://" in endpoint else f"grpcs://{endpoint}")
    return Place(parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443))


def probe(endpoint: str, limit_s: float = CONNECT_S) -> Reach:
    """Connects, and hangs up at once."""
    try:
        place = place_of(endpoint)
        started = time.monotonic()
        with socket.create_connection(place, timeout=limit_s):
            return Reach(True, took_s=time.monotonic() - started)
    except TimeoutError:
        return Reach(False, f"{endpoint} is out of reach: no answer within {limit_s:g} s")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        return Reach(False, f"{endpoint} is out of reach: {why}")
