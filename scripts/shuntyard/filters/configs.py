"""First the labels `test-config/X`, then the configurations that somebody asked for by name. Pure."""

from __future__ import annotations

from collections.abc import Collection

from shuntyard.filters.rows import Rows

PREFIX = "test-config/"


def by_labels(rows: Rows, labels: Collection[str]) -> Rows:
    """With a label `test-config/X` only the configurations so labelled stay, even if that is none. Without one, all."""
    asked = sorted(label for label in labels if label.startswith(PREFIX) and label != PREFIX)
    if not asked:
        return rows
    wanted = {label.removeprefix(PREFIX) for label in asked}
    why = f"not among the labels {', '.join(asked)}"
    return rows.without({place: why for place, row in enumerate(rows.kept) if row.config not in wanted})


def by_names(rows: Rows, names: Collection[str]) -> Rows:
    """Only the configurations named; nothing named keeps all. Names are taken in lower case, as PyTorch does."""
    wanted = {name.strip().lower() for name in names if name.strip()}
    if not wanted:
        return rows
    why = f"not among the configurations asked for ({', '.join(sorted(wanted))})"
    return rows.without({place: why for place, row in enumerate(rows.kept) if row.config not in wanted})
