"""A PostgreSQL server of its own on loopback, in a temporary folder."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.rbe.programs import installed
from tests.scripts.store.servers import free_port, wait_for_port

_START_S, _STOP_S = 30.0, 20.0
_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",  # nobody reads these data after a crash
    "log_min_messages": "fatal",
}


@dataclass
class Postgres:
    """A server; `env` is what its clients need beside a URL."""

    port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def env(self) -> Mapping[str, str]:
        """libpq reads the password from here, so that no command line shows it."""
        return {"PGPASSWORD": self.password}

    def wait(self) -> None:
        """Until it takes connections: its port is open a little earlier."""
        ask = [_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        deadline = time.monotonic() + _START_S
        while subprocess.run(ask, check=False).returncode:
            if time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL did not start")
            time.sleep(0.05)

    def create(self, name: str) -> str:
        """Makes an empty database; its URL for SQLAlchemy, with a driver that holds what BuildGrid does with it."""
        command = [_program("createdb"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", name]
        subprocess.run(command, env={**os.environ, **self.env}, check=True)
        return f"postgresql+psycopg2://postgres@127.0.0.1:{self.port}/{name}"


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running server. PostgreSQL refuses to run as root; then it runs as the user that its package made for it."""
    as_owner: dict[str, Any] = {}
    if os.geteuid() == 0:
        as_owner = {"user": "postgres", "group": "postgres", "extra_groups": []}
    with tempfile.TemporaryDirectory(prefix="yard-") as folder:
        if as_owner:
            shutil.chown(folder, "postgres", "postgres")
        yield from _running(Path(folder), as_owner)


def _running(folder: Path, as_owner: dict[str, Any]) -> Iterator[Postgres]:
    server = Postgres()
    secret, data = folder / "password", folder / "data"
    secret.touch(mode=0o600)
    secret.write_text(server.password)
    if as_owner:
        shutil.chown(secret, "postgres", "postgres")
    make = ["--auth=scram-sha-256", "--username=postgres", f"--pwfile={secret}", "--no-sync", "--encoding=UTF8"]
    subprocess.run([_program("initdb"), *make, str(data)], check=True, capture_output=True, cwd="/", **as_owner)
    secret.unlink()
    options = [f"--{name}={value}" for name, value in _OPTIONS.items()]
    command = [_program("postgres"), "-D", str(data), "-p", str(server.port), *options]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **as_owner)
    try:
        wait_for_port(server.port, process)
        server.wait()
        yield server
    finally:
        process.send_signal(signal.SIGINT)  # "fast shutdown": clients are sent away
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _program(name: str) -> str:
    """Debian keeps the servers' programs out of PATH, one folder for each version."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    return installed(name, "postgresql", *map(str, folders))
