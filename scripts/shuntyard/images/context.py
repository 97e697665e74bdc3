"""What an image is built from: a folder with the wheels, the suite and a Containerfile, laid out anew for each build.

wheels/              the wheels that were handed over, and ours.txt: `name==version` of each
suite/               the suite's files, if there is one
Containerfile        the caller's, or the one below
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shuntyard.errors import ShuntyardError
from shuntyard.handover import Handover
from shuntyard.wheels.names import read_wheel

PIP, EXTRA = "pip", "build"  # ids of the build secrets
_PYTHON = re.compile(r"[A-Za-z0-9_./-]+")
_LEFT_OUT = shutil.ignore_patterns(".git", "__pycache__", "*.pyc", ".venv*", ".pytest_cache", ".mypy_cache")

# The wheels are mounted, so no layer ever has them; pip's settings are a secret's mount, because an index's address may
# hold a password. Ours come first and alone: an index must not put its own build of the same version in their place.
# With SOURCE_DATE_EPOCH Python's compiler writes hash-based .pyc files (PEP 552), which are the same every time.
_RUN = """\
RUN --mount=type=bind,source=wheels,target=/run/wheels \\
    --mount=type=secret,id=pip,target=/run/secrets/pip.conf \\
    ["/usr/bin/env", "PIP_CONFIG_FILE=/run/secrets/pip.conf", "PIP_BREAK_SYSTEM_PACKAGES=1", "PIP_NO_CACHE_DIR=1", \\
     "PIP_DISABLE_PIP_VERSION_CHECK=1", "PIP_ROOT_USER_ACTION=ignore", "PYTHONHASHSEED=0", \\
     "PYTHONDONTWRITEBYTECODE=1", "SOURCE_DATE_EPOCH={epoch}", \\
     "{python}", "-m", "pip", "install", "--find-links=/run/wheels", "--requirement=/run/wheels/ours.txt"{options}]
"""
_HEAD = "ARG BASE\nFROM ${BASE}\n"
_SUITE = "COPY suite/ /opt/suite/\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelFile:
    """One wheel of a hand-over. `python` is the version that it is for, empty for any."""

    path: Path
    sha256: str
    name: str
    version: str
    python: str = ""


def wheels_of(handovers: Sequence[Handover]) -> list[WheelFile]:
    """The wheels, by file name. Raises ShuntyardError for none, and for two of one name that are not the same."""
    found: dict[str, WheelFile] = {}
    for handover in handovers:
        hashes = {handover.folder / file.path: file.sha256 for file in handover.files}
        for path in handover.paths(".whl"):
            name = read_wheel(path.name)
            wheel = WheelFile(
                path=path, sha256=hashes[path], name=name.project, version=name.version, python=name.python_version
            )  # fmt: skip
            other = found.setdefault(path.name, wheel)
            if other.sha256 != wheel.sha256:
                hint = "let their names carry every axis: see build-wheels, input naming"
                raise ShuntyardError(f"two wheels are called {path.name} and differ", hint=hint)
    if not found:
        raise ShuntyardError("no wheel was handed over", hint="pass the folder that build-wheels wrote")
    versions: dict[str, set[str]] = {}
    for wheel in found.values():
        versions.setdefault(wheel.name, set()).add(wheel.version)
    for project, several in versions.items():
        if len(several) > 1:
            raise ShuntyardError(f"{project} was handed over in several versions: {', '.join(sorted(several))}")
    return [found[name] for name in sorted(found)]


def axes_of(handovers: Sequence[Handover], further: Mapping[str, str] | None = None) -> dict[str, str]:
    """The axes of all of them, and `further` ones. Raises ShuntyardError where two have different values."""
    axes: dict[str, str] = dict(further or {})
    for handover in handovers:
        for name, value in handover.axes.items():
            if axes.setdefault(name, value) != value:
                hint = "pass wheels that were built for the same values"
                raise ShuntyardError(f"{handover.folder} is for {name} {value}, and not {axes[name]}", hint=hint)
    return axes


def lay_out(folder: Path, wheels: Iterable[WheelFile], *, suite: Path | None, containerfile: str) -> Path:
    """Fills the folder; returns the Containerfile. Raises OSError, and ShuntyardError for a link out of the suite."""
    place = folder / "wheels"
    place.mkdir(parents=True)
    for wheel in wheels:
        _link_or_copy(wheel.path, place / wheel.path.name)
    requirements = sorted({f"{wheel.name}=={wheel.version}\n" for wheel in wheels})
    (place / "ours.txt").write_text("".join(requirements), encoding="utf-8")
    if suite is not None:
        _check_links(suite)
        shutil.copytree(suite, folder / "suite", symlinks=True, ignore=_LEFT_OUT)
    file = folder / "Containerfile"
    file.write_text(containerfile, encoding="utf-8")
    return file


def containerfile(*, python: str, index: bool, suite: bool, epoch: int) -> str:
    """The generated Containerfile. With an index, what the wheels need besides may come from it."""
    ours = _RUN.format(python=check_program(python), epoch=epoch, options=', "--no-index", "--no-deps"')
    others = _RUN.format(python=python, epoch=epoch, options="" if index else ', "--no-index"')
    return _HEAD + ours + others + (_SUITE if suite else "")


def check_program(python: str) -> str:
    """The Python. Raises ShuntyardError for what could be more than a program's path."""
    if not _PYTHON.fullmatch(python) or python.startswith("-"):
        raise ShuntyardError(f"input 'python' is {python[:200]!r}", hint="a program in the image, such as python3.12")
    return python


def pip_settings(index: str) -> str:
    """pip.conf for an index; empty for none and for pip's own default. Raises ShuntyardError for what is no address."""
    if index in ("", "default"):
        return ""
    if not re.fullmatch(r"(https?|file)://[^\s\x00-\x1f]+", index):
        raise ShuntyardError("the address of the index is not understood", hint="https://…, or default for pip's own")
    return f"[global]\nindex-url = {index.replace('%', '%%')}\n"


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _check_links(suite: Path) -> None:
    if not suite.is_dir():
        raise ShuntyardError(f"the suite {suite} is no folder", hint="a folder with the tests that the image runs")
    root = suite.resolve()
    for path in suite.rglob("*"):
        if path.is_symlink() and (path.readlink().is_absolute() or not path.resolve().is_relative_to(root)):
            raise ShuntyardError(f"{path} leads out of the suite", hint="an image takes the suite's own files only")
