"""A Report as a comment on its pull request: what went wrong first, all else folded, within a comment's size. Pure.

It is made where the repository's secrets are, from a report that a pull request's own run wrote. So everything in it is
shown as code or as plain prose (shuntyard.markdown): no link, image, mention or heading can come of it. The one link is
to the run, and comes from the provider.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from shuntyard import human
from shuntyard.evidence import report_artifact
from shuntyard.failures import Failure, failures
from shuntyard.markdown import Sheet, block, code, sentence, table_head, table_row
from shuntyard.report import Pair, Report, RowReport, Run
from shuntyard.rows import is_broken
from shuntyard.summary import HEADINGS, ICONS, caution, cells, pair_cells, pairs_first, worst_first

T = TypeVar("T")

SCHEMA = 1
NOTICE = "comment.json"
LIMIT = 60_000  # bytes; a comment has 65,536 characters, and its marker and its last words take some
_RESERVE = 1_500
_NUMBERS = frozenset({4, 5, 6, 7, 8})
_PAIR_HEADINGS = ("configuration", "arms", "tests", "outcomes", "time ratio", "n", "note")
_TROUBLE, _ALL, _FAILURES, _MESSAGE = 40, 150, 12, 900
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:/_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """`comment.json`: which pull request a run believes that it is about. Whoever posts checks that."""

    schema: int = SCHEMA
    number: int
    run_id: str
    attempt: int = 1


def marker(report: Report) -> str:
    """One comment a pipeline and instance."""
    return f"report {report.pipeline}{f' {report.instance}' if report.instance else ''}"


def render(report: Report, *, url: str, sha: str) -> str:
    """The comment in Markdown, at most LIMIT bytes. `url` shows the run, `sha` is the pull request's commit."""
    sheet = Sheet(LIMIT - _RESERVE)
    name = code("-".join(part for part in (report.pipeline, report.instance) if part))
    sheet.add(f"### {ICONS[report.verdict]} {name}: {report.verdict}\n\n{sentence(report.headline)}\n")
    for note in report.notes[:5]:
        sheet.add(f"> {sentence(note)}\n")
    left = _trouble(sheet, report) + _broken(sheet, report) + _failures(sheet, report)
    left += _fallbacks(sheet, report) + _pairs(sheet, report) + _all(sheet, report)
    return f"{sheet.text()}\n{_last_words(report, left, url, sha)}\n"


def _trouble(sheet: Sheet, report: Report) -> int:
    rows = [row for row in worst_first(report.rows) if row.outcome != "passed" or row.fallbacks]
    if not rows:
        return 0
    sheet.add(table_head(HEADINGS, right=_NUMBERS))
    return _fill(sheet, rows, _TROUBLE, _row)


def _row(row: RowReport) -> str:
    texts = cells(row)
    return table_row([f"{ICONS[row.outcome]} {row.outcome}", *map(code, texts[1:4]), *texts[4:]])


def _broken(sheet: Sheet, report: Report) -> int:
    items = [(row, run) for row in worst_first(report.rows) for run in row.runs if is_broken(run)]
    if items:
        sheet.add("\n**Missing and broken**\n")
    return _fill(sheet, items, _TROUBLE, _broken_run)


def _broken_run(item: tuple[RowReport, Run]) -> str:
    row, run = item
    return f"- {code(row.id)}, repetition {run.repetition}: {code(run.reason or f'exit code {run.exit_code}', 200)}"


def _failures(sheet: Sheet, report: Report) -> int:
    found = failures(report)
    if found:
        sheet.add(f"\n**{human.count(len(found), 'failure')}**\n")
    return _fill(sheet, found, _FAILURES, _failure)


def _failure(failure: Failure) -> str:
    """Folded, so that twelve tracebacks take twelve lines; a blank line lets Markdown begin inside the fold."""
    where = code(", ".join(failure.rows[:10]), 150)
    how_often = f", {failure.times:,} of {human.count(failure.of, 'execution')}" if failure.of > failure.times else ""
    title = f"{failure.outcome}: <code>{_html(failure.case)}</code>"
    message = block(failure.message or "no message", _MESSAGE)
    return f"<details><summary>{title}</summary>\n\nin {where}{how_often}\n\n{message}\n</details>"


def _html(text: str) -> str:
    """A name within HTML, where Markdown does not look: every mark of either language as a character reference."""
    plain = code(text, 150).strip("`")
    return "".join(letter if letter.isalnum() or letter in " /" else f"&#{ord(letter)};" for letter in plain)


def _fallbacks(sheet: Sheet, report: Report) -> int:
    items = [(row, reason) for row in report.rows for reason in row.fallback_reasons]
    if items:
        sheet.add("\n**Fell back to the shell entry**\n")
    return _fill(sheet, items, _TROUBLE, _fallback)


def _fallback(item: tuple[RowReport, str]) -> str:
    row, reason = item
    return f"- {code(row.id)}, {human.count(row.fallbacks, 'time')}: {code(reason, 200)}"


def _pairs(sheet: Sheet, report: Report) -> int:
    apart = [pair for pair in pairs_first(report.pairs) if not (pair.same_tests and pair.same_outcomes)]
    if not report.pairs:
        return 0
    alike = len(report.pairs) - len(apart)
    sheet.add(f"\n**Arms side by side**: {alike:,} of {human.count(len(report.pairs), 'pair')} agree.\n")
    if apart:
        sheet.add(table_head(_PAIR_HEADINGS, right=frozenset({4, 5})))
    return _fill(sheet, apart, _TROUBLE, _pair)


def _pair(pair: Pair) -> str:
    texts = pair_cells(pair)
    return table_row([*map(code, texts[:2]), *texts[2:], code(pair.note)])


def _all(sheet: Sheet, report: Report) -> int:
    """Every row and every pair, folded; as one piece, because half a fold would fold the rest of the page."""
    if not report.rows:
        return 0
    rows = worst_first(report.rows)[:_ALL]
    lines = [table_head(HEADINGS, right=_NUMBERS), *map(_row, rows)]
    if report.pairs:
        pairs = map(_pair, pairs_first(report.pairs)[:_ALL])
        lines += ["", table_head(_PAIR_HEADINGS, right=frozenset({4, 5})), *pairs, "", caution(report.pairs)]
    body = "\n".join(lines)
    title = f"All {human.count(len(report.rows), 'row')}"
    fits = sheet.add(f"\n<details><summary>{title}</summary>\n\n{body}\n\n</details>\n")
    return len(report.rows) - len(rows) if fits else len(report.rows)


def _last_words(report: Report, left: int, url: str, sha: str) -> str:
    rest = f"{left:,} more lines were left out. " if left else ""
    run = f"[run]({url})" if _ADDRESS.fullmatch(url) else "run"
    commit = f" of {code(sha[:12])}" if sha else ""
    artifact = code(report_artifact(report.pipeline, report.instance))
    return f"<sub>{rest}The artifact {artifact} of this {run}{commit} has all of it. A run reports on itself.</sub>"


def _fill(sheet: Sheet, items: Sequence[T], limit: int, show: Callable[[T], str]) -> int:
    """Adds the first `limit` items as far as they fit; says how many were left out."""
    return len(items) - sum(1 for item in items[:limit] if sheet.add(show(item)))
