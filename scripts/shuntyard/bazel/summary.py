"""What a row says for itself: a line in the log, annotations, and the step summary. Markdown from text of others."""

from __future__ import annotations

from collections.abc import Sequence

from shuntyard.bazel.record import Told
from shuntyard.human import count, duration
from shuntyard.markdown import Sheet, block, code, sentence, table_head, table_row
from shuntyard.result import BAD_CASES, CaseResult
from shuntyard.rows import final_cases

_SIGNS = {"passed": "✅", "failed": "❌", "error": "❌", "empty": "⚪"}
_HEAD = (
    "row",
    "verdict",
    "tests",
    "bad",
    "ran remotely",
    "ran here",
    "remote cache",
    "local cache",
    "flaky",
    "time",
)
_LIMIT, _MESSAGES, _MESSAGE_LIMIT, _TARGETS = 200_000, 20, 1500, 50


def in_one_line(told: Told) -> str:
    """`row: passed (12 tests: 8 remote, 0 here, 4 cached; 1 flaky), 3 min 05 s`."""
    tally, bad = told.tally, len(_bad(told))
    cached = tally.remote_cache + tally.local_cache
    figures = (
        f"{count(len(final_cases(told.record.cases)), 'test')}, {bad} bad; {tally.remote} remote, {tally.local} here"
    )
    why = f": {told.verdict.why}" if told.verdict.why else ""
    return (
        f"{told.record.key.row_id}: {told.verdict.kind} ({figures}, {cached} cached, {len(told.tally.flaky)} flaky), "
        f"{duration(told.record.duration_s)}{why}"
    )


def markdown(told: Told) -> str:
    """The step summary."""
    record, tally = told.record, told.tally
    sheet = Sheet(_LIMIT)
    sheet.add(table_head(_HEAD, right=frozenset(range(2, 10))))
    numbers = [len(final_cases(record.cases)), len(_bad(told)), tally.remote, tally.local, tally.remote_cache]
    numbers += [tally.local_cache, len(tally.flaky)]
    verdict = f"{_SIGNS[record.outcome]} {told.verdict.kind}"
    sheet.add(
        table_row(
            [code(record.key.row_id), verdict, *(f"{number:,}" for number in numbers), duration(record.duration_s)]
        )
    )
    for text in filter(None, (told.verdict.why, *told.notes)):
        sheet.add(f"\n{sentence(text)}")
    _add_runs(sheet, told)
    _add_list(sheet, "Flaky", tally.flaky)
    if told.wheels:
        sheet.add("\n" + table_head(("wheel", "bytes", "sha256"), right=frozenset({1})))
        for wheel in told.wheels:
            sheet.add(table_row([code(wheel.name, 200), f"{wheel.size:,}", code(wheel.sha256)]))
    for case in _bad(told)[:_MESSAGES]:
        sheet.add(f"\n{code(case.case, 300)}: {case.outcome}\n")
        sheet.add(block(case.message, _MESSAGE_LIMIT))
    if len(_bad(told)) > _MESSAGES:
        sheet.add(f"\n{len(_bad(told)) - _MESSAGES} more are in the results.")
    return sheet.text() + "\n"


def _add_runs(sheet: Sheet, told: Told) -> None:
    """What was run, where it was more than one command or one that went wrong before the tests."""
    if len(told.runs) < 2 and told.verdict.kind in ("passed", "tests failed"):
        return
    if told.runs:
        sheet.add("\n" + table_head(("run", "of", "where", "exit code", "time", "verdict"), right=frozenset({0, 3, 4})))
    for number, ran in enumerate(told.runs, 1):
        why = f"{ran.verdict.kind}: {ran.verdict.why}" if ran.verdict.why else ran.verdict.kind
        cells = [
            str(number),
            ran.what,
            ran.where or "–",
            "–" if ran.finished.error else str(ran.finished.exit_code),
            duration(ran.finished.duration_s),
        ]
        sheet.add(table_row([*cells, sentence(why)]))


def _add_list(sheet: Sheet, title: str, names: Sequence[str]) -> None:
    if names:
        more = f" and {len(names) - _TARGETS} more" if len(names) > _TARGETS else ""
        sheet.add(f"\n{title}: {', '.join(code(name, 200) for name in names[:_TARGETS])}{more}")


def _bad(told: Told) -> list[CaseResult]:
    return [case for case in final_cases(told.record.cases) if case.outcome in BAD_CASES]
