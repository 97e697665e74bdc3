"""What a unit's job says of its runs, in its log and in its step summary. The analysis of all jobs says more."""

from __future__ import annotations

from collections.abc import Sequence

from shuntyard.human import count, duration, memory
from shuntyard.markdown import Sheet, block, code, sentence, table_head, table_row
from shuntyard.result import BAD_CASES, CaseResult, ShardResult

_HEADINGS = ("row", "ran", "outcome", "tests", "bad", "time", "memory", "what happened")
_NUMBERS = frozenset({3, 4, 5, 6})
_SIGNS = {"passed": "✅", "failed": "❌", "error": "❌", "empty": "⚪"}
_SUMMARY_LIMIT = 200_000  # bytes; a step may have a million, and several units may share it on other systems
_MESSAGES, _MESSAGE_LIMIT = 20, 1500


def in_one_line(result: ShardResult) -> str:
    """`row: passed, 12 tests, 3.20 s, 120 MB`."""
    bad = f", {len(_bad(result))} bad" if _bad(result) else ""
    figures = f"{count(len(result.cases), 'test')}{bad}, {duration(result.duration_s)}, {memory(result.peak_memory_mb)}"
    return f"{result.key.row_id}: {result.outcome}, {figures}" + (
        f" ({what})" if (what := _what_happened(result)) else ""
    )


def summary(results: Sequence[ShardResult]) -> str:
    """The step summary, in Markdown: a line for each run, then the first messages of what went bad."""
    sheet = Sheet(_SUMMARY_LIMIT)
    sheet.add(table_head(_HEADINGS, right=_NUMBERS))
    for result in results:
        sheet.add(table_row(_cells(result)))
    bad = [(result, case) for result in results for case in _bad(result)]
    for result, case in bad[:_MESSAGES]:
        sheet.add(f"\n{code(result.key.row_id)} {code(case.case, 300)}: {case.outcome}\n")
        sheet.add(block(case.message, _MESSAGE_LIMIT))
    if len(bad) > _MESSAGES:
        sheet.add(f"\n{len(bad) - _MESSAGES} more are in the results.")
    return sheet.text() + "\n"


def _cells(result: ShardResult) -> list[str]:
    name = code(result.key.row_id) + (f" #{result.repetition}" if result.repetition > 1 else "")
    return [
        name,
        result.ran,
        f"{_SIGNS[result.outcome]} {result.outcome}",
        f"{len(result.cases):,}",
        f"{len(_bad(result)):,}",
        duration(result.duration_s),
        memory(result.peak_memory_mb),
        sentence(_what_happened(result)),
    ]


def _bad(result: ShardResult) -> list[CaseResult]:
    return [case for case in result.cases if case.outcome in BAD_CASES]


def _what_happened(result: ShardResult) -> str:
    fell_back = f"fell back to the shell entry: {result.fallback_reason}" if result.fallback_reason else ""
    return "; ".join(filter(None, (fell_back, result.error)))
