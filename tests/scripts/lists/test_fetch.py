"""Lists from files and from a real server that fails."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import Request

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.lists.fetch import LARGEST, TRIES, Web, fetch, web
from tests.scripts.lists.server import Server


def patient(waits: list[float], token: str = "") -> Web:
    return Web(opener=web(token).opener, pause=waits.append, token=token)


def test_a_list_is_read_at_the_third_try(server: Server) -> None:
    server.answers = [(500, b"", {}), (200, b"<html>", {}), (200, b'{"a": [1]}', {})]
    waits: list[float] = []
    told = fetch(server.address, "disabled jobs", patient(waits))
    assert (told.data, told.problem, waits) == ({"a": [1]}, "", [1.0, 2.0])


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [(404, b"", "404"), (503, b"{}", "503"), (200, b"<html>", "no JSON"), (200, b"\xff", "no JSON")],
)
def test_a_list_that_is_away_fails_open_after_three_tries_and_says_so(
    server: Server, status: int, body: bytes, why: str
) -> None:
    server.answers = [(status, body, {})]
    told = fetch(server.address, "disabled jobs", patient([]))
    assert told.data is None and len(server.asked) == TRIES
    assert told.problem.startswith("the disabled jobs cannot be read after 3 tries") and why in told.problem


CUT = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"


@pytest.mark.parametrize("answer", [CUT, b"no status line\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1"])
def test_an_answer_that_is_cut_off_or_garbled_fails_open_too(server: Server, answer: bytes) -> None:
    server.answers = [(0, answer, {})]
    told = fetch(server.address, "disabled jobs", patient([]))
    assert told.data is None and len(server.asked) == TRIES
    assert told.problem.startswith("the disabled jobs cannot be read after 3 tries")


def test_no_server_fails_open_too(server: Server) -> None:
    class Nobody:
        def open(self, request: Request, /, *, timeout: float) -> IO[bytes]:
            raise URLError("no route\n::error::to host")

    told = fetch("https://lists.example/x.json", "durations", Web(opener=Nobody(), pause=lambda _: None))
    assert told.data is None and "no route" in told.problem and "\n" not in told.problem


def test_a_packed_list_is_unpacked(server: Server, tmp_path: Path) -> None:
    packed = gzip.compress(b"[1]")
    server.answers = [(200, packed, {"Content-Encoding": "gzip"})]
    (tmp_path / "x.json.gz").write_bytes(packed)
    assert fetch(server.address, "x", web()).data == fetch(str(tmp_path / "x.json.gz"), "x", web()).data == [1]


@pytest.mark.parametrize(
    "data", [gzip.compress(b"1" * (LARGEST + 9)), gzip.compress(b"[1]")[:-4]], ids=["bomb", "damaged"]
)
def test_a_packed_list_that_is_damaged_or_a_bomb_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(ShuntyardError, match="are no JSON"):
        fetch(str(tmp_path / "x"), "tests", web())


def test_a_redirect_is_followed_to_https_only_and_never_with_a_token(server: Server) -> None:
    server.answers = [(302, b"", {"Location": server.address})]
    assert "302" in fetch(server.address, "x", patient([])).problem
    assert "302" in fetch(server.address, "x", patient([], token="secret")).problem
    assert server.asked[-1]["Authorization"] == "Bearer secret"


def test_a_token_shows_in_no_representation() -> None:
    assert "secret" not in repr(web("secret"))


@pytest.mark.parametrize("place", ["http://example.org/x", "ftp://example.org/x", "file:///etc/passwd"])
def test_only_https_is_asked(place: str) -> None:
    with pytest.raises(ShuntyardError, match="not https"):
        fetch(place, "x", web())


@pytest.mark.parametrize("text", [None, "{", "[" * 100_000])
def test_a_file_that_is_not_there_or_no_json_is_a_mistake(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "x.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ShuntyardError, match="the disabled tests in"):
        fetch(str(path), "disabled tests", web())


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps({"a": 1}))
    assert fetch(str(tmp_path / "x.json"), "x", web()).data == {"a": 1}
