"""GitHub Actions: the run's context from the environment and the event file; outputs, summaries, annotations.

Source: docs.github.com, "Variables reference" and "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shuntyard.errors import Problem, ShuntyardError

SUMMARY_LIMIT = 1024 * 1024  # bytes a step; a longer summary is dropped whole by the runner


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What this run is about. `number` is the pull request's, 0 outside one; `label` is the one that triggered it;
    `cron` the schedule that did, `release` the tag of the release that did."""

    event: str = ""
    action: str = ""
    repository: str = ""
    sha: str = ""
    ref: str = ""
    run_id: str = ""
    attempt: int = 1
    number: int = 0
    label: str = ""
    labels: tuple[str, ...] = ()
    cron: str = ""
    release: str = ""

    @property
    def change(self) -> str:
        """What a sticky choice sticks to: the pull request, else the commit. The same in every re-run."""
        return f"{self.repository}#{self.number}" if self.number else f"{self.repository}@{self.sha}"


def read_context(env: Mapping[str, str]) -> Context:
    """The context from `GITHUB_*` variables and the event file; what has another shape than GitHub's counts as absent.

    Raises ShuntyardError when the event file is not JSON.
    """
    payload = _read_event(env.get("GITHUB_EVENT_PATH", ""))
    pull = _mapping(payload.get("pull_request"))
    labels = pull.get("labels")
    return Context(
        event=env.get("GITHUB_EVENT_NAME", ""),
        action=_text(payload.get("action")),
        repository=env.get("GITHUB_REPOSITORY", ""),
        sha=env.get("GITHUB_SHA", ""),
        ref=env.get("GITHUB_REF", ""),
        run_id=env.get("GITHUB_RUN_ID", ""),
        attempt=_count(env.get("GITHUB_RUN_ATTEMPT")) or 1,
        number=_count(pull.get("number")),
        cron=_text(payload.get("schedule")),
        release=_text(_mapping(payload.get("release")).get("tag_name")),
        label=_text(_mapping(payload.get("label")).get("name")),
        labels=tuple(_text(_mapping(label).get("name")) for label in (labels if isinstance(labels, list) else [])),
    )


def _read_event(path: str) -> dict[str, Any]:
    if not path or not Path(path).is_file():
        return {}
    try:
        return _mapping(json.loads(Path(path).read_text(encoding="utf-8")))
    except (ValueError, RecursionError) as error:
        raise ShuntyardError(
            f"the event file {path} is not JSON: {error}", hint="GitHub writes it for each run"
        ) from error


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _count(value: object) -> int:
    """A whole number above 0 (GitHub writes some as text); 0 for anything else."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0


def write_outputs(env: Mapping[str, str], outputs: Mapping[str, str]) -> None:
    """Appends step outputs to `GITHUB_OUTPUT`; nothing happens outside GitHub.

    Each value is fenced with a fresh random delimiter, so that no value can end early and start another output. What
    UTF-8 cannot hold (a file name's stray byte) is written as an escape.
    """
    path = env.get("GITHUB_OUTPUT")
    if not path:
        return
    with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
        for name, value in outputs.items():
            fence = f"end_{os.urandom(16).hex()}"
            file.write(f"{name}<<{fence}\n{value}\n{fence}\n")


def write_summary(env: Mapping[str, str], markdown: str) -> bool:
    """Appends to the step summary; False when there is none to write to."""
    path = env.get("GITHUB_STEP_SUMMARY")
    if not path:
        return False
    with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(markdown)
    return True


def annotation(level: str, message: str, *, file: str = "", line: int = 0, column: int = 0, title: str = "") -> str:
    """A workflow command that shows as an annotation; `level` is error, warning or notice."""
    places = {"file": file, "line": line or "", "col": column or "", "title": title}
    fields = ",".join(f"{key}={_escape_property(str(value))}" for key, value in places.items() if value)
    return f"::{level}{' ' + fields if fields else ''}::{_escape(message)}"


def annotate_problem(problem: Problem) -> str:
    """The annotation of one problem, on its line."""
    text = f"{problem.message}\n{problem.hint}" if problem.hint else problem.message
    return annotation(
        "error", text, file=problem.file, line=problem.line, column=problem.column, title=problem.rule or "shuntyard"
    )


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
