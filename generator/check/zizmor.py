"""zizmor, offline, on the toolkit's own workflows and actions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.check.subject import Subject
from generator.check.support.tools import run_json
from shuntyard.errors import Problem

SUMMARY = "zizmor's security audits find nothing, in its default persona"
OPTIONS = ("--offline", "--no-progress", "--quiet", "--no-exit-codes", "--format", "json")


def check(subject: Subject) -> Iterator[Problem]:
    """Offline, so that the answer depends on the files alone."""
    files = [file.path for file in subject.own_files]
    if not files:
        return
    for finding in run_json("zizmor", [*OPTIONS, *files], subject.root, codes=(0,)):
        if not finding["ignored"]:
            yield _problem(finding)


def _problem(finding: dict[str, Any]) -> Problem:
    places = finding["locations"]
    place = next((item for item in places if item["symbolic"]["kind"] == "Primary"), places[0])
    start = place["concrete"]["location"]["start_point"]
    said = place["symbolic"]["annotation"]
    return Problem(
        file=place["symbolic"]["key"]["Local"]["verbatim_path"],
        line=start["row"] + 1,
        column=start["column"] + 1,
        message=f"{finding['ident']}: {finding['desc']}: {said}",
        hint=f"{finding['determinations']['severity'].lower()} severity; {finding['url']}",
    )
