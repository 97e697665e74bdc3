"""One process of tests as its parent sees it: started, listened to with a deadline, ended with all that it started."""

from __future__ import annotations

import contextlib
import json
import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.processes import end_all
from harness.settings import OPTIONS, TEXTS
from harness.worker import ORDERS

_PYTESTS_OWN = re.compile(r"/(_pytest|pluggy|pytest)/|<frozen runpy>")  # of no use in every stack
_POLL_S = 0.05
_FOR_THE_STACK_S = 0.5
_TAIL = 4000  # characters of what the process printed, at most


class Lane:
    """A context: on leaving it, nothing that it started is alive."""

    def __init__(self, config: pytest.Config, tests: Sequence[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="jax-integration-")
        folder = Path(self._folder.name)
        self._stacks, self._log = folder / "stacks.txt", folder / "log.txt"
        self._pipe, pipe = os.pipe()
        orders = folder / "orders.json"
        orders.write_text(json.dumps({"tests": list(tests), "pipe": pipe, "stacks": str(self._stacks)}))
        env = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}  # ours are all below
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                _argv(config),
                env={**env, ORDERS: str(orders)},
                cwd=config.invocation_params.dir,
                pass_fds=[pipe],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        os.close(pipe)
        os.set_blocking(self._pipe, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._pipe, selectors.EVENT_READ)
        self._data = b""

    def __enter__(self) -> Lane:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self._selector.close()
        os.close(self._pipe)
        self._folder.cleanup()

    def next(self, deadline: float) -> dict[str, Any] | None:
        """The next event; None when the process has ended. Raises TimeoutError at the deadline."""
        while b"\n" not in self._data:
            ended = self._process.poll() is not None
            with contextlib.suppress(BlockingIOError):
                piece = os.read(self._pipe, 1 << 16)
                self._data += piece
                if piece:
                    continue
            if ended:  # a grandchild may keep the pipe open, so its end says nothing
                return None
            if time.monotonic() > deadline:
                raise TimeoutError
            self._selector.select(_POLL_S)
            if not self._data:
                time.sleep(0.001)  # where the writer has gone, select returns at once until it is reaped
        head, _, self._data = self._data.partition(b"\n")
        event: dict[str, Any] = json.loads(head)
        return event

    def stack(self) -> str:
        """Where each thread is now, as far as the process still answers."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGUSR1)
        time.sleep(_FOR_THE_STACK_S)
        return _without_pytest(self._stacks)[:_TAIL] if self._stacks.exists() else ""

    def end(self) -> tuple[str, ...]:
        """Ends the process and everything that it started; returns their names."""
        killed = end_all(os.getpid())
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        return killed

    def how_it_ended(self) -> str:
        """Its exit code or signal, and the end of what it printed."""
        code = self._process.wait(timeout=5)
        how = f"signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"exit code {code}"
        return f"{how}\n\n{_without_pytest(self._log)[-_TAIL:]}"


def _without_pytest(stacks: Path) -> str:
    lines = stacks.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(line for line in lines if not _PYTESTS_OWN.search(line))


def _argv(config: pytest.Config) -> list[str]:
    ours = [f"--{option.name}={config.stash[TEXTS][option.name]}" for option in OPTIONS]
    quiet = ["-p", "no:cacheprovider", "-q", f"--tb={config.option.tbstyle}"]
    places = ["-c", str(config.inipath), f"--rootdir={config.rootpath}"]
    return [sys.executable, "-m", "pytest", *quiet, *places, *ours, "--", *config.args]
