"""A Report as the step summary (Markdown) and as a plain table for a terminal: worst first, within a budget."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shuntyard import human
from shuntyard.failures import failures
from shuntyard.markdown import Sheet, block, code, sentence, table
from shuntyard.pairs import ENOUGH
from shuntyard.report import WORST_FIRST, Pair, Report, RowReport
from shuntyard.text import NOTHING

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
        row.config,
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
    parts = [f"{report.verdict}: {report.headline}"]
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
    for note in report.notes:
        sheet.add(f"> {sentence(note)}\n")
    left = _rows(sheet, report) + _pairs(sheet, report) + _errors(sheet, report)
    left += _failures(sheet, report) + _fallbacks(sheet, report)
    if report.jobs:
        jobs = [f"{code(job.name, 80)} {code(job.result, 20)}" for job in report.jobs[:_LINES]]
        sheet.add(f"\nJobs: {', '.join(jobs)}")
    rest = f"{left:,} more lines were left out here. " if left else ""
    return f"{sheet.text()}\n{rest}The report artifact has all of it, as a page and as JSON.\n"


def _rows(sheet: Sheet, report: Report) -> int:
    rows = worst_first(report.rows)
    body = [[f"{ICONS[row.outcome]} {row.outcome}", *map(code, cells(row)[1:4]), *cells(row)[4:]] for row in rows]
    return _table(sheet, HEADINGS, body, _NUMBERS)


def _pairs(sheet: Sheet, report: Report) -> int:
    pairs = pairs_first(report.pairs)
    if not pairs:
        return 0
    sheet.add("\n### Arms side by side\n")
    headings = ("configuration", "arms", "tests", "outcomes", "time ratio", "n", "note")
    body = [[*map(code, pair_cells(pair)[:2]), *pair_cells(pair)[2:], code(pair.note)] for pair in pairs]
    left = _table(sheet, headings, body, frozenset({4, 5}))
    sheet.add(f"\n{caution(pairs)}")
    return left


def _errors(sheet: Sheet, report: Report) -> int:
    entries = [
        f"- {code(row.id)}, repetition {run.repetition}: {code(run.reason or 'no reason is known', 300)}"
        for row in worst_first(report.rows)
        for run in row.runs
        if run.outcome == "error"
    ]
    return _list(sheet, "Missing and broken", entries)


def _failures(sheet: Sheet, report: Report) -> int:
    bad = failures(report)
    if bad:
        sheet.add("\n### Failures\n")
    written = 0
    for failure in bad[:_MESSAGES]:
        title = f"**{failure.outcome}** {code(failure.case, 200)} in {code(', '.join(failure.rows), 200)}"
        if not sheet.add(f"{title}\n\n{block(failure.message or 'no message', _MESSAGE)}"):
            break
        written += 1
    return len(bad) - written


def _fallbacks(sheet: Sheet, report: Report) -> int:
    entries = [
        f"- {code(row.id)}, {human.count(row.fallbacks, 'time')}: {code(reason, 300)}"
        for row in report.rows
        for reason in row.fallback_reasons
    ]
    return _list(sheet, "Fell back to the shell entry", entries)


def _list(sheet: Sheet, heading: str, entries: Sequence[str]) -> int:
    if entries:
        sheet.add(f"\n### {heading}\n")
    return len(entries) - sum(1 for entry in entries[:_LINES] if sheet.add(entry))


def _table(sheet: Sheet, headings: Sequence[str], body: Sequence[Sequence[str]], right: frozenset[int]) -> int:
    """Adds the table; says how many of its rows were left out."""
    if not body:
        return 0
    lines = table(headings, body, right=right)
    sheet.add("\n".join(lines[:2]))
    return len(body) - sum(1 for text in lines[2 : 2 + _ROWS] if sheet.add(text))
