"""The A/B of a history as a table: a verdict for each configuration, and every case on which the arms do not agree."""

from __future__ import annotations

from collections.abc import Sequence

from shuntyard.analyses.arms import compare_arms
from shuntyard.analyses.query import Chosen, Scope
from shuntyard.human import count, table
from shuntyard.stats.ab import AbResult, GroupResult, Question
from shuntyard.stats.compare import Comparison
from shuntyard.stats.outcomes import Agreement
from shuntyard.store import open_store
from shuntyard.text import NOTHING, line

HEADINGS = ("configuration", "verdict", "tests", "pairs", "time", "90 % interval", "memory", "90 % interval", "note")
_SHOWN = 10  # cases that differ


def judge(where: str, scope: Scope) -> AbResult:
    """The A/B of the executions in `scope`."""
    with open_store(where).history() as history:
        return compare_arms(Chosen(history.connection, scope), Question())


def told(result: AbResult) -> str:
    """The verdicts as a table, then every case on which the arms do not agree."""
    if not result.groups:
        return "\n".join(["nothing to judge: no configuration has runs of both arms", *result.notes])
    rows = [_row(group) for group in result.groups]
    lines = [table(HEADINGS, rows, right=frozenset({3, 4, 6}))]
    for group in result.groups:
        for case in group.tests.differences[:_SHOWN]:
            lines.append(f"{group.group}: {line(case.case, 100)} is {case.kind}")
        if len(group.tests.differences) > _SHOWN:
            lines.append(f"{group.group}: and {count(len(group.tests.differences) - _SHOWN, 'more case')} that differ")
    lines += result.notes
    return "\n".join([*lines, f"verdict: {result.verdict}"])


def _row(group: GroupResult) -> Sequence[str]:
    time, memory = group.time, group.memory
    return (
        group.group,
        group.verdict,
        _tests(group.tests),
        str(min(time.n_a, time.n_b)),
        _ratio(time),
        _interval(time),
        _ratio(memory),
        _interval(memory),
        _note(group),
    )


def _tests(tests: Agreement) -> str:
    if tests.same_outcomes is None:
        return "none reported"
    return "the same" if tests.same_outcomes and tests.same_tests else f"{len(tests.differences)} differ"


def _ratio(comparison: Comparison) -> str:
    return NOTHING if comparison.effect is None else f"{comparison.effect:.3f}×"


def _interval(comparison: Comparison) -> str:
    if comparison.ci_low is None or comparison.ci_high is None:
        return NOTHING
    return f"{comparison.ci_low:.3f} to {comparison.ci_high:.3f}"


def _note(group: GroupResult) -> str:
    """What decided it, or what would."""
    open_ones = [each for each in (group.time, group.memory) if each.verdict == "inconclusive" and each.more]
    if group.verdict == "inconclusive" and open_ones:
        return f"about {max(each.more or 0 for each in open_ones)} more pairs would settle the {open_ones[0].metric}"
    deciding = [each.metric for each in (group.time, group.memory) if each.verdict == group.verdict]
    if group.verdict in ("regressed", "improved"):
        return f"by {' and '.join(deciding) or 'its tests'}"
    return group.note
