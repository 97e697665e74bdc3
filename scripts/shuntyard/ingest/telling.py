"""What an ingestion says for itself: a line a file, the sum, and what is wrong. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shuntyard.human import count
from shuntyard.ingest.combine import Combined
from shuntyard.ingest.told import Source
from shuntyard.result import BAD_CASES, ShardResult
from shuntyard.rows import final_cases
from shuntyard.text import line

_MOST = 20  # lines of a kind; the rest is counted


def describe(
    sources: Sequence[Source], others: Sequence[str], combined: Combined, record: ShardResult, skips: Mapping[str, int]
) -> list[str]:
    """Lines for a log, safe to print whatever the files are called or hold."""
    told = [
        f"{source.name}: {count(len(source.told.cases), 'case')}, {source.format or 'unknown format'}"
        for source in sources
    ]
    lines = [*some(told, "file"), _sum(record)]
    if skips:
        lines.append(line("skipped: " + ", ".join(f"{number:,} {name}" for name, number in skips.items()), 1000))
    if others:
        more = f" and {len(others) - 3:,} more" if len(others) > 3 else ""
        lines.append(line(f"no test results: {', '.join(others[:3])}{more}", 500))
    return [*lines, *some(combined.notes, "note")]


def _sum(record: ShardResult) -> str:
    final = final_cases(record.cases)
    bad = sum(case.outcome in BAD_CASES for case in final)
    again = len({case.case for case in record.cases if case.attempt > 1})
    return line(
        f"{record.key.row_id}: {record.outcome}, {count(len(final), 'case')}, {bad:,} bad, {again:,} tried again"
    )


def some(texts: Sequence[str], noun: str) -> list[str]:
    """The first of the texts, a line each, and how many more there are."""
    shown = [line(text, 500) for text in texts[:_MOST]]
    return shown + ([f"… and {count(len(texts) - _MOST, f'more {noun}')}"] if len(texts) > _MOST else [])
