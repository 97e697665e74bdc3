"""pypa/gh-action-pypi-publish: the packages, checked as it checks them, go to an index on this machine."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import setup_toolkit
from generator.rehearse.standins.step import Step, fail, not_exercised, this
from shuntyard.errors import ShuntyardError
from shuntyard.human import count


def main() -> int:
    step = this()
    verify, skip_existing = step.inputs.get("verify-metadata") != "false", step.flag("skip-existing")
    folder = step.workspace / (step.inputs.get("packages-dir") or "dist")
    packages = sorted(folder.glob("[!.]*"))
    if not packages:
        fail(f"there is no package in {folder}")
    twine = _twine(step)
    if verify and _run([*twine, "check", *map(str, packages)])[0]:
        fail("twine finds fault with the packages' metadata")
    if not step.settings.index:
        ready = f"{count(len(packages), 'package')} ready"
        not_exercised(f"{ready}, and no index takes them: --index names one on this machine")
    print(f"twine uploads to {step.settings.index}, not to {step.inputs.get('repository-url') or 'PyPI'}", flush=True)
    for package in packages:
        _upload(twine, package, step, skip_existing)
    return 0


def _twine(step: Step) -> list[str]:
    """twine of the toolkit's own locked set, which is kept between rehearsals."""
    try:
        done = setup_toolkit.run({"set": "images"}, step.env)
    except ShuntyardError as error:
        not_exercised(f"{error}; {error.hint}")
    return [str(done.outputs["python"]), "-I", "-m", "twine"]


def _upload(twine: Sequence[str], package: Path, step: Step, skip_existing: bool) -> None:
    """twine refuses --skip-existing but for PyPI; by these answers it knows a file that the index has already."""
    options = ("--verbose", "--non-interactive", "--disable-progress-bar")
    code, said = _run([*twine, "upload", *options, "--repository-url", step.settings.index, str(package)])
    if code and skip_existing and re.search(r"\b409\b|already\s+exist", said):
        print(f"the index has {package.name} already", flush=True)
    elif code:
        fail(f"the index did not take {package.name}")


def _run(argv: Sequence[str]) -> tuple[int, str]:
    """Exit code and what was said, which is also printed. Nobody's login and proxies take part."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("TWINE_")}
    env |= {"TWINE_USERNAME": "rehearsal", "TWINE_PASSWORD": "rehearsal", "NO_PROXY": "*", "no_proxy": "*"}
    env |= {"COLUMNS": "200", "NO_COLOR": "1"}
    done = subprocess.run(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(done.stdout, end="", flush=True)
    return done.returncode, done.stdout
