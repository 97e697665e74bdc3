"""A real server whose answers a test chooses."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.scripts.lists.server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
