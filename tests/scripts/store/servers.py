"""Real servers for the tests: MariaDB and an S3 server on loopback, each on a free port, ended with their test."""

from __future__ import annotations

import getpass
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pymysql
import pytest

MARIADB = "apt-get install --yes mariadb-server"
_READY_S = 60.0


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the server accepts connections."""
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


def program(name: str) -> str:
    """The path of a program; without it the test fails in CI and is skipped elsewhere, with what to install."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if not found:
        told = f"{name} is not installed; on Debian: {MARIADB}"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    return found


@dataclass
class MariaDB:
    """A server with its own data; `env` is the login of an ordinary user who may do everything in any database."""

    folder: Path
    port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: secrets.token_hex(8))
    process: subprocess.Popen[bytes] | None = None

    def install(self) -> None:
        """Makes the data folder and the user."""
        data = ["--no-defaults", f"--datadir={self.folder / 'data'}", f"--user={getpass.getuser()}"]
        install = [program("mariadb-install-db"), *data, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(install, check=True, capture_output=True)
        self.start()
        with self.root() as connection:
            cursor = connection.cursor()
            cursor.execute("CREATE USER 'yard'@'%%' IDENTIFIED BY %s", (self.password,))
            cursor.execute("GRANT ALL ON *.* TO 'yard'@'%'")

    def start(self, *options: str) -> None:
        """Starts the server and waits for it."""
        command = [
            program("mariadbd"),
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            f"--user={getpass.getuser()}",
            f"--socket={self.folder / 's.sock'}",
            f"--pid-file={self.folder / 'pid'}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            *options,
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_for_port(self.port, self.process)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends the server: SIGTERM as a restart does, SIGKILL as a crash does."""
        if self.process:
            self.process.send_signal(how)
            self.process.wait(_READY_S)
            self.process = None

    @contextmanager
    def root(self) -> Iterator[pymysql.Connection[pymysql.cursors.Cursor]]:
        """A connection of the administrator."""
        connection = pymysql.connect(unix_socket=str(self.folder / "s.sock"), user="root", autocommit=True)
        try:
            yield connection
        finally:
            connection.close()

    def database(self) -> dict[str, str]:
        """A new database, as the environment that names it."""
        name = f"yard_{secrets.token_hex(6)}"
        with self.root() as connection:
            connection.cursor().execute(f"CREATE DATABASE {name}")
        return {
            "SHUNTYARD_DB_HOSTNAME": "127.0.0.1",
            "SHUNTYARD_DB_PORT": str(self.port),
            "SHUNTYARD_DB_USERNAME": "yard",
            "SHUNTYARD_DB_PASSWORD": self.password,
            "SHUNTYARD_DB_NAME": name,
        }


@contextmanager
def mariadb() -> Iterator[MariaDB]:
    """A running server. Its path is short: a socket's may have 107 characters."""
    with tempfile.TemporaryDirectory(prefix="yard-") as folder:
        server = MariaDB(Path(folder))
        try:
            server.install()
            yield server
        finally:
            server.stop(signal.SIGKILL)


@contextmanager
def s3() -> Iterator[Mapping[str, str]]:
    """A running S3 server with the bucket `yard`, as the environment that reaches it."""
    port = free_port()
    moto = Path(sys.executable).with_name("moto_server")
    process = subprocess.Popen(
        [str(moto), "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    env = {
        "AWS_ACCESS_KEY_ID": "yard",
        "AWS_SECRET_ACCESS_KEY": "yard",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
    }
    try:
        wait_for_port(port, process)
        yield env
    finally:
        process.terminate()
        process.wait(_READY_S)
