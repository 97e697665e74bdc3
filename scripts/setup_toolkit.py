"""setup-toolkit: the toolkit's own virtual environment, from hash-locked requirements; never the tested project's."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import ShuntyardError

ROOT = Path(__file__).resolve().parent.parent

CONTRACT = Contract(
    name="setup-toolkit",
    summary="Set up the toolkit's own Python environment, for jobs on hosted machines.",
    inputs=(
        Input(
            name="set",
            type="choice",
            choices=("base", "history", "images"),
            default="base",
            help="Which set of libraries to install, from requirements/.",
        ),
    ),
    outputs=(Output(name="python", help="The interpreter that has the toolkit's libraries."),),
    exits={0: "set up", 2: "it cannot be set up here", 3: "a bug in Shuntyard"},
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    requirements = ROOT / "requirements" / f"{inputs['set']}.txt"
    cache = env.get("RUNNER_TOOL_CACHE") or env.get("RUNNER_TEMP") or tempfile.gettempdir()
    place = Path(cache).resolve() / "shuntyard"
    home = place / _key(requirements, place)
    python = home / "bin" / "python"
    home.parent.mkdir(parents=True, exist_ok=True)
    with (home.parent / f"{home.name}.lock").open("w") as lock:  # runners of one machine may share the cache
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "complete").exists():
            _install(home, python, requirements)
    print(f"the toolkit's Python is {python}")
    return Done(outputs={"python": str(python)})


def _key(requirements: Path, place: Path) -> str:
    """Changes with the locked set, with the Python that runs it, and with the place, by which its programs name it: a
    kept environment is never a wrong one."""
    digest = hashlib.sha256(requirements.read_bytes() + f"{sys.version}{sys.executable}{place}".encode())
    return f"{requirements.stem}-{digest.hexdigest()[:16]}"


def _install(home: Path, python: Path, requirements: Path) -> None:
    """Creates the environment; `complete` is written last, so that a half-made one is made again.

    `-I` keeps modules of the folder that this runs in, the caller's checkout, from shadowing the standard library's.
    """
    print(f"installing {requirements.name} into {home}", flush=True)
    _call(
        [sys.executable, "-I", "-m", "venv", "--clear", str(home)],
        "venv is missing; on Debian: apt-get install python3-venv",
    )
    command = [str(python), "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    _call([*command, "--require-hashes", "--requirement", str(requirements)], "the package index may be out of reach")
    (home / "complete").touch()


def _call(command: list[str], hint: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    if subprocess.run(command, env=environment, check=False).returncode:
        raise ShuntyardError(f"{' '.join(command[:4])} … failed", hint=hint)


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
