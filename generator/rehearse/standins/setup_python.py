"""actions/setup-python: a fresh virtual environment of a Python that this machine has, in front of PATH."""

from __future__ import annotations

import re
from pathlib import Path

from generator.rehearse.standins import environment, pythons
from generator.rehearse.standins.step import Step, fail, not_exercised, this


def main() -> int:
    step = this()
    if step.flag("freethreaded") or step.inputs.get("pip-install"):
        not_exercised("setup-python with freethreaded or pip-install")
    wanted = _wanted(step)
    chosen = [(version, _choose(step, version)) for version in wanted]
    homes = [_make(step, python) for _, python in chosen]
    python, home = chosen[-1][1], homes[-1]
    if step.inputs.get("update-environment", "true") != "false":
        for folder in homes:
            step.path(folder / "bin")
        step.variable("pythonLocation", str(home))
        step.variable("Python3_ROOT_DIR", str(home))
    step.output("python-version", str(python))
    step.output("python-path", str(home / "bin" / "python"))
    print(f"Python {python} in {home}")
    return 0


def _wanted(step: Step) -> list[str]:
    """The versions asked for, the default one last; empty text stands for the machine's own."""
    versions = [line.strip() for line in step.inputs.get("python-version", "").splitlines() if line.strip()]
    named = step.inputs.get("python-version-file", "")
    if versions:
        return versions
    file = step.workspace / (named or ".python-version")
    if named and not file.is_file():
        fail(f"The specified python version file at: {file} doesn't exist.")
    return [_read_version(file)] if file.is_file() else [""]


def _read_version(file: Path) -> str:
    """The version in a `.python-version`, `.tool-versions` or `pyproject.toml`."""
    text = file.read_text(encoding="utf-8", errors="replace")
    if file.name == "pyproject.toml":
        match = re.search(r"""^\s*(?:requires-python|python)\s*=\s*["']([^"']+)["']""", text, re.MULTILINE)
    elif file.name == ".tool-versions":
        match = re.search(r"^python\s+(\S+)", text, re.MULTILINE)
    else:
        match = re.search(r"^\s*([^#\s].*?)\s*$", text, re.MULTILINE)
    return match[1] if match else ""


def _choose(step: Step, version: str) -> pythons.Python:
    python = pythons.choose(version or "3.x", pythons.remembered(step.folder, step.settings.search_path))
    if python is None:
        not_exercised(f"Python {version} is not on this machine")
    return python


def _make(step: Step, python: pythons.Python) -> Path:
    """One environment a version and job; asking twice gives the same one."""
    home = step.temp / f"python-{python}"
    if not (home / "bin" / "python").exists():
        try:
            environment.make(home, python.executable, step.settings.app_data, step.env)
        except environment.Unmade as error:
            not_exercised(str(error))
    return home
