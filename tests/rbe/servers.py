"""A remote executor on loopback: BuildGrid and its worker, as processes that end with their test."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.rbe.postgres import Postgres
from tests.rbe.programs import rbe_python
from tests.scripts.store.servers import free_port, wait_for_port

ROOT = Path(__file__).resolve().parents[2]
SLOTS = 2
_STOP_S = 15.0

# One instance without a name, everything that Bazel asks for, and build events. Bots are polled for ten times as often
# as by default, because these actions take a tenth of a second.
_CONFIGURATION = """\
description: the remote executor of the tests
server:
  - !channel {{address: "127.0.0.1:{port}", insecure-mode: true}}
authorization: {{method: none}}
connections:
  - !sql-connection &sql {{connection-string: "{database}", connection-timeout: 15}}
storages:
  - !disk-storage &storage {{path: "{storage}"}}
caches:
  - !lru-action-cache &results
    storage: *storage
    max-cached-refs: 1000
    allow-updates: true
    cache-failed-actions: false
schedulers:
  - !sql-scheduler &scheduler
    sql: *sql
    storage: *storage
    action-cache: *results
    poll-interval: 0.1
    bot-poll-interval: 0.1
    property-set: !dynamic-property-set
      match-property-keys: [OSFamily, ISA]
      wildcard-property-keys: [container-image]
    assigners:
      - !priority-age-assigner {{count: 1, interval: 0.05, priority-assignment-percentage: 100}}
instances:
  - name: ""
    services:
      - !action-cache {{cache: *results}}
      - !execution {{scheduler: *scheduler}}
      - !cas {{storage: *storage}}
      - !bytestream {{storage: *storage}}
      - !memory-build-events
thread-pool-size: 40
"""


@dataclass
class Executor:
    """A server and its worker; `folder` holds their configuration, storage and logs."""

    folder: Path
    database: str
    env: dict[str, str]
    port: int = field(default_factory=free_port)
    server: subprocess.Popen[bytes] | None = None
    worker: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"grpc://127.0.0.1:{self.port}"

    def actions(self, target: str = "") -> list[dict[str, Any]]:
        """What the worker has run so far, in order; of one target where one is named."""
        log = self.folder / "worker" / "actions.jsonl"
        lines = log.read_text().splitlines() if log.exists() else []
        ran = [json.loads(line) for line in lines]
        return [each for each in ran if not target or each["target"] == target]

    def running(self) -> bool:
        """Whether an action is being run now."""
        return any((self.folder / "worker").glob("action-*"))

    def start_server(self) -> None:
        configuration = self.folder / "buildgrid.yml"
        storage = self.folder / "storage"
        storage.mkdir(exist_ok=True)
        text = _CONFIGURATION.format(port=self.port, database=self.database, storage=storage)
        configuration.write_text(text)
        self.server = self._start("server", [_bgd(), "server", "start", str(configuration)])
        wait_for_port(self.port, self.server)

    def start_worker(self) -> None:
        (self.folder / "worker").mkdir(exist_ok=True)
        options = ["--server", f"127.0.0.1:{self.port}", "--slots", str(SLOTS)]
        command = [rbe_python(), "-m", "tests.rbe.worker", *options, "--folder", str(self.folder / "worker")]
        self.worker = self._start("worker", command)

    def kill_server(self) -> None:
        """As a crash does: nobody is told."""
        assert self.server is not None
        _end(self.server, signal.SIGKILL)
        self.server = None

    def cancel(self) -> None:
        """Cancels what runs: Bazel leaves that running when it is interrupted, up to the action's own time-out."""
        bgd = [_bgd(), "operation", f"--remote=http://127.0.0.1:{self.port}"]
        told = subprocess.run([*bgd, "list", "--json"], env=self.env, check=True, capture_output=True, text=True)
        for name in re.findall(r'"name": "([^"]+)"', told.stdout):  # objects one after the other, no list
            subprocess.run([*bgd, "cancel", name], env=self.env, check=True, capture_output=True)

    def stop(self) -> None:
        if self.worker is not None:
            _end(self.worker, signal.SIGTERM)
        if self.server is not None:
            self.kill_server()  # nobody needs what it would write down first

    def _start(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, env=self.env, cwd=ROOT)


@contextmanager
def executor(database: Postgres, folder: Path) -> Iterator[Executor]:
    """A running executor with a database of its own."""
    folder.mkdir()
    url = database.create(f"{folder.name}_{secrets.token_hex(4)}")
    env = {**os.environ, **database.env, "PYTHONPATH": str(ROOT)}
    with (folder / "migrate.log").open("wb") as log:
        subprocess.run([_bgd(), "migrate", "apply", url], check=True, env=env, stdout=log, stderr=log)
    running = Executor(folder, url, env)
    try:
        running.start_server()
        running.start_worker()
        yield running
    finally:
        running.stop()


def unused_address() -> str:
    """Where nobody listens."""
    return f"grpc://127.0.0.1:{free_port()}"


def _bgd() -> str:
    """BuildGrid's program, beside its Python."""
    return str(Path(rbe_python()).with_name("bgd"))


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    process.send_signal(how)
    deadline = time.monotonic() + _STOP_S
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.wait()
