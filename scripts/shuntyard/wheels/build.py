"""From project folders to wheels: a source distribution each, then a wheel from it, once or for each Python.

A wheel is built from the source distribution, as `python -m build` does: what that lacks, a wheel cannot have by
accident. `-ffile-prefix-map` keeps the folder of the build out of compiled code (reproducible-builds.org,
"Build path").
"""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shuntyard.errors import ShuntyardError
from shuntyard.wheels import sources
from shuntyard.wheels.faults import StepFailedError
from shuntyard.wheels.ledger import Ledger
from shuntyard.wheels.names import read_sdist
from shuntyard.wheels.place import Here, Place, made_folder
from shuntyard.wheels.pythons import Python


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project's folder; `each` says that it has a wheel for every Python."""

    folder: Path
    each: bool

    @property
    def name(self) -> str:
        """What cases and logs call it."""
        return self.folder.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be built. `epoch` is SOURCE_DATE_EPOCH in seconds; `constraints` pins what builds need, or is None."""

    projects: Sequence[Project]
    pythons: Sequence[Python]
    axes: Mapping[str, str]
    epoch: int
    strip: bool
    constraints: Path | None = None

    def env(self) -> dict[str, str]:
        """What makes two builds the same, and the axes as AXIS_ROCM and so on."""
        pins = {"PIP_CONSTRAINT": str(self.constraints)} if self.constraints else {}
        axes = {f"AXIS_{name.upper().replace('-', '_')}": value for name, value in self.axes.items()}
        fixed = {"SOURCE_DATE_EPOCH": str(self.epoch), "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        return {**fixed, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", **pins, **axes}

    def flags(self, python: Python, given: Mapping[str, str], work: Path) -> dict[str, str]:
        """The compilers' flags: the Python's own, the caller's, then ours.

        The Python's own are said too because newer setuptools (82, 84) take CFLAGS in their place, and would build
        without optimisation.
        """
        ours = f"-ffile-prefix-map={work}=." + (" -g0" if self.strip else "")
        return {
            name: " ".join(filter(None, (python.cflags, given.get(name, ""), ours))) for name in ("CFLAGS", "CXXFLAGS")
        }


def build_projects(wish: Wish, place: Place, here: Here, ledger: Ledger) -> tuple[list[Path], dict[str, Path]]:
    """The wheels as they come out of the builds, and the unpacked source distributions by normalised project."""
    wheels: list[Path] = []
    unpacked: dict[str, Path] = {}
    for project in wish.projects:
        source = None
        with ledger.step(f"sdist::{project.name}"):
            source = _source(wish, project, here)
            unpacked[read_sdist(source.name)[0]] = sources.unpack(source, _fresh(here.ground.work / "u" / project.name))
        if source is None:
            continue
        for python in wish.pythons if project.each else wish.pythons[:1]:
            case = f"build::{project.name}[{python.version}]" if project.each else f"build::{project.name}"
            with ledger.step(case):
                wheels.append(_wheel(wish, project, python, place, here, source))
    return wheels, unpacked


def _source(wish: Wish, project: Project, here: Here) -> Path:
    """The source distribution, with every time in it the same."""
    work, name = here.ground.work, project.name
    out = _fresh(work / "sdist-raw" / name)
    copy = work / "checkout" / name  # a build leaves files behind, and a later one must not find them
    shutil.copytree(project.folder, _fresh(copy), symlinks=True, dirs_exist_ok=True)
    command = [sys.executable, "-m", "build", "--sdist", "--outdir", str(out), str(copy)]
    here.run(f"the source distribution of {name}", command, cwd=copy, env=wish.env(), log=f"sdist-{name}")
    return sources.normalise(_only(out, "*.tar.gz", name), made_folder(work / "sdist"), wish.epoch)


def _wheel(wish: Wish, project: Project, python: Python, place: Place, here: Here, source: Path) -> Path:
    work, name = here.ground.work, f"{project.name}-{python.version}"
    folder = sources.unpack(source, _fresh(work / "b" / name))
    out = _fresh(work / "raw" / name)
    command = [*place.pip(python), "wheel", "--verbose", "--no-deps", "--wheel-dir", str(out), "."]
    env = {**wish.env(), **wish.flags(python, here.ground.env, work), "TMPDIR": str(made_folder(work / "tmp"))}
    place.run(
        f"the wheel of {project.name} for Python {python.version}", command, cwd=folder, env=env, log=f"wheel-{name}"
    )
    return _only(out, "*.whl", project.name)


def run_command(wish: Wish, argv: Sequence[str], folder: Path, made: str, place: Place, ledger: Ledger) -> list[Path]:
    """The project's own way to make wheels; `made` is the pattern below `folder` where they lie afterwards."""
    wheels: list[Path] = []
    with ledger.step("build::command"):
        before = {path: path.stat().st_mtime_ns for path in folder.glob(made)}
        place.run("the command", argv, cwd=folder, env=wish.env(), log="command")
        after = sorted(folder.glob(made))
        wheels = [path for path in after if path.suffix == ".whl" and before.get(path) != path.stat().st_mtime_ns]
        if not wheels:
            raise StepFailedError(f"the command succeeded and made no wheel: nothing new matches {made}")
    return wheels


def read_command(text: str, wish: Wish) -> list[str]:
    """An argument vector, with {pythons} (3.11,3.12) and each axis ({rocm}) filled in. Raises ShuntyardError."""
    values = {"pythons": ",".join(python.version for python in wish.pythons), **wish.axes}
    try:
        words = shlex.split(text)
        return [word.format_map(values) for word in words]
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        hint = f"known are {', '.join('{' + name + '}' for name in values)}"
        raise ShuntyardError(f"input 'command' is not understood: {error}", hint=hint) from error


def _only(folder: Path, pattern: str, name: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise StepFailedError(f"the build of {name} succeeded and made {len(found)} files {pattern}, not one")
    return found[0]


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return made_folder(folder)
