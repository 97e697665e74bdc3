"""Who caught what over all nights: the document's table, with figures. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from shuntyard.nightly.classify import Reading
from shuntyard.nightly.night import ROLES, Night, Role
from shuntyard.nightly.rules import KINDS, Caught, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTotal:
    """In how many nights a role caught a kind: alone, with the other role, or while the other said nothing."""

    kind: Kind
    alone: int = 0
    both: int = 0
    unpaired: int = 0

    @property
    def nights(self) -> int:
        """All of them."""
        return self.alone + self.both + self.unpaired


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """`caught` counts nights by who caught something, and always sums up to the number of nights; `kinds` has for each
    role the document's kinds and any other that came up; `states` counts each pipeline's nights by state."""

    nights: int
    caught: dict[Caught, int]
    kinds: dict[Role, tuple[KindTotal, ...]]
    states: dict[str, dict[str, int]]


def total(nights: Sequence[tuple[Night, Reading]]) -> Totals:
    """The totals. A night counts for a role by what most of its failures are."""
    caught: Counter[Caught] = Counter(reading.caught for _, reading in nights)
    found: Counter[tuple[Role, Kind, str]] = Counter()
    states: dict[str, Counter[str]] = {}
    for night, reading in nights:
        for each in night.results:
            states.setdefault(each.pipeline.name, Counter())[each.state] += 1
        for side in reading.sides:
            if side.side == "bad" and side.kind:
                how = reading.caught if reading.caught in ("both", "unpaired") else "alone"
                found[side.role, side.kind, how] += 1
    return Totals(
        nights=len(nights),
        caught=dict(caught),
        kinds={role: _kinds(role, found) for role in ROLES},
        states={name: dict(counts) for name, counts in states.items()},
    )


def _kinds(role: Role, found: Counter[tuple[Role, Kind, str]]) -> tuple[KindTotal, ...]:
    others = sorted({kind for of, kind, _ in found if of == role} - set(KINDS[role]))
    return tuple(
        KindTotal(
            kind=kind,
            alone=found[role, kind, "alone"],
            both=found[role, kind, "both"],
            unpaired=found[role, kind, "unpaired"],
        )
        for kind in (*KINDS[role], *others)
    )
