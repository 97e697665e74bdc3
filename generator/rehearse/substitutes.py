"""Which folder act takes for each action that a workflow uses: a stand-in or a refusal; never the network."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from generator.callee import Reference

STANDINS = Path(__file__).parent / "standins"
# What GitHub allows in names; anything else could leave the folder, or be read as an expression.
_SAFE = re.compile(r"(?!.*\.\.)[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+(/[A-Za-z0-9_. -]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitutes:
    """`mapped` is owner/name@ref → folder; `used` the actions with a stand-in, `refused` those without."""

    mapped: dict[str, Path]
    used: tuple[str, ...]
    refused: tuple[str, ...]


def substitute(actions: Iterable[Reference], folder: Path) -> Substitutes:
    """A stand-in for each action; refusals are written below `folder`."""
    mapped: dict[str, Path] = {}
    used, refused = set(), set()
    for action in actions:
        key = f"{action.repository}@{action.ref}"
        shown = f"{action.repository}/{action.path}".rstrip("/")
        if not _SAFE.fullmatch(shown):
            refused.add(shown)
            continue
        standin = STANDINS / action.repository.lower()
        if not action.path and (standin / "action.yml").is_file():
            mapped[key] = standin
            used.add(action.repository.lower())
            continue
        place = folder / re.sub(r"[^A-Za-z0-9_.@-]", "-", key)
        (place / action.path).mkdir(parents=True, exist_ok=True)
        (place / action.path / "action.yml").write_text(_REFUSAL.format(action=shown), encoding="utf-8")
        mapped[key] = place
        refused.add(shown)
    return Substitutes(mapped=mapped, used=tuple(sorted(used)), refused=tuple(sorted(refused)))


_REFUSAL = """\
name: no-stand-in
description: Ends the step; nothing stands in for this action.
runs:
  using: composite
  steps:
    - id: stand-in
      shell: bash
      env: {{ACTION: "{action}"}}
      run: '"$SHUNTYARD_REHEARSAL_PYTHON" -BSE "$SHUNTYARD_REHEARSAL_RUN" refuse "$ACTION"'
"""
