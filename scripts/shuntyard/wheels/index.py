"""What an index holds, as pip sees it: the simple repository API, as HTML or as JSON (PyPA specification)."""

from __future__ import annotations

import hashlib
import html.parser
import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

from shuntyard.wheels.login import Login

_ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
_LARGEST_PAGE = 64 << 20  # bytes
_TIMEOUT_S = 60
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A file that the index has; `sha256` is empty where the index does not say it."""

    url: str
    sha256: str


class IndexUnknownError(Exception):
    """The index does not tell what it holds; the message says why."""


def held(login: Login, project: str) -> Mapping[str, Held]:
    """The project's files by name; none where it has no such project. Raises IndexUnknownError."""
    url = urllib.parse.urljoin(login.index.rstrip("/") + "/", urllib.parse.quote(project) + "/")
    try:
        with _open(login, url) as response:
            data, base = response.read(_LARGEST_PAGE), response.geturl()
            is_json = "json" in response.headers.get("Content-Type", "")
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 404:
            return {}
        raise IndexUnknownError(f"the index answers {error.code} when it is asked for {project}") from error
    except (OSError, ValueError) as error:
        raise IndexUnknownError(f"the index does not answer: {login.hide(str(error))}") from error
    return read_json(data, base) if is_json else read_html(data, base)


def sha256(login: Login, file: Held) -> str:
    """Of a file on the index: as it says, else of what it sends. Raises IndexUnknownError."""
    if file.sha256:
        return file.sha256
    digest = hashlib.sha256()
    try:
        with _open(login, file.url) as response:
            while piece := response.read(_PIECE):
                digest.update(piece)
    except (OSError, ValueError) as error:
        raise IndexUnknownError(f"the index does not send the file: {login.hide(str(error))}") from error
    return digest.hexdigest()


def read_html(data: bytes, base: str) -> dict[str, Held]:
    """The files of a project's page; a link's fragment holds the hash. Raises IndexUnknownError."""
    parser = _Links()
    try:
        parser.feed(data.decode("utf-8", errors="replace"))
    except AssertionError as error:  # Python up to 3.13 has it for `<![x[`
        raise IndexUnknownError("the index answers with HTML that is no project's page") from error
    files = {}
    for link in parser.links:
        try:
            url, fragment = urllib.parse.urldefrag(urllib.parse.urljoin(base, link))
        except ValueError:  # no address
            continue
        name = urllib.parse.unquote(urllib.parse.urlsplit(url).path.rsplit("/", 1)[-1])
        files[name] = Held(url=url, sha256=fragment.removeprefix("sha256=") if fragment.startswith("sha256=") else "")
    return files


def read_json(data: bytes, base: str) -> dict[str, Held]:
    """The files of a project's page as JSON. Raises IndexUnknownError for another shape."""
    try:
        return {
            str(file["filename"]): Held(
                url=urllib.parse.urljoin(base, str(file["url"])), sha256=str(file["hashes"].get("sha256", ""))
            )
            for file in json.loads(data)["files"]
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IndexUnknownError("the index answers with JSON that is no project's page") from error


class _Links(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value for name, value in attrs if tag == "a" and name == "href" and value]


def _open(login: Login, url: str) -> http.client.HTTPResponse:
    if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("a link that is no web address")
    request = urllib.request.Request(url, headers={"Accept": _ACCEPT, "User-Agent": "shuntyard"})  # noqa: S310 - checked
    if login.is_ours(url):
        request.add_unredirected_header(
            "Authorization", f"Basic {login.basic}"
        )  # a redirect may lead to another server
    response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=_TIMEOUT_S)  # noqa: S310 - checked
    return response
