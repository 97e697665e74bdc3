"""What every detector is given: a folder that stands for `/`, and a way to ask a tool."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from shuntyard.result import Hardware

Ask = Callable[
    [Sequence[str]], str
]  # an argument vector → what the tool printed; empty when absent, failing or too slow

_PATIENCE_S = 20.0  # nvidia-smi wakes every sleeping card first: about 2 s each


class Detector(Protocol):
    """One kind of device. A detector is a module with this function."""

    def detect(self, root: Path, ask: Ask) -> Hardware | None:
        """The devices of this kind that this process can reach, or None. Never raises for what it finds."""
        ...


def ask_tool(argv: Sequence[str]) -> str:
    """Runs a tool if it is on the PATH; no process is started if it is not."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if not any(os.access(Path(folder, argv[0]), os.X_OK) for folder in folders if folder):
        return ""
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout if done.returncode == 0 else ""


def read(path: Path, limit: int = 1 << 16) -> str:
    """The head of a small file, stripped; empty where it cannot be read, which is how a container hides a device."""
    try:
        with path.open("rb") as file:
            return file.read(limit).decode("utf-8", errors="replace").strip()
    except OSError:
        return ""


def entries(folder: Path) -> list[Path]:
    """What a folder holds, in order; nothing where it cannot be read."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def properties(text: str, separator: str | None = None) -> dict[str, str]:
    """`name value` lines (or `name: value`) as a mapping; the first of several counts."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, *value = line.split(separator, 1)
        if value:
            found.setdefault(name.strip(), value[0].strip())
    return found


def whole(text: str) -> int:
    """A number in decimal or 0x-hexadecimal; 0 for anything else."""
    try:
        return int(text, 0)
    except ValueError:
        return int(text) if text.isdigit() else 0


def gigabytes(size: float) -> float:
    """Bytes as GB = 10**9 bytes, to a tenth."""
    return round(size / 1e9, 1)
