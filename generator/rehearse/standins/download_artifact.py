"""actions/download-artifact: artifacts of this rehearsal → files."""

from __future__ import annotations

import fnmatch
import itertools
import os
import re
from pathlib import Path

from generator.rehearse.standins import store
from generator.rehearse.standins.step import Step, fail, not_exercised, this

_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")


def main() -> int:
    step = this()
    if step.inputs.get("github-token") or step.flag("skip-decompress"):
        not_exercised("download-artifact from another run, or without unpacking")
    merge = step.flag("merge-multiple")
    target = Path(os.path.normpath(step.workspace / Path(step.inputs.get("path") or ".").expanduser()))
    name, numbers = step.inputs.get("name", ""), step.inputs.get("artifact-ids", "")
    if name and numbers:
        fail("Inputs 'name' and 'artifact-ids' cannot be used together. Please specify only one.")
    try:
        chosen = [name] if name else _by_number(step, numbers) if numbers else _by_pattern(step)
        direct = merge or bool(name) or (bool(numbers) and len(chosen) == 1)
        for each in chosen:
            store.load(step.folder, each, target if direct else target / store.check_name(each))
            print(f"- {each}")
    except store.Refused as refused:
        fail(f"Unable to download artifact(s): {refused}")
    print(f"Total of {len(chosen)} artifact(s) downloaded to {target}")
    step.output("download-path", str(target))
    return 0


def _by_number(step: Step, text: str) -> list[str]:
    known = {str(store.number(step.folder, name)): name for name in store.names(step.folder)}
    wanted = [number.strip() for number in text.split(",")]
    missing = [number for number in wanted if number not in known]
    if missing:
        raise store.Refused(f"None or not all of the artifacts were found: {', '.join(missing)}")
    return [known[number] for number in wanted]


def _by_pattern(step: Step) -> list[str]:
    pattern = step.inputs.get("pattern", "")
    return [name for name in store.names(step.folder) if not pattern or matches(name, pattern)]


def matches(name: str, pattern: str) -> bool:
    """Whether a name fits a glob, as `minimatch` reads it: braces, a leading `!`, and no wildcard for a leading dot."""
    if pattern.startswith("!"):
        return not matches(name, pattern[1:])
    return any(
        fnmatch.fnmatchcase(name, each) and (each.startswith(".") or not name.startswith("."))
        for each in _braced(pattern)
    )


def _braced(pattern: str) -> list[str]:
    parts = _BRACES.split(pattern)
    choices = [part.split(",") if index % 2 else [part] for index, part in enumerate(parts)]
    return ["".join(choice) for choice in itertools.product(*choices)]
