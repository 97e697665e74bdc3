"""What a rehearsal leaves behind: artifacts, act's log, the JSON, in a folder that is replaced each time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from generator.rehearse.outcome import Rehearsal
from generator.rehearse.standins import store
from generator.render import replace_file
from shuntyard import wire
from shuntyard.errors import ShuntyardError

FILE = "rehearsal.json"
LOG = "act.jsonl"


def check_output(folder: Path) -> None:
    """Raises ShuntyardError when the folder holds something that is no earlier rehearsal."""
    if folder.exists() and not folder.is_dir():
        raise ShuntyardError(f"{folder} is not a folder", hint="pass another --output")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / LOG).is_file():
        raise ShuntyardError(f"{folder} holds other files than a rehearsal's", hint="pass an empty or a new --output")


def collect_files(artifacts: Path | None, output: Path, log: Sequence[str]) -> None:
    """Replaces what an earlier rehearsal left with this one's artifacts and log."""
    if output.is_dir():
        shutil.rmtree(output)
    output.mkdir(parents=True)
    _ignore(output)
    (output / LOG).write_text("".join(f"{line}\n" for line in log), encoding="utf-8")
    if artifacts and artifacts.is_dir():
        shutil.copytree(artifacts, output / store.FOLDER)


def find_reports(output: Path) -> tuple[str, ...]:
    """The pages and reports among the artifacts, as paths to open."""
    return tuple(str(path) for path in sorted(_reports(output / store.FOLDER)))


def write_json(rehearsal: Rehearsal, file: Path) -> None:
    """The rehearsal as JSON."""
    replace_file(file, json.dumps(wire.encode(rehearsal), indent=2, ensure_ascii=False) + "\n")


def _reports(artifacts: Path) -> Iterator[Path]:
    for path in artifacts.rglob("*"):
        if path.suffix == ".html" or path.name == "report.json":
            yield path


def _ignore(output: Path) -> None:
    """Keeps `.shuntyard/` out of git, wherever it is made, as pytest does with its cache."""
    home = next((folder for folder in (output, *output.parents) if folder.name == ".shuntyard"), None)
    if home is not None and not (home / ".gitignore").exists():
        (home / ".gitignore").write_text("*\n", encoding="utf-8")
