"""A real package index (pypiserver) on a port of its own, started with `python index_server.py FOLDER PASSWORD`.

Prints its port. A file `FOLDER/../fault` makes it misbehave: `503 2` answers two uploads so, `die 1` takes one upload
and then ends the process in the middle of the next.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pypiserver  # type: ignore[import-not-found]


def main(folder: str, password: str) -> None:
    fault = Path(folder).parent / "fault"
    index = pypiserver.app(
        roots=[Path(folder)],
        authenticate=["update"] if password else [],
        password_file=None,
        auther=lambda user, given: (user, given) == ("publisher", password),
        hash_algo="sha256",
        disable_fallback=True,
    )

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        kind, _, left = (fault.read_text() if fault.exists() else "").partition(" ")
        if environ["REQUEST_METHOD"] == "POST" and kind:
            if kind == "die" and left == "0":
                os._exit(9)
            fault.write_text(f"{kind} {int(left) - 1}") if int(left) > (kind != "die") else fault.unlink()
            if kind != "die":
                environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
                start_response(f"{kind} Out Of Order", [("Content-Type", "text/plain")])
                return [b"out of order"]
        answer: Iterable[bytes] = index(environ, start_response)
        return answer

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None: ...

    server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
