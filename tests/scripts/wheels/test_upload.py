"""Logins from secrets, an index's pages, twine's answers."""

from __future__ import annotations

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.errors import ShuntyardError
from shuntyard.proc.run import Finished
from shuntyard.wheels.index import IndexUnknownError, read_html, read_json
from shuntyard.wheels.login import INPUTS, read_login
from shuntyard.wheels.upload import read_answer

BASE = "https://packages.example/simple/mini/"


def inputs(**given: str) -> dict[str, str | int | float | bool]:
    defaults = {"repository-url": "https://packages.example/legacy/", "password": "pw-1"}
    return {
        item.name: given.get(item.name.replace("-", "_"), defaults.get(item.name, item.default or ""))
        for item in INPUTS
    }


def test_a_login_from_three_secrets() -> None:
    login = read_login(inputs())
    assert (login.username, login.password) == ("__token__", "pw-1")
    assert login.index == "https://packages.example/legacy/simple/"
    assert "pw-1" not in repr(login)
    assert login.hide("sent pw-1 to https://packages.example/legacy/") == "sent *** to ***/"


def test_only_its_own_server_gets_the_password() -> None:
    login = read_login(inputs())
    assert login.is_ours("https://packages.example/files/a.whl")
    assert not login.is_ours("https://files.example/a.whl")
    assert not login.is_ours("http://packages.example/files/a.whl")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"password": ""}, "TWINE_PASSWORD"),
        ({"repository_url": ""}, "TWINE_REPOSITORY_URL"),
        ({"repository_url": "http://packages.example/"}, "TWINE_REPOSITORY_URL"),
        ({"repository_url": "https://me:pw-1@packages.example/"}, "TWINE_REPOSITORY_URL"),
        ({"repository_url": "file:///etc/passwd"}, "TWINE_REPOSITORY_URL"),
        ({"index_url": "ftp://packages.example/"}, "TWINE_INDEX_URL"),
        ({"repository": "team"}, "PYPIRC"),
        ({"pypirc": "password = pw-1"}, "PYPIRC"),
        ({"pypirc": "[a]\nrepository = https://a.example/\n"}, "PYPIRC"),
    ],
)
def test_secrets_at_fault_are_named_and_not_shown(given: dict[str, str], named: str) -> None:
    with pytest.raises(ShuntyardError) as caught:
        read_login(inputs(**given))
    assert named in caught.value.message
    assert "pw-1" not in caught.value.message + caught.value.hint


def test_a_page_of_links() -> None:
    page = b'<a href="../../files/mini-1%2Bx-py3-none-any.whl#sha256=abc">m</a><a href="/f/b.whl#md5=1">b</a><a>c</a>'
    files = read_html(page, BASE)
    assert files["mini-1+x-py3-none-any.whl"].sha256 == "abc"
    assert files["mini-1+x-py3-none-any.whl"].url == "https://packages.example/files/mini-1%2Bx-py3-none-any.whl"
    assert (files["b.whl"].url, files["b.whl"].sha256) == ("https://packages.example/f/b.whl", "")


def test_a_page_of_json() -> None:
    page = {"files": [{"filename": "b.whl", "url": "/f/b.whl", "hashes": {"sha256": "abc"}}]}
    assert read_json(json.dumps(page).encode(), BASE)["b.whl"].sha256 == "abc"


@given(st.binary(max_size=200))
def test_pages_of_anything(data: bytes) -> None:
    for read in (read_html, read_json):
        with contextlib.suppress(IndexUnknownError):
            assert all(file.url for file in read(data, BASE).values())


def test_a_page_that_was_made_to_break_its_reader() -> None:
    links = b'<a href="http://[x/a.whl">a</a><a href="b.whl">b</a>'
    assert list(read_html(links, BASE)) == ["b.whl"]
    with contextlib.suppress(IndexUnknownError):  # some Pythons read over it
        assert read_html(b"<![nothing[ <a href='b.whl'>", BASE).keys() <= {"b.whl"}


def test_an_answer_that_repeats_what_it_was_sent_shows_no_password() -> None:
    login = read_login(inputs())
    assert login.hide(f"Authorization: Basic {login.basic}, or pw-1") == "Authorization: Basic ***, or ***"


@pytest.mark.parametrize("page", ["<" * 60_000, "<style" * 10_000])
def test_an_answer_of_tags_without_end_is_read_in_no_time(page: str) -> None:
    began = time.monotonic()
    said = f"Response from ***\n{page}\nERROR    HTTPError: 400 Bad Request"
    assert read_answer(Finished(exit_code=1), said).result == "conflict"
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("exit_code", "said", "result"),
    [
        (0, "", "uploaded"),
        (1, "ERROR    HTTPError: 409 Conflict from ***", "conflict"),
        (1, "ERROR    HTTPError: 400 Bad Request from ***\nFile already exists", "conflict"),
        (1, "ERROR    HTTPError: 403 Forbidden from ***", "denied"),
        (1, "ERROR    HTTPError: 401 Unauthorized", "denied"),
        (1, "WARNING  Received 503\nERROR    HTTPError: 503 Service Unavailable", "down"),
        (1, "HTTPError: 429 Too Many Requests", "down"),
        (1, "requests.exceptions.ConnectionError: refused", "down"),
        (1, "HTTPError: 413 Content Too Large", "refused"),
        (1, "InvalidDistribution: Metadata is missing", "refused"),
        (124, "", "down"),
    ],
)
def test_what_came_of_an_upload(exit_code: int, said: str, result: str) -> None:
    assert read_answer(Finished(exit_code=exit_code, timed_out=exit_code == 124), said).result == result
