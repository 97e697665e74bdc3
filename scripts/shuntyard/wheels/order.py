"""The whole order of build_wheels: what is wanted and where, then build, repair, name, check, hand over."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shuntyard.contract import Value
from shuntyard.engine.choose import choose
from shuntyard.errors import ShuntyardError
from shuntyard.options import words
from shuntyard.passed import read_axes
from shuntyard.wheels import archive, build, names, pythons
from shuntyard.wheels.build import Project, Wish
from shuntyard.wheels.checks import WHEEL_CHECKS, Terms, check_files
from shuntyard.wheels.expect import read_expect
from shuntyard.wheels.faults import StepFailedError
from shuntyard.wheels.ledger import Ledger
from shuntyard.wheels.names import Naming, WheelName, read_wheel
from shuntyard.wheels.place import Ground, Here, Inside, Place, made_folder
from shuntyard.wheels.pythons import Python
from shuntyard.wheels.repair import Repair, repair

_ZIP_START = 315532800  # 1980-01-01, for sources that no commit dates
_NAMINGS: dict[str, Naming] = {"local": "local", "build": "build", "none": "none"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Everything that the inputs ask for. `missing` are Pythons that are not here and may be; `dated` says what
    SOURCE_DATE_EPOCH comes from; `made` is where a command of the project's own leaves its wheels."""

    wish: Wish
    repair: Repair
    naming: Naming
    expect: Mapping[str, Sequence[str]]
    without: Sequence[str]
    missing: Sequence[str]
    dated: str
    place: Place
    here: Here
    command: str
    made: str
    workspace: Path
    sdist: bool

    @property
    def facts(self) -> dict[str, str]:
        """What the hand-over says of how it was made."""
        told = {**self.place.about, "pythons": " ".join(python.version for python in self.wish.pythons)}
        return {**told, "source-date": str(self.wish.epoch), "platform": self.repair.platform, "naming": self.naming}


@contextmanager
def scratch(folder: str, env: Mapping[str, str]) -> Iterator[Path]:
    """A folder for everything that is not kept; it is gone afterwards, whatever happened."""
    parent = folder or env.get("RUNNER_TEMP") or tempfile.gettempdir()
    try:
        work = Path(tempfile.mkdtemp(prefix="wheels-", dir=parent)).resolve()
    except OSError as error:
        raise ShuntyardError(f"no scratch folder can be made in {parent}: {error}", hint="set input 'work'") from error
    before = signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # as an interrupt, so that it is cleared then too
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
        signal.signal(signal.SIGTERM, before)


def read_order(inputs: Mapping[str, Value], ground: Ground, workspace: Path, given: Mapping[str, str]) -> Order:
    """The order, after everything that can be known beforehand is found to be so; `given` are the row's own values.

    Raises ShuntyardError that names the input at fault.
    """
    check_tools()
    axes = {**read_axes(str(inputs["axes"])), **{k: v for k, v in given.items() if k in words(str(inputs["row-axes"]))}}
    label = names.axes_label(axes)
    projects = [
        *(Project(folder=_folder(workspace, word), each=False) for word in words(str(inputs["once"]))),
        *(Project(folder=_folder(workspace, word), each=True) for word in words(str(inputs["per-python"]))),
    ]
    if len({project.name for project in projects}) < len(projects):
        raise ShuntyardError("two projects have folders of one name", hint="results could not tell them apart")
    if not projects and not inputs["command"]:
        raise ShuntyardError(
            "there is nothing to build", hint="name folders with 'once' and 'per-python', or a command"
        )
    if inputs["sdist"] and label:
        hint = "source distributions are the same for all of them: leave out the axes, or sdist"
        raise ShuntyardError("a source distribution cannot carry axes", hint=hint)
    versions = pythons.read_versions(str(inputs["pythons"]))
    if not versions:
        raise ShuntyardError("input 'pythons' names no version", hint="such as 3.11 3.12")
    here, skip = Here(ground=ground), inputs["missing"] == "skip"
    place = _place(str(inputs["image"]), str(inputs["engine"]), ground, workspace)
    found, missing = place_pythons(place, versions, ground, skip=skip)
    epoch, dated = source_date(str(inputs["source-date"]), ground.env, workspace)
    constraints = Path(str(inputs["constraints"])).resolve() if inputs["constraints"] else None
    if constraints and not constraints.is_file():
        raise ShuntyardError(f"there is no file {inputs['constraints']!r}", hint="input 'constraints' names one")
    without = words(str(inputs["without"]))
    if unknown := sorted(set(without) - set(WHEEL_CHECKS)):
        raise ShuntyardError(f"there is no check {unknown[0]!r}", hint=f"there are {', '.join(WHEEL_CHECKS)}")
    return Order(
        wish=Wish(
            projects=projects,
            pythons=found,
            axes=axes,
            epoch=epoch,
            strip=bool(inputs["strip"]),
            constraints=constraints,
        ),
        repair=Repair(
            platform=str(inputs["platform"]),
            exclude=tuple(words(str(inputs["exclude"]))),
            strip=bool(inputs["strip"]),
        ),
        naming=_NAMINGS[str(inputs["naming"])],
        expect=read_expect(str(inputs["expect"])),
        without=without,
        missing=missing,
        dated=dated,
        place=place,
        here=here,
        command=str(inputs["command"]),
        made=str(inputs["made"]),
        workspace=workspace,
        sdist=bool(inputs["sdist"]),
    )


