"""The two places that a suite runs in: a container of the image, and a fresh virtual environment on this machine."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from shuntyard.engine import Container, Engine, Mount
from shuntyard.errors import EXIT_PROBLEMS, ShuntyardError
from shuntyard.handover import Handover
from shuntyard.incontainer.order import Order
from shuntyard.plan import Row
from shuntyard.proc.log import read_tail
from shuntyard.proc.run import run
from shuntyard.setting import Setting
from shuntyard.wheels.names import read_wheel

JUNIT, JOURNAL, SEEN = "junit.xml", "journal.jsonl", "devices.json"
OUT, SUITE = "/mnt/shuntyard/results", "/mnt/shuntyard/suite"
_INSTALL_S = 3600.0
_ENOUGH = 3  # lines of what a program said


class Ready(NamedTuple):
    """What to start. `facts` say what it runs in: the image and its digest, or that there is none."""

    argv: list[str]
    env: Mapping[str, str]
    facts: dict[str, str]


def place(order: Order, setting: Setting, row: Row, out: Path) -> contextlib.AbstractContextManager[Ready]:
    """Where the row's suite runs; it writes its results to the folder `out`."""
    if order.engine is None:
        return on_this_machine(order, setting, row, out)
    return in_a_container(order, order.engine, row, out)


@contextlib.contextmanager
def in_a_container(order: Order, engine: Engine, row: Row, out: Path) -> Iterator[Ready]:
    """A fresh container of the image. Raises ShuntyardError when there is no such image, or no container of it."""
    image = order.image
    digest = engine.pull(image.name)
    if digest != image.digest:
        raise ShuntyardError(
            f"{image.name} came as {digest or 'an image without a digest'}, and {image.digest} was to be tested",
            exit_code=EXIT_PROBLEMS,
        )
    # The image's user may be another than ours; what it makes in a folder of ours, we can remove.
    out.chmod(0o777)
    mounts = [Mount(source=out, target=OUT, writable=True)]
    if order.suite:
        mounts.append(Mount(source=order.suite, target=SUITE))
    container = Container(
        image=image.name,
        argv=_pytest(order.python, SUITE if order.suite else order.suite_inside, OUT, row),
        name=f"shuntyard-{re.sub('[^A-Za-z0-9_.-]', '-', row.id)[:80]}-{os.getpid()}-{time.monotonic_ns()}",
        mounts=mounts,
        env=_env(order, row, OUT),
        options=order.options,
    )
    with engine.prepared(container) as prepared:
        yield Ready(prepared.argv, prepared.env, {"image": image.name, "digest": digest, "engine": engine.name})


@contextlib.contextmanager
def on_this_machine(order: Order, setting: Setting, row: Row, out: Path) -> Iterator[Ready]:
    """A virtual environment with the wheels, which is removed on leaving. Raises ShuntyardError when it cannot be."""
    assert order.suite is not None
    own = {name: value for name, value in setting.env.items() if not name.startswith(("INPUT_", "PYTHON"))}
    with tempfile.TemporaryDirectory(prefix="integration-", dir=own.get("RUNNER_TEMP")) as folder:
        python = str(Path(folder, "venv", "bin", "python"))
        log = out.parent / "install.txt"
        _do([order.python, "-m", "venv", str(Path(folder, "venv"))], own, setting, log, "a virtual environment")
        wheels = [str(path) for path in fitting(order.wheels, _version(python, own, setting, log))]
        quiet = {"PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        argv = [python, "-m", "pip", "install", "--quiet", *wheels, *order.requirements]
        _do(argv, {**own, **quiet}, setting, log, "the wheels")
        argv = _pytest(python, str(order.suite), str(out), row)
        yield Ready(argv, {**own, **_env(order, row, str(out))}, {"image": "", "environment": "a virtual environment"})


def fitting(handovers: Sequence[Handover], version: str) -> list[Path]:
    """One wheel of each project, for the Python of that version, such as 3.12. Raises ShuntyardError where there is
    none: pip would take the project from an index, and something else would be tested."""
    found: dict[str, list[Path]] = {}
    for path in (path for handover in handovers for path in handover.paths(".whl")):
        name = read_wheel(path.name)
        found.setdefault(name.project, []).extend([path] if name.python_version in ("", version) else [])
    for project, paths in found.items():
        if len(paths) != 1:
            raise ShuntyardError(
                f"{len(paths)} wheels of {project} for Python {version} were handed over",
                hint="set input 'python' to one that the wheels were built for",
                exit_code=EXIT_PROBLEMS,
            )
    return [path for paths in found.values() for path in paths]


def _pytest(python: str, suite: str, out: str, row: Row) -> list[str]:
    return [python, "-m", "pytest", suite, "-p", "no:cacheprovider", f"--junitxml={out}/{JUNIT}", *row.suite.arguments]


def _env(order: Order, row: Row, out: str) -> dict[str, str]:
    files = {"JAX_INTEGRATION_SEEN": f"{out}/{SEEN}", "JAX_INTEGRATION_JOURNAL": f"{out}/{JOURNAL}"}
    return {"PYTHONDONTWRITEBYTECODE": "1", **row.suite.env, **order.env, **files}


def _version(python: str, env: Mapping[str, str], setting: Setting, log: Path) -> str:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    _do([python, "-c", code], env, setting, log, "the Python")
    return read_tail(log).split()[-1]


def _do(argv: list[str], env: Mapping[str, str], setting: Setting, log: Path, what: str) -> None:
    finished = run(argv, env=env, cwd=setting.workspace, log=log, timeout_s=_INSTALL_S)
    if finished.interrupted:
        raise KeyboardInterrupt
    if finished.exit_code:
        said = " / ".join(read_tail(log).strip().splitlines()[-_ENOUGH:])
        how = finished.error or ("it timed out" if finished.timed_out else said or f"exit code {finished.exit_code}")
        raise ShuntyardError(f"{what} could not be installed: {how}", exit_code=EXIT_PROBLEMS)
