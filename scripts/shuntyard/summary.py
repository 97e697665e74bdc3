"""A Report as the step summary (Markdown) and as a plain table for a terminal: worst first, within a budget."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from shuntyard import human
from shuntyard.failures import Failure, failures
from shuntyard.markdown import Sheet, block, code, sentence, table_head, table_row
from shuntyard.pairs import ENOUGH
from shuntyard.report import WORST_FIRST, Pair, Report, RowReport, Run
from shuntyard.rows import is_broken
from shuntyard.text import NOTHING, line

T = TypeVar("T")

ICONS = {"passed": "✅", "failed": "❌", "error": "💥", "empty": "⚪"}
HEADINGS = ("outcome", "configuration", "arm", "ran", "tests", "failed", "time", "memory", "fallbacks")
_NUMBERS = frozenset({4, 5, 6, 7, 8})
_ROWS, _MESSAGES, _LINES = 300, 30, 50  # a reader scrolls no further; the page and the JSON have more
_MESSAGE = 1500  # characters
_RESERVE = 2000  # bytes kept for the last words


def worst_first(rows: Iterable[RowReport]) -> list[RowReport]:
    """Errors, then failures, then what is empty; within one outcome fallbacks first, then the plan's order."""
    return sorted(rows, key=lambda row: (WORST_FIRST.index(row.outcome), -row.failed, -row.fallbacks))


def cells(row: RowReport) -> tuple[str, ...]:
    """One row of the table, as plain text in the order of HEADINGS."""
    return (
        row.outcome,
        row.title,
        row.arm or NOTHING,
        ", ".join(row.ran) or NOTHING,
        f"{row.tests:,}",
        f"{row.failed:,}",
        human.duration(row.duration_s),
        human.memory(row.peak_memory_mb),
        f"{row.fallbacks:,}",
    )


def plain(report: Report) -> str:
    """The verdict and its rows for a terminal."""
    parts = [f"{report.verdict}: {line(report.headline, 1000)}"]
    if report.rows:
        parts.append(human.table(HEADINGS, [cells(row) for row in worst_first(report.rows)], right=_NUMBERS))
    if report.pairs:
        rows = [pair_cells(pair) for pair in pairs_first(report.pairs)]
        headings = ("configuration", "arms", "tests", "outcomes", "time ratio", "n")
        parts.append(human.table(headings, rows, right=frozenset({4, 5})))
        parts.append(caution(report.pairs))
    return "\n\n".join(part for part in parts if part)


def pairs_first(pairs: Iterable[Pair]) -> list[Pair]:
    """Those that differ, then those that nobody can tell, then the equal ones."""
    ranks = {False: 0, None: 1, True: 2}
    return sorted(pairs, key=lambda pair: min(ranks[pair.same_tests], ranks[pair.same_outcomes]))


def pair_cells(pair: Pair) -> tuple[str, ...]:
    """Configuration, arms, same tests?, same outcomes?, ratio, n."""
    return (
        pair.config,
        f"{pair.candidate_arm} / {pair.baseline_arm}",
        answer(pair.same_tests),
        answer(pair.same_outcomes),
        human.ratio(pair.ratio),
        str(pair.n),
    )


def answer(same: bool | None) -> str:
    """In words."""
    return "cannot tell" if same is None else "same" if same else "different"


def caution(pairs: Sequence[Pair]) -> str:
    """What the ratios are worth; empty when each has enough repetitions."""
    few = sum(1 for pair in pairs if pair.n < ENOUGH)
    if not few:
        return ""
    whose = "The ratios rest" if few == len(pairs) else f"{few} of {len(pairs)} ratios rest"
    return f"{whose} on fewer than {ENOUGH} repetitions: a first impression, not a verdict."


def markdown(report: Report, *, limit: int) -> str:
    """The step summary, at most `limit` bytes; everything from results is shown as code."""
    sheet = Sheet(limit - _RESERVE)
    name = code("-".join(part for part in (report.pipeline, report.instance) if part))
    sheet.add(f"## {ICONS[report.verdict]} {name}: {report.verdict}\n\n{sentence(report.headline)}\n")
    for note in report.notes[:_LINES]:
        sheet.add(f"> {sentence(note)}\n")
    left = _rows(sheet, report) + _pairs(sheet, report) + _errors(sheet, report)
    left += _failures(sheet, report) + _fallbacks(sheet, report)
    if report.jobs:
        jobs = [f"{code(job.name, 80)} {code(job.result, 20)}" for job in report.jobs[:_LINES]]
        sheet.add(f"\nJobs: {', '.join(jobs)}")
    rest = f"{left:,} more lines were left out here. " if left else ""
    return f"{sheet.text()}\n{rest}The report artifact has all of it, as a page and as JSON.\n"


def _rows(sheet: Sheet, report: Report) -> int:
    if not report.rows:
        return 0
    sheet.add(table_head(HEADINGS, right=_NUMBERS))
    return _fill(sheet, worst_first(report.rows), _ROWS, _row)


def _row(row: RowReport) -> str:
    texts = cells(row)
    return table_row([f"{ICONS[row.outcome]} {row.outcome}", *map(code, texts[1:4]), *texts[4:]])


def _pairs(sheet: Sheet, report: Report) -> int:
    if not report.pairs:
        return 0
    headings = ("configuration", "arms", "tests", "outcomes", "time ratio", "n", "note")
    sheet.add("\n### Arms side by side\n\n" + table_head(headings, right=frozenset({4, 5})))
    left = _fill(sheet, pairs_first(report.pairs), _ROWS, _pair)
    sheet.add(f"\n{caution(report.pairs)}")
    return left


def _pair(pair: Pair) -> str:
    texts = pair_cells(pair)
    return table_row([*map(code, texts[:2]), *texts[2:], code(pair.note)])


def _errors(sheet: Sheet, report: Report) -> int:
    errors = [(row, run) for row in worst_first(report.rows) for run in row.runs if is_broken(run)]
    if errors:
        sheet.add("\n### Missing and broken\n")
    return _fill(sheet, errors, _LINES, _error)


def _error(item: tuple[RowReport, Run]) -> str:
    row, run = item
    return f"- {code(row.id)}, repetition {run.repetition}: {code(run.reason or f'exit code {run.exit_code}', 300)}"


def _failures(sheet: Sheet, report: Report) -> int:
    bad = failures(report)
    if bad:
        sheet.add("\n### Failures\n")
    return _fill(sheet, bad, _MESSAGES, _failure)


def _failure(failure: Failure) -> str:
    where = code(", ".join(failure.rows[:20]), 200)
    title = f"**{failure.outcome}** {code(failure.case, 200)} in {where}"
    return f"{title}\n\n{block(failure.message or 'no message', _MESSAGE)}"


def _fallbacks(sheet: Sheet, report: Report) -> int:
    fallbacks = [(row, reason) for row in report.rows for reason in row.fallback_reasons]
    if fallbacks:
        sheet.add("\n### Fell back to the shell entry\n")
    return _fill(sheet, fallbacks, _LINES, _fallback)


def _fallback(item: tuple[RowReport, str]) -> str:
    row, reason = item
    return f"- {code(row.id)}, {human.count(row.fallbacks, 'time')}: {code(reason, 300)}"


def _fill(sheet: Sheet, items: Sequence[T], limit: int, render: Callable[[T], str]) -> int:
    """Adds the first `limit` items as far as they fit; says how many were left out."""
    return len(items) - sum(1 for item in items[:limit] if sheet.add(render(item)))
