"""What ran on which hardware, as a table: a row for each configuration, a column for each kind of machine. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shuntyard.dashboard.recent import Place
from shuntyard.view import Head, head

COLUMNS, ROWS = 10, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A kind of machine; `executions` on it in all."""

    hardware: str
    simulated: bool
    executions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A configuration (its repository's name is empty where there is only one) and its places, None where it never
    ran."""

    repository: str
    config: str
    cells: tuple[Place | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The table, with the commonest hardware first."""

    columns: Head[Column]
    lines: Head[Line]


def grid(places: Sequence[Place], share: float = 1.0) -> Grid:
    """The table of at most COLUMNS × ROWS places, fewer for a smaller `share`."""
    sums: dict[str, int] = {}
    simulated: dict[str, bool] = {}
    for place in places:
        sums[place.hardware] = sums.get(place.hardware, 0) + place.executions
        simulated[place.hardware] = simulated.get(place.hardware, False) or place.simulated
    names = sorted(sums, key=lambda name: (-sums[name], name))
    columns = head([Column(hardware=name, simulated=simulated[name], executions=sums[name]) for name in names], COLUMNS)
    found = {(place.repository, place.config, place.hardware): place for place in places}
    several = len({place.repository for place in places}) > 1
    lines = [
        Line(
            repository=repository if several else "",
            config=config,
            cells=tuple(found.get((repository, config, column.hardware)) for column in columns.shown),
        )
        for repository, config in sorted({(place.repository, place.config) for place in places})
    ]
    return Grid(columns=columns, lines=head(lines, int(ROWS * share)))
