"""Installs wheels as a user would, into an environment that holds nothing else, and imports what they bring."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shuntyard.proc.run import run
from shuntyard.wheels import archive
from shuntyard.wheels.faults import StepFailedError, check_end
from shuntyard.wheels.ledger import Finding, Ledger
from shuntyard.wheels.names import WheelName, read_wheel
from shuntyard.wheels.pythons import Python

Dependencies = Literal["index", "folder", "none"]
DEPENDENCIES: dict[str, Dependencies] = {"index": "index", "folder": "folder", "none": "none"}
_IMPORT = (
    "import importlib, json, sys\n"
    "module = importlib.import_module(sys.argv[1])\n"
    "print(json.dumps([str(getattr(module, '__file__', '') or '')]))"
)
_IMPORT_S = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How to try. `modules` are imported; empty means every top module and package that the wheels bring.

    `dependencies` come from the index that pip is set up with, from the wheels' own folder alone, or not at all.
    """

    modules: Sequence[str]
    dependencies: Dependencies
    work: Path
    logs: Path
    env: Mapping[str, str]
    timeout_s: float


def fitting(wheels: Sequence[Path], python: str) -> list[Path]:
    """The wheels that this Python takes, by their tags."""
    return [wheel for wheel in wheels if read_wheel(wheel.name).python_version in ("", python)]


def try_install(wheels: Sequence[Path], python: Python, trial: Trial, ledger: Ledger) -> None:
    """Installs the wheels that fit, together, and imports each module in a process of its own."""
    program = trial.work / f"try-{python.version}" / "bin" / "python"
    installed = False
    with ledger.step(f"install::[{python.version}]"):
        _install(fitting(wheels, python.version), python, program, trial)
        installed = True
    modules = list(trial.modules) or top_modules(fitting(wheels, python.version))
    for module in modules:
        case = f"import::{module}[{python.version}]"
        if not installed:
            ledger.skipped(case, "nothing was installed")
            continue
        with ledger.check(case) as found:
            if fault := _import(module, program, trial):
                found.append(Finding(check="import", file=module, rule=f"python{python.version}", message=fault))


def _install(wheels: Sequence[Path], python: Python, program: Path, trial: Trial) -> None:
    if not wheels:
        raise StepFailedError(f"no wheel fits Python {python.version}")
    home = program.parent.parent
    make = [sys.executable, "-m", "virtualenv", "--quiet", "--no-download", "-p", python.program, str(home)]
    folder = str(wheels[0].parent)
    sources = {
        "index": ["--find-links", folder],
        "folder": ["--no-index", "--find-links", folder],
        "none": ["--no-index", "--no-deps"],
    }[trial.dependencies]
    quiet = ["--no-cache-dir", "--disable-pip-version-check", "--no-input", "--only-binary", ":all:"]
    pip = [str(program), "-I", "-m", "pip", "install", *quiet, *sources, *map(str, wheels)]
    for what, command in (("environment", make), ("installation", pip)):
        log = trial.logs / f"install-{python.version}-{what}.log"
        finished = run(command, env=trial.env, cwd=trial.work, log=log, timeout_s=trial.timeout_s)
        check_end(f"the {what} for Python {python.version}", finished, log, work=trial.work, timeout_s=trial.timeout_s)


def _import(module: str, program: Path, trial: Trial) -> str:
    """Why it cannot be imported from the environment; empty when it can. `-I`: from there alone."""
    command = [str(program), "-I", "-c", _IMPORT, module]
    try:
        done = subprocess.run(
            command, cwd=trial.work, env=dict(trial.env), capture_output=True, timeout=_IMPORT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"its import did not end within {_IMPORT_S} s"
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        return said[-1] if said else f"its import ended with exit {done.returncode}"
    try:
        (place,) = json.loads(done.stdout.decode(errors="replace").splitlines()[-1])
    except (ValueError, IndexError):
        return "its import ended the process before its time"
    home = program.parent.parent
    return "" if not place or Path(place).is_relative_to(home) else f"it was imported from {place}, not from the wheel"


def top_modules(wheels: Sequence[Path]) -> list[str]:
    """The packages and modules at the top of the wheels, which a user imports."""
    found: dict[str, None] = {}
    for wheel in wheels:
        for member in archive.members(wheel):
            top, _, rest = member.partition("/")
            if rest == "__init__.py" and top.isidentifier():
                found[top] = None
            elif not rest and top.endswith((".py", ".so")) and top.split(".")[0].isidentifier():
                found[top.split(".")[0]] = None
    return sorted(found)


def disagreements(names: Sequence[WheelName]) -> list[Finding]:
    """Wheels of one release have one version, local part and all: ROCm 7.1 beside 7.2 does not work."""
    versions: dict[str, list[str]] = {}
    for name in names:
        versions.setdefault(name.version, []).append(name.project)
    if len(versions) < 2:
        return []
    told = "; ".join(f"{version}: {', '.join(sorted(set(who)))}" for version, who in sorted(versions.items()))
    return [Finding(check="agreement", file="wheels", rule="versions-differ", message=told)]
