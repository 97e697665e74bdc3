"""Is the executor there; what is tried again, how often, and with which pauses."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from shuntyard.bazel.exits import Kind
from shuntyard.bazel.invoke import Ran
from shuntyard.bazel.reach import place_of, probe
from shuntyard.bazel.retry import run_again
from shuntyard.bazel.verdict import Verdict
from shuntyard.proc.run import Finished


@pytest.mark.parametrize(
    ("endpoint", "host", "port"),
    [
        ("grpcs://rbe.example", "rbe.example", 443),
        ("grpc://127.0.0.1:50051", "127.0.0.1", 50051),
        ("rbe.example:8980", "rbe.example", 8980),
        ("rbe.example", "rbe.example", 443),
        ("grpc://[::1]:7", "::1", 7),
        ("http://cache/x/y", "cache", 80),
    ],
)
def test_where_an_endpoint_is(endpoint: str, host: str, port: int) -> None:
    assert place_of(endpoint) == (host, port)


def test_a_server_is_there_until_it_is_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = f"grpc://127.0.0.1:{server.getsockname()[1]}"
        assert probe(endpoint).ok
    assert probe(endpoint).why == f"{endpoint} is out of reach: Connection refused"
    assert not probe("grpcs://127.0.0.1:99999").ok
    assert not probe("grpcs://no-such-host.invalid:443").ok


def test_a_server_that_does_not_answer_is_given_up_in_time() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        address = server.getsockname()
        queued = [socket.socket() for _ in range(4)]  # fills what the kernel takes before anyone accepts
        for each in queued:
            each.setblocking(False)
            each.connect_ex(address)
        found = probe(f"grpc://127.0.0.1:{address[1]}", 0.2)
        for each in queued:
            each.close()
    assert found.why.endswith("no answer within 0.2 s")


def again(kinds: list[tuple[Kind, bool]], *, left: float = 1e6, retries: int = 3) -> tuple[int, list[float], list[str]]:
    slept: list[float] = []
    said: list[str] = []

    def once(number: int) -> Ran:
        kind, may = kinds[min(number, len(kinds)) - 1]
        return Ran("test", "remote", Verdict(kind, "why", may), Finished(1), Path("log"))

    runs = run_again(once, retries=retries, backoff_s=30, left_s=lambda: left, sleep=slept.append, say=said.append)
    return len(runs), slept, said


LOST: tuple[Kind, bool] = ("infrastructure", True)


def test_the_infrastructure_is_tried_again_with_longer_and_longer_pauses() -> None:
    assert again([LOST])[:2] == (4, [30, 60, 120])
    assert again([LOST], retries=7)[1][-2:] == [600, 600]
    assert again([LOST, LOST, ("passed", False)])[:2] == (3, [30, 60])
    assert again([LOST], retries=0)[:2] == (1, [])
    assert again([LOST])[2][0] == "retry 1 of 3 in 30 s: why"


@pytest.mark.parametrize("kind", ["passed", "tests failed", "build failed", "no tests found", "usage", "interrupted"])
def test_nothing_else_is(kind: Kind) -> None:
    assert again([(kind, True)])[:2] == (1, [])
    assert again([LOST, (kind, True)])[0] == 2


def test_a_fault_that_lasts_is_not() -> None:
    assert again([("infrastructure", False)])[0] == 1


def test_without_time_left_there_is_no_retry() -> None:
    runs, slept, said = again([LOST], left=20)
    assert (runs, slept) == (1, [])
    assert said == ["no time is left to try again: why"]
