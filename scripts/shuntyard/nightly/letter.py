"""What people read of a run: plain text for chats and mail, Markdown for a summary. Pure.

Names, messages and commits come from whoever opened a pull request: in plain text they are tamed, in Markdown they
stand as code, and a link is made only of a plain web address. Nobody is blamed: a commit that was tested is not
the one that broke something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from shuntyard import human
from shuntyard.alerts.context import web_address
from shuntyard.alerts.letter import Letter
from shuntyard.alerts.words import tame
from shuntyard.dashboard.runs import address
from shuntyard.markdown import code, table_head, table_row
from shuntyard.nightly.classify import Judged
from shuntyard.nightly.verdict import Event, RunVerdict, by_row
from shuntyard.nightly.wording import telling

_ROWS = 10  # that a message lists
_SHA = 12
SAYS: dict[Event, str] = {
    "": "",
    "failed": "failed",
    "went bad": "went bad",
    "still bad": "is still bad",
    "recovered": "recovered",
    "passed": "passed",
}


def plain(run: RunVerdict, event: Event) -> Letter:
    """The notification: a title on one line, and a body of short lines."""
    rows = [f"- {_row(each, tame)}" for each in _failed(run.judged)]
    aside = [f"- {_row(each, tame)}" for each in _failed(run.aside)]
    lines = [
        *(f"{name}: {text}" for name, text in _facts(run, tame)),
        *([f"failed rows ({len(by_row(run.judged))}):", *rows] if rows else []),
        *(["experimental rows, which do not count:", *aside] if aside else []),
        *(f"{name}: {url}" for name, url in _links(run)),
    ]
    return Letter(title=title(run, event), body="\n".join(lines) + "\n")


def markdown(run: RunVerdict, event: Event) -> Letter:
    """The same with tables."""
    parts = [
        f"**{code(run.report.pipeline)} {SAYS[event]}**: {_looks(run) or run.summed.outcome}.",
        "\n".join([table_head(["", ""]), *(table_row(pair) for pair in _facts(run, _marked))]),
        *_table("Failed rows", run.judged),
        *_table("Experimental rows, which do not count", run.aside),
        " · ".join(f"[{name}]({url})" for name, url in _links(run)),
    ]
    return Letter(title=title(run, event), body="\n\n".join(part for part in parts if part) + "\n")


def title(run: RunVerdict, event: Event) -> str:
    """`nightly-rbe went bad: 2 of 12 rows failed (test failure)`."""
    rows = run.summed.rows
    stable = rows.passed + rows.failed + rows.not_run
    looks = run.kinds[0][0] if run.kinds else "infrastructure" if run.judged else ""
    if not run.bad:
        told = f"{rows.passed} of {human.count(stable, 'row')} passed"
    elif run.summed.outcome == "empty":
        told = "nothing was tested"
    else:
        told = f"{rows.failed} of {human.count(stable, 'row')} failed"
    name = f"{run.report.pipeline}-{run.report.instance}" if run.report.instance else run.report.pipeline
    return f"{tame(name, 80)} {SAYS[event]}: {told}{f' ({looks})' if looks and run.bad else ''}"


def _facts(run: RunVerdict, shown: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Name and finished text of what there is to know."""
    report, rows = run.report, run.summed.rows
    told = [(rows.passed, "passed"), (rows.failed, "failed"), (rows.not_run, "not run")]
    yield "rows", ", ".join(f"{number:,} {word}" for number, word in told if number) or "none"
    if rows.experimental:
        yield "experimental", f"{rows.experimental:,}, {rows.experimental_bad:,} of them bad"
    tests = f"{run.summed.tests_failed:,} of {human.count(run.summed.tests, 'test')} failed"
    yield "tests", tests if run.summed.tests else "none"
    if looks := _looks(run):
        yield "looks like", looks
    if run.summed.note:
        yield "note", run.summed.note
    broken = [job for job in report.jobs if job.result not in ("success", "skipped")]
    if broken:
        yield "jobs", ", ".join(f"{shown(job.name)} {shown(job.result)}" for job in broken[:_ROWS])
    if report.run.repository:
        yield "repository", shown(report.run.repository)
    if report.run.sha:
        note = " (the one that was tested; which one did it is not known)" if run.bad else ""
        yield "commit", f"{shown(report.run.sha[:_SHA])}{note}"
    if report.run.attempt > 1:
        yield "attempt", str(report.run.attempt)


def _looks(run: RunVerdict) -> str:
    """`test failure (3), API change (1)`: by rules, so a hint and no verdict."""
    if run.kinds:
        return ", ".join(f"{kind} ({number})" for kind, number in run.kinds)
    return "infrastructure: no test failed" if run.bad and run.judged else ""


def _failed(judged: Sequence[Judged]) -> list[tuple[str, Judged, int]]:
    """The rows with the first thing that went wrong in each, and how many more there are."""
    found = [(row, signs[0], len(signs) - 1) for row, signs in by_row(judged).items()]
    return found[:_ROWS]


def _row(each: tuple[str, Judged, int], shown: Callable[[str], str]) -> str:
    row, first, more = each
    said = ": ".join(shown(text) for text in (first.sign.name, telling(first.sign.text)) if text)
    return (
        f"{shown(row or 'the workflow')}: {said or 'no message'} ({first.rule.kind}{f'; {more} more' if more else ''})"
    )


def _table(heading: str, judged: Sequence[Judged]) -> Iterator[str]:
    rows = _failed(judged)
    if not rows:
        return
    cells = (
        [
            code(row or "the workflow", 60),
            code(first.sign.name, 100),
            first.rule.kind,
            code(telling(first.sign.text)),
            str(n),
        ]
        for row, first, n in rows
    )
    table = "\n".join([table_head(["row", "first", "looks like", "message", "more"]), *map(table_row, cells)])
    left = len(by_row(judged)) - len(rows)
    yield f"{heading}:\n\n{table}" + (f"\n\nand {human.count(left, 'more row')}" if left else "")


def _marked(text: str) -> str:
    return code(text)


def _links(run: RunVerdict) -> list[tuple[str, str]]:
    url = run.report.run.url
    if not web_address(url):
        return []
    return [("run", url), *([("artifacts", f"{url}#artifacts")] if address(url) else [])]
