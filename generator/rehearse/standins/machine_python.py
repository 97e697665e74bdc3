"""What `python` and `pip` are in a job that sets up no Python: a fresh environment of its own, made at the first call.

On a hosted runner each job has a machine to itself. Here all jobs share one, and what a job installs must reach
neither the next job nor this machine.
"""

from __future__ import annotations

import fcntl
from pathlib import Path

from generator.rehearse.standins import environment
from generator.rehearse.standins.step import this

READY = "ready"
NAMES = ("python", "python3", "pip", "pip3")


def main(place_name: str) -> int:
    """Makes the environment at `place_name`, unless another process of the job has."""
    step, place = this(), Path(place_name)
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / READY).exists():
            environment.make(place, step.settings.base_python, step.settings.app_data, step.env)
            (place / READY).touch()
    return 0


def write_shims(folder: Path, python: str, minor: str, *, fresh: bool) -> None:
    """Puts `python`, `pip` and the like into `folder`; not `fresh` means that they are the given Python itself.

    A call with -S asks for no installed package, so it takes the bare interpreter: the toolkit's own scripts start
    without waiting for an environment, and always with the same interpreter.
    """
    folder.mkdir()
    if not fresh:
        for name in NAMES:
            (folder / name).write_text(_PLAIN.format(python=_quoted(python), module="-m pip " * name.startswith("pip")))
            (folder / name).chmod(0o755)
        return
    for name in (*NAMES, f"python{minor}"):
        file = folder / name
        bare = f'case "$1" in -S*) exec {_quoted(python)} "$@" ;; esac\n' if name.startswith("python") else ""
        file.write_text(_SHIM.format(bare=bare, name=name, ready=READY), encoding="utf-8")
        file.chmod(0o755)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


_PLAIN = """\
#!/bin/sh
exec {python} {module}"$@"
"""
_SHIM = """\
#!/bin/sh
{bare}place="${{RUNNER_TEMP:-$SHUNTYARD_REHEARSAL}}/machine-python"
if [ ! -e "$place/{ready}" ]; then
  "$SHUNTYARD_REHEARSAL_PYTHON" -BSE "$SHUNTYARD_REHEARSAL_RUN" machine-python "$place" >&2 || exit 1
fi
exec "$place/bin/{name}" "$@"
"""
