"""Servers that several tests share."""

from __future__ import annotations

import multiprocessing
import os
import secrets
from collections.abc import Iterator
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path

import fsspec
import pytest

from tests.scripts.store.servers import MariaDB, mariadb, s3

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def server() -> Iterator[MariaDB]:
    with mariadb() as running:
        yield running


@pytest.fixture
def database(server: MariaDB, monkeypatch: pytest.MonkeyPatch) -> MariaDB:
    """The environment names a new, empty database of the running server."""
    for name, value in server.database().items():
        monkeypatch.setenv(name, value)
    return server


@pytest.fixture(scope="session")
def s3_server() -> Iterator[dict[str, str]]:
    with s3() as env:
        yield dict(env)


@pytest.fixture
def bucket(s3_server: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty bucket."""
    for name, value in s3_server.items():
        monkeypatch.setenv(name, value)
    name = f"yard-{secrets.token_hex(6)}"
    files = fsspec.filesystem("s3", skip_instance_cache=True, endpoint_url=s3_server["AWS_ENDPOINT_URL"])
    files.mkdir(name)
    return f"s3://{name}/history"


@pytest.fixture(scope="session")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServerContext]:
    """Processes that start in milliseconds, because they are forked from one that has imported everything.

    What they leave when they are killed lies in a folder of the tests.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.scripts.store.victims"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "scripts")]))
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("killed")))
        forkserver.ensure_running()  # with this environment
    yield context
