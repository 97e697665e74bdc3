"""Numbers and tables for people to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from shuntyard.text import NOTHING, line, width

_CELL = 60  # characters a cell of a plain table


def count(number: int, noun: str) -> str:
    """`1 row`, `2 rows`, `1,000 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """A time: `850 ms`, `12.3 s`, `2 min 05 s`, `1 h 04 min`; a dash for an unknown one."""
    if seconds <= 0:
        return NOTHING
    if seconds < 0.9995:
        return f"{max(seconds * 1000, 1):.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.2f} s" if seconds < 9.995 else f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60:,} h {minutes % 60:02d} min"


def memory(megabytes: float) -> str:
    """A size: `312 MB`, `1.4 GB` (MB = 10**6 bytes); a dash for an unknown one."""
    if megabytes <= 0:
        return NOTHING
    return f"{megabytes:.0f} MB" if megabytes < 999.5 else f"{megabytes / 1000:,.1f} GB"


def ratio(value: float | None) -> str:
    """A time ratio: `0.97×`; a dash where there is none."""
    return NOTHING if value is None else f"{value:.2f}×"


def tally(words: Sequence[str]) -> str:
    """What there is and how often: `2 × passed, 1 × failed`."""
    return ", ".join(f"{number} × {word}" for word, number in Counter(words).most_common()) or "not there"


def moment(iso: str) -> str:
    """`2026-11-20 03:17 UTC` from an ISO 8601 time in UTC."""
    return f"{iso[:16].replace('T', ' ')} UTC"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> str:
    """A plain text table, aligned; `right` are the columns that hold numbers. Ends without a newline."""
    cells = [list(headings), *([line(cell, _CELL) for cell in row] for row in rows)]
    widths = [max(width(row[column]) for row in cells) for column in range(len(headings))]
    lines = ["  ".join(_pad(cell, widths[i], i in right) for i, cell in enumerate(row)).rstrip() for row in cells]
    return "\n".join([lines[0], "  ".join("-" * size for size in widths), *lines[1:]])


def _pad(text: str, size: int, right: bool) -> str:
    space = " " * (size - width(text))
    return space + text if right else text + space
