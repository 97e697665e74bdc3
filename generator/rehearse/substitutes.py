"""Which folder act takes for each repository that a workflow uses: a copy, a stand-in, or a refusal; never the network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from generator.check.support.reference import Reference

STANDINS = Path(__file__).parent / "standins"


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
        standin = STANDINS / action.repository.lower()
        if not action.path and (standin / "action.yml").is_file():
            mapped[key] = standin
            used.add(action.repository)
            continue
        place = folder / key.replace("/", "--")
        (place / action.path).mkdir(parents=True, exist_ok=True)
        shown = f"{action.repository}{f'/{action.path}' if action.path else ''}"
        (place / action.path / "action.yml").write_text(_REFUSAL.format(action=shown), encoding="utf-8")
        mapped[key] = place
        refused.add(shown)
    return Substitutes(mapped=mapped, used=tuple(sorted(used)), refused=tuple(sorted(refused)))


# GitHub's names of owners, repositories and folders hold nothing that a shell would read inside double quotes, but a
# hostile workflow might: so the action's name travels through a variable.
_REFUSAL = """\
name: no-stand-in
description: Ends the step; nothing stands in for this action.
runs:
  using: composite
  steps:
    - id: stand-in
      shell: bash
      env: {{ACTION: '{action}'}}
      run: '"$SHUNTYARD_REHEARSAL_PYTHON" -BSE "$SHUNTYARD_REHEARSAL_RUN" refuse "$ACTION"'
"""
