"""The whole of check_packages: tools on every file, then an installation and imports for every Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from shuntyard import handover
from shuntyard.contract import Value
from shuntyard.errors import ShuntyardError
from shuntyard.options import words
from shuntyard.wheels import outputs, pythons, sources
from shuntyard.wheels.checks import WHEEL_CHECKS, Terms, check_files
from shuntyard.wheels.expect import read_expect
from shuntyard.wheels.install import DEPENDENCIES, Trial, disagreements, try_install
from shuntyard.wheels.ledger import Ledger
from shuntyard.wheels.names import read_sdist, read_wheel
from shuntyard.wheels.place import Ground, made_folder

_INSTALL, _AGREEMENT = "install", "agreement"


def find_packages(folder: Path) -> tuple[list[Path], list[Path]]:
    """The wheels and the source distributions in the folder. Raises ShuntyardError where there are none, for a name
    that is none of theirs, and for a hand-over that is not whole."""
    if (folder / handover.MANIFEST).exists():
        handover.read(folder, kind=outputs.KIND)
    wheels, archives = sorted(folder.glob("*.whl")), sorted(folder.glob("*.tar.gz"))
    if not wheels and not archives:
        raise ShuntyardError(f"there are no packages in {folder}", hint="name their folder with input 'packages'")
    for wheel in wheels:
        read_wheel(wheel.name)
    for file in archives:
        read_sdist(file.name)
    return wheels, archives


def verify(inputs: Mapping[str, Value], folder: Path, ground: Ground, ledger: Ledger, base: Path) -> None:
    """Takes down every check as a case of the ledger. Raises ShuntyardError for an input at fault."""
    wheels, archives = find_packages(folder)
    without, expect = words(str(inputs["without"])), read_expect(str(inputs["expect"]))
    known = (*WHEEL_CHECKS, _INSTALL, _AGREEMENT)
    if unknown := sorted(set(without) - set(known)):
        raise ShuntyardError(f"there is no check {unknown[0]!r}", hint=f"there are {', '.join(known)}")
    wanted = pythons.read_versions(str(inputs["pythons"])) or _tagged(wheels)
    trying = bool(wheels) and _INSTALL not in without
    found, missing = (
        pythons.find_all(wanted, ground.clean_env(), skip=inputs["missing"] == "skip") if trying else ([], [])
    )
    unpacked = {}
    for file in archives:
        project, _ = read_sdist(file.name)
        with ledger.step(f"unpack::{project}[sdist]"):
            unpacked[project] = sources.unpack(file, made_folder(ground.work / "u" / project))
    terms = Terms(expect=expect, sources=unpacked, exclude=words(str(inputs["exclude"])), without=without)
    check_files([*wheels, *archives], terms, ledger, ground.clean_env(), base)
    if wheels and _AGREEMENT not in without and inputs["same-version"]:
        with ledger.check("agreement::versions") as findings:
            findings.extend(disagreements([read_wheel(wheel.name) for wheel in wheels]))
    trial = Trial(
        modules=words(str(inputs["imports"])),
        dependencies=DEPENDENCIES[str(inputs["dependencies"])],
        work=ground.work,
        logs=ground.logs,
        env=ground.clean_env(),
        timeout_s=ground.timeout_s,
    )
    for python in found:
        try_install(wheels, python, trial, ledger)
    for version in missing:
        ledger.skipped(f"install::[{version}]", f"Python {version} is not on this machine")


def _tagged(wheels: Sequence[Path]) -> list[str]:
    """The Pythons that the wheels are tagged for; for wheels of any Python, the one that this runs in."""
    versions = sorted({read_wheel(wheel.name).python_version for wheel in wheels} - {""}, key=lambda v: int(v[2:]))
    return versions or [pythons.own_version()]