def fill(order: Order, ledger: Ledger) -> list[Path]:
    """Builds, repairs, names and checks; returns the finished files. What failed is in the ledger."""
    work, env = order.here.ground.work, order.wish.env()
    wheels, unpacked = build.build_projects(order.wish, order.place, order.here, ledger)
    if order.command:
        argv = build.read_command(order.command, order.wish)
        made = build.run_command(order.wish, argv, order.workspace, order.made, order.place, ledger)
        wheels += [archive.copied(path, made_folder(work / "command")) for path in made]
    for version in order.missing:
        ledger.skipped(f"build::[{version}]", f"Python {version} is not on this machine")
    repaired = []
    for wheel in wheels:
        with ledger.step(f"repair::{read_wheel(wheel.name).case}"):
            repaired.append(repair(wheel, made_folder(work / "repaired"), order.repair, order.place, env))
    finished = name_all(repaired, order, made_folder(work / "finished"), ledger)
    if order.sdist:
        finished += sorted((work / "sdist").glob("*.tar.gz"))
    terms = Terms(expect=order.expect, sources=unpacked, exclude=order.repair.exclude, without=order.without)
    check_files(finished, terms, ledger, order.here.ground.clean_env(), work)
    return finished


def name_all(wheels: Sequence[Path], order: Order, folder: Path, ledger: Ledger) -> list[Path]:
    """The wheels under the names that carry the axes, with requirements among them pinned to each other."""
    label = names.axes_label(order.wish.axes)
    targets: dict[Path, WheelName] = {}
    finished = []
    for wheel in wheels:
        with ledger.step(f"name::{read_wheel(wheel.name).case}"):
            try:
                targets[wheel] = names.stamped(read_wheel(wheel.name), label, order.naming)
            except ShuntyardError as error:
                raise StepFailedError(f"{error.message}; {error.hint}") from error
            if list(map(str, targets.values())).count(str(targets[wheel])) > 1:
                raise StepFailedError(f"two wheels are called {targets.pop(wheel)}")
    siblings = {name.project: name.version for name in targets.values()}
    for wheel, name in targets.items():
        with ledger.step(f"rewrite::{name.case}"):
            finished.append(archive.rewrite(wheel, folder, name, order.wish.epoch, siblings))
    return finished


def place_pythons(
    place: Place, versions: Sequence[str], ground: Ground, *, skip: bool
) -> tuple[list[Python], list[str]]:
    """The interpreters where wheels are built, and the versions that are not there."""
    if not isinstance(place, Inside):
        return pythons.find_all(versions, ground.clean_env(), skip=skip)
    found = {version: place.has(version) for version in versions}
    missing = [version for version, python in found.items() if python is None]
    if missing and (not skip or len(missing) == len(versions)):
        hint = "take another image, leave it out of 'pythons', or set 'missing: skip'"
        raise ShuntyardError(f"Python {', '.join(missing)} is not in the image {place.image}", hint=hint)
    return [python for python in found.values() if python], missing


def source_date(text: str, env: Mapping[str, str], workspace: Path) -> tuple[int, str]:
    """SOURCE_DATE_EPOCH in seconds, and what says so: the input, the environment, the commit, or nothing."""
    for value, who in ((text, "the input"), (env.get("SOURCE_DATE_EPOCH", ""), "SOURCE_DATE_EPOCH")):
        if value:
            if not (value.isascii() and value.isdecimal() and len(value) <= 11):
                raise ShuntyardError(f"the source date {value!r} is not understood", hint="seconds since 1970")
            return int(value), who
    command = ["git", "-C", str(workspace), "log", "-1", "--format=%ct"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        told = ""
    return (int(told), "the commit") if told.isdecimal() else (_ZIP_START, "nothing: there is no commit to ask")


def _place(image: str, engine: str, ground: Ground, workspace: Path) -> Place:
    chosen = choose(engine, ground.env) if image else None
    if chosen is None:
        return Here(ground=ground)
    return Inside(
        ground=ground, engine=chosen, image=image, digest=chosen.pull(image), workspace=workspace.resolve()
    )  # fmt: skip


def _folder(workspace: Path, word: str) -> Path:
    folder = (workspace / word).resolve()
    if not folder.is_relative_to(workspace.resolve()) or not folder.is_dir():
        raise ShuntyardError(f"there is no project folder {word!r}", hint="name folders inside the checkout")
    return folder


def check_tools() -> None:
    """Raises ShuntyardError where this does not run in the toolkit's environment for packages."""
    from importlib.util import find_spec  # noqa: PLC0415

    needed = ("build", "virtualenv", "auditwheel", "check_wheel_contents", "twine", "pydistcheck")
    if lacking := [name for name in needed if find_spec(name) is None]:
        hint = "run setup-toolkit with 'set: images', and this with the Python that it names"
        raise ShuntyardError(f"{', '.join(lacking)} is not in the environment of {sys.executable}", hint=hint)
