"""A web server on this machine whose answers a test chooses, and which keeps what it was asked."""

from __future__ import annotations

import http.server
from typing import Any


class Server(http.server.ThreadingHTTPServer):
    """Answers with what `answers` holds, one after the other, the last one for ever: (status, body, headers);
    status 0 sends the body alone."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[tuple[int, bytes, dict[str, str]]] = []
        self.asked: list[dict[str, str]] = []  # the headers of each request
        self.paths: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/list.json"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(dict(self.headers))
        self.server.paths.append(self.path)
        answers = self.server.answers
        status, body, headers = answers.pop(0) if len(answers) > 1 else answers[0]
        if not status:  # no HTTP at all
            self.wfile.write(body)
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass
