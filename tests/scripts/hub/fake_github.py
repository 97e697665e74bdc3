"""The part of GitHub's REST API that the hub uses, on a port of this machine: real HTTP and state, faults on demand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.scripts.hub.fake_routes import ME, REPO, ROUTES, SOMEBODY, Routes
from tests.scripts.hub.fake_state import Yard
from tests.scripts.hub.fake_tags import TAG_ROUTES, TagRoutes

__all__ = ["ME", "REPO", "SOMEBODY", "TOKEN", "Yard", "serving"]

TOKEN = "ghs_" + "T0kenOfTheTests" * 2


@contextmanager
def serving(yard: Yard | None = None) -> Iterator[Yard]:
    """A running server; `yard.base` is its API's address."""
    state = yard or Yard()

    class Handler(_Handler):
        yard = state

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.base = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


class _Handler(Routes, TagRoutes, BaseHTTPRequestHandler):
    yard: Yard
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits 40 ms for an acknowledgement

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        self.yard.requests.append(f"{self.command} {self.path}")
        self.yard.logins.append((self.path, self.headers.get("Authorization", "")))
        fault = next(
            (f for f in self.yard.faults if f.times and re.search(f.pattern, f"{self.command} {self.path}")), None
        )
        if fault:
            fault.times -= 1
            if fault.after:
                self._answer(raw)
            if fault.status == 0:  # the connection breaks
                self.close_connection = True
                self.connection.close()
                return
            self._send(fault.status, fault.body, fault.headers)
            return
        self._send(*self._answer(raw))

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _handle  # noqa: N815

    def _send(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        content = (
            body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        )
        content = b"" if status == 204 else content
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _answer(self, raw: bytes) -> tuple[int, Any, dict[str, str]]:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.startswith("/storage/"):
            return self._blob(parts.path)
        if (
            self.headers.get("Authorization") != f"token {TOKEN}"
            and self.headers.get("Authorization") != f"Bearer {TOKEN}"
        ):
            return 401, {"message": "Bad credentials"}, {}
        if parts.path == "/user":
            return (403, {"message": "Resource not accessible by integration"}, {}) if self.yard.app else (200, ME, {})
        prefix = f"/repos/{REPO}"
        if not parts.path.startswith(prefix):
            return 404, {"message": "Not Found"}, {}
        body = json.loads(raw) if raw else {}
        path = parts.path.removeprefix(prefix)
        for pattern, method in (*ROUTES, *TAG_ROUTES):
            found = re.fullmatch(pattern, f"{self.command} {path}")
            if found:
                status, answer = getattr(self, method)(*map(unquote, found.groups()), query=query, body=body)
                if status == 302:
                    return status, "", {"Location": f"{self.yard.base}{answer['location']}"}
                if isinstance(answer, list) or (isinstance(answer, dict) and "total_count" in answer):
                    return self._paged(status, answer, query, parts.path)
                return status, answer, {}
        return 404, {"message": f"Not Found: {self.command} {path}"}, {}

    def _paged(self, status: int, answer: Any, query: dict[str, str], path: str) -> tuple[int, Any, dict[str, str]]:
        size = min(int(query.get("per_page", 30)), self.yard.page)
        page = int(query.get("page", 1))
        key = next((name for name in answer if name != "total_count"), "") if isinstance(answer, dict) else ""
        items = answer[key] if key else answer
        part = items[(page - 1) * size : page * size]
        headers = {}
        if page * size < len(items):
            rest = "&".join(f"{name}={value}" for name, value in query.items() if name != "page")
            link = f"{self.yard.base}{path}?{rest}&page={page + 1}"
            headers["Link"] = f'<{link}>; rel="next", <{link}>; rel="last"'
        return status, ({**answer, key: part} if key else part), headers
