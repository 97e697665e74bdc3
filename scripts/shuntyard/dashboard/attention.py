"""What a maintainer has to look at, worst first, each point with the page that shows it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from shuntyard.dashboard import wording
from shuntyard.dashboard.curves import place_name
from shuntyard.dashboard.gather import Findings
from shuntyard.errors import Problem
from shuntyard.human import count
from shuntyard.stats.ab import GroupResult
from shuntyard.text import clip

Weight = Literal["bad", "open", "note"]
RECENT = timedelta(days=14)  # a regression that is older was seen by those who look every fortnight
STALE = timedelta(days=3)
_EACH = 5  # points of one kind that are told one by one
_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing: "bad" needs somebody, "open" is not decided, "note" is good to know. `page` is where it is shown."""

    weight: Weight
    text: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The first line of the page: `tone` is the worst weight, or "good"."""

    tone: Literal["bad", "open", "good", "none"]
    word: str
    sentence: str


def points(findings: Findings, problems: Sequence[Problem]) -> tuple[Point, ...]:
    """Everything that stands out, worst first and otherwise in the order of the pages."""
    if not findings.extent.executions:
        return tuple(_damage(problems))
    found = [
        *_damage(problems), *_stale(findings), *_kpis(findings), *_arms(findings), *_shifts(findings),
        *_newest(findings), *_flakes(findings),
    ]  # fmt: skip
    order = {"bad": 0, "open": 1, "note": 2}
    return tuple(sorted(found, key=lambda point: order[point.weight]))


def answer(findings: Findings, found: Sequence[Point]) -> Answer:
    """The whole in a word and a sentence. A history of hardly anything is never called good."""
    extent, ab = findings.extent, findings.ab
    if not extent.executions:
        return Answer(tone="none", word="Nothing to show yet", sentence="No execution lies in this time and scope.")
    bad, undecided = (sum(point.weight == weight for point in found) for weight in ("bad", "open"))
    verdicts = [group.verdict for group in ab.groups] if ab else []
    same = sum(verdict in ("equivalent", "improved") for verdict in verdicts)
    candidate, baseline = (clip(arm, _NAME) for arm in (findings.asked.candidate, findings.asked.baseline))
    arms = (
        f"The {candidate} arm is shown to be as good as the {baseline} arm in {same} of"
        f" {count(len(verdicts), 'comparison')}"
        if ab
        else "No configuration ran in both arms"
    )
    sentence = f"{arms}; from {count(extent.executions, 'execution')} in {count(extent.runs, 'run')}."
    if bad:
        word = f"{count(bad, 'thing')} {'needs' if bad == 1 else 'need'} somebody"
        return Answer(tone="bad", word=word, sentence=sentence)
    if undecided or not ab:
        return Answer(tone="open", word="Nothing is wrong, not all is known", sentence=sentence)
    return Answer(tone="good", word="All is well", sentence=sentence)


def _damage(problems: Sequence[Problem]) -> Iterator[Point]:
    if problems:
        text = f"{count(len(problems), 'file')} of the history cannot be read; its runs are not in here"
        yield Point(weight="bad", text=f"{text}: {clip(problems[0].message, 200)}", page="about")


def _stale(findings: Findings) -> Iterator[Point]:
    newest = findings.extent.newest
    if newest and findings.asked.now - newest > STALE:
        yield Point(weight="open", text=f"Nothing has run since {wording.minute(newest)} UTC", page="runs")


def _kpis(findings: Findings) -> Iterator[Point]:
    for kpi in (*findings.rollout, *findings.service):
        if kpi.met == "no":
            chance = "" if kpi.certain else ", which may still be chance"
            name = wording.KPIS[kpi.name][0] if kpi.name in wording.KPIS else kpi.name
            text = f"{name} misses its target: {wording.value(kpi, kpi.value)}, not {kpi.target.text}{chance}"
            yield Point(weight="bad" if kpi.certain else "open", text=text, page="overview")


def _arms(findings: Findings) -> Iterator[Point]:
    groups = findings.ab.groups if findings.ab else ()
    worse = [group for group in groups if group.verdict == "regressed"]
    for group in worse[:_EACH]:
        yield Point(
            weight="bad", text=f"{clip(group.group, _NAME)} is worse than its baseline: {_why(group)}", page="ab"
        )
    if len(worse) > _EACH:
        yield Point(
            weight="bad", text=f"{len(worse) - _EACH} more configurations are worse than their baseline", page="ab"
        )
    if undecided := [group for group in groups if group.verdict == "inconclusive"]:
        names = ", ".join(clip(group.group, 40) for group in undecided[:3])
        more = f" and {len(undecided) - 3} more" if len(undecided) > 3 else ""
        yield Point(weight="open", text=f"The A/B is not decided for {names}{more}", page="ab")


def _why(group: GroupResult) -> str:
    """What made it regressed: `time +24 %`, `2 tests lost or broken`."""
    reasons = [
        f"{each.metric} {wording.change(each.effect)}"
        for each in (group.time, group.memory)
        if each.verdict == "regressed" and each.effect
    ]
    if group.tests.verdict == "regressed":
        reasons.append(f"{count(len(group.tests.differences), 'test')} with other outcomes")
    return ", ".join(reasons)


def _shifts(findings: Findings) -> Iterator[Point]:
    recent = [
        shift
        for shift in findings.trends.shifts
        if shift.direction == "regressed" and findings.asked.now - shift.since <= RECENT
    ]
    for shift in recent[:_EACH]:
        what = {"time": "takes more time", "memory": "needs more memory"}[shift.series.metric]
        name = f"{place_name(shift.series.row_id, shift.series.ran)} ({shift.series.ran or 'no arm'})"
        text = f"{clip(name, _NAME)} {what} since {wording.day(shift.since)}: {wording.change(shift.ratio)}"
        yield Point(weight="bad", text=text, page="trends")
    if len(recent) > _EACH:
        yield Point(weight="bad", text=f"{len(recent) - _EACH} more rows became slower or larger lately", page="trends")
    older = sum(shift.direction == "regressed" for shift in findings.trends.shifts) - len(recent)
    if older:
        text = f"{count(older, 'older regression')} in time or memory"
        yield Point(weight="note", text=text, page="trends")


def _newest(findings: Findings) -> Iterator[Point]:
    high = [each for each in findings.newest if each.anomaly.status == "high"]
    if high:
        names = ", ".join(f"{clip(each.series.row_id, 40)} ({each.series.metric})" for each in high[:3])
        more = f" and {len(high) - 3} more" if len(high) > 3 else ""
        yield Point(weight="open", text=f"The newest run is out of line with its history: {names}{more}", page="trends")


def _flakes(findings: Findings) -> Iterator[Point]:
    proposed = [flake for flake in findings.flakes if flake.quarantine]
    if proposed:
        flip = "flips" if len(proposed) == 1 else "flip"
        text = f"{count(len(proposed), 'case')} {flip} too often; a quarantine is proposed"
        yield Point(weight="open", text=text, page="flakes")
    if len(findings.flakes) > len(proposed):
        text = f"{count(len(findings.flakes) - len(proposed), 'case')} flipped, too seldom to be sure"
        yield Point(weight="note", text=text, page="flakes")
