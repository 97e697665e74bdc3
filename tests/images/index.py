"""Starts and stops the package index that tests upload to, and finds the Python that has the packaging tools."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.images.engines import missing

SERVER = Path(__file__).with_name("index_server.py")
PASSWORD = "correct-horse-battery"  # of a server that lives as long as a test


def images_python() -> str:
    """The Python with the `images` set: SHUNTYARD_IMAGES_PYTHON, else this one. Skips where it has no such tools; with
    CI set, fails."""
    python = os.environ.get("SHUNTYARD_IMAGES_PYTHON", sys.executable)
    needed = "import auditwheel, build, check_wheel_contents, pydistcheck, pypiserver, twine, virtualenv"
    done = subprocess.run([python, "-c", needed], capture_output=True, text=True, check=False)
    if done.returncode:
        why = f"{python} lacks the images set: {done.stderr.strip().splitlines()[-1]}; make test-images sets it up"
        missing(why)
    return python


@dataclass(slots=True)
class Index:
    """A running index; `packages` is where its files lie."""

    python: str
    home: Path
    process: subprocess.Popen[str]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def packages(self) -> Path:
        return self.home / "packages"

    def files(self) -> list[str]:
        return sorted(path.name for path in self.packages.iterdir())

    def misbehave(self, how: str) -> None:
        (self.home / "fault").write_text(how)


@contextlib.contextmanager
def serve(python: str, home: Path, password: str = PASSWORD) -> Iterator[Index]:
    """An empty index on a free port of this machine's loopback; with an empty password anybody may upload."""
    (home / "packages").mkdir(parents=True, exist_ok=True)
    command = [python, str(SERVER), str(home / "packages"), password]
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout is not None
    try:
        yield Index(python=python, home=home, process=process, port=int(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
