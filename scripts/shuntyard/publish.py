"""Writes the report's folder, each file whole or not at all: `report.json`, `report.html`, `summary.md`, and for a pull
request `comment.json`, which says where a comment of it belongs."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shuntyard import comment, wire
from shuntyard.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Where the files are."""

    folder: Path
    json: Path
    html: Path
    summary: Path


def usual_folder(env: Mapping[str, str]) -> Path:
    """Where a report goes when nobody says: the runner's temporary folder, or `.shuntyard` on one's own machine.

    Not a hidden folder on a runner: actions/upload-artifact leaves those out.
    """
    temporary = env.get("RUNNER_TEMP")
    return Path(temporary, "shuntyard", "report") if temporary else Path(".shuntyard", "report")


def publish(folder: Path, report: Report, *, html: str, summary: str, pull: int = 0) -> Published:
    """Writes the files, over those of an earlier run. `pull` is the pull request's number, 0 where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    files = Published(
        folder=folder, json=folder / "report.json", html=folder / "report.html", summary=folder / "summary.md"
    )
    # ASCII, so that even half a surrogate pair from a hostile name can be written and read back.
    _write(files.json, json.dumps(wire.encode(report), indent=1, allow_nan=False))
    _write(files.html, html)
    _write(files.summary, summary)
    if pull:
        notice = comment.Notice(number=pull, run_id=report.run.run_id, attempt=report.run.attempt)
        _write(folder / comment.NOTICE, json.dumps(wire.encode(notice)) + "\n")
    return files


def _write(path: Path, text: str) -> None:
    """Under another name first and then renamed, so that a reader never sees half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    temporary.replace(path)
