"""A program of this folder that runs beside the analyses in a process of its own: JSON values in and out, one a line.

Not `multiprocessing`: its fresh processes import the caller's main module again, whatever that is.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from shuntyard.errors import ShuntyardError


class Worker:
    """Starts the program `name` at once; use it in a `with` statement, from one thread at a time."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> Worker:
        self._told = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(Path(__file__).with_name(f"{self._name}.py"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._told, encoding="utf-8",
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._told.close()

    def ask(self, question: Any) -> Any:
        """The program's answer to a JSON value. Raises ShuntyardError where it ended instead."""
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(json.dumps(question, separators=(",", ":"), allow_nan=False) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            pass  # the line that does not come says so too
        line = process.stdout.readline()
        if not line:
            process.wait()
            self._told.seek(0)
            reason = self._told.read().strip().splitlines()[-1:] or [f"it ended with {process.returncode}"]
            hint = "does the Python that runs this have the libraries of requirements/history.txt?"
            raise ShuntyardError(f"the helper program {self._name} failed: {reason[0]}", hint=hint)
        return json.loads(line)
