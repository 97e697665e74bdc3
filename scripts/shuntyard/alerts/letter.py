"""What an alert's receivers read: an issue or a comment in Markdown, a notification in plain text. Pure.

Names of tests, pipelines, configurations and runs come from whoever opened a pull request: in Markdown they stand as
code, in plain text they are tamed, and a link is made only of a plain web address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shuntyard import human
from shuntyard.alerts import words
from shuntyard.alerts.context import Context, Told
from shuntyard.alerts.evaluate import Alert, Kind
from shuntyard.alerts.profile import Change, Profile
from shuntyard.alerts.rules import EVERYWHERE
from shuntyard.markdown import code, sentence, table_head, table_row
from shuntyard.text import NOTHING, line

_NAMES = 8  # of one kind that a message lists
_SHA = 12
_VERBS: dict[Kind, str] = {"fire": "fires", "remind": "still fires", "resolve": "is over"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A title on one line and a body."""

    title: str
    body: str


def issue(
    alert: Alert, kind: Kind, context: Context, profile: Profile | None = None, did: Iterable[str] = ()
) -> Letter:
    """The issue, or the comment on it that reminds or says that it is over. `did` says what else was done."""
    parts = [_opening(alert, kind), _figures(alert), *_did(did), _context(context)]
    if profile is not None:
        parts.append(_profile(profile))
    parts.append(_runs(context))
    return Letter(title=title(alert), body="\n\n".join(part for part in parts if part) + "\n")


def title(alert: Alert) -> str:
    """The title of an alert's issue: the same as long as it fires."""
    place = "" if alert.place.name == EVERYWHERE else f": {alert.place}"
    return words.tame(f"{alert.rule.name}{place}", 200)


def notice(alert: Alert, kind: Kind, context: Context, address: str = "", did: Iterable[str] = ()) -> Letter:
    """The notification. `address` is where the alert's issue is looked at."""
    rule = alert.rule
    subject = f"{rule.severity}: {line(rule.name, 80)} {_VERBS[kind]} for {words.tame(str(alert.place), 80)}"
    lines = [
        f"{words.measured(alert)} ({words.resting_on(alert)})",
        f"condition: {words.asked(rule)}",
        f"holds since: {human.moment(alert.since)}" if alert.since and kind != "resolve" else "",
        f"whether it still holds is not known: {words.tame(alert.note)}" if alert.blind else "",
        _listed("repositories", context.repositories),
        _listed("pipelines", context.pipelines),
        _listed("configurations", context.configurations),
        _listed("hardware", context.hardware),
        f"commits: {_commits(context)}" if context.commits else "",
        *(f"done: {words.tame(each, 300)}" for each in did),
    ]
    text = "\n".join(line(each, 1000) for each in lines if each)
    links = list(dict.fromkeys(each.url for each in context.runs if each.url))[:3]
    if address.startswith(("https://", "http://")):
        links.insert(0, address)
    return Letter(title=subject, body="\n".join([text, *links]))


def _opening(alert: Alert, kind: Kind) -> str:
    name, place = code(alert.rule.name), "everything" if alert.place.per == "all" else code(str(alert.place))
    text = f"**{name}** {_VERBS[kind]} for {place}."
    if alert.blind:
        text += f" Whether it still holds is not known: {sentence(alert.note)}"
    return text


def _figures(alert: Alert) -> str:
    rule = alert.rule
    rows = [
        ("measured", sentence(words.measured(alert))),
        ("rests on", sentence(words.resting_on(alert))),
        ("condition", code(words.asked(rule))),
        ("holds since", human.moment(alert.since) if alert.since else NOTHING),
        ("severity", rule.severity),
    ]
    if alert.note and not alert.blind:
        rows.append(("note", sentence(line(alert.note, 500))))
    return "\n".join([table_head(["", ""]), *(table_row(row) for row in rows)])


def _did(did: Iterable[str]) -> list[str]:
    lines = [f"- {sentence(line(each, 300))}" for each in did]
    return ["\n".join(["What was done at once:", "", *lines])] if lines else []


def _context(context: Context) -> str:
    named = [
        ("repositories", context.repositories),
        ("pipelines", context.pipelines),
        ("configurations", context.configurations),
        ("hardware", context.hardware),
    ]
    rows = [f"- {what}: {', '.join(map(code, names[:_NAMES]))}{_rest(names)}" for what, names in named if names]
    if context.commits:
        rows.append(f"- {human.count(context.commits, 'commit')}, from {_sha(context.first)} to {_sha(context.last)}")
    return "\n".join(rows)


def _runs(context: Context) -> str:
    if not context.runs:
        return ""
    head = table_head(["run", "row", "commit", "hardware", "executions", "failed", "fell back", "time", "reason"])
    more = [f"and {context.more:,} more"] if context.more else []
    return "\n".join(["Runs, what went wrong first:", "", head, *map(_run, context.runs), "", *more])


def _run(told: Told) -> str:
    name = code(told.run, 40)
    run = f"[{name}]({told.url})" if told.url else name
    cells = [run, code(told.row, 60), _sha(told.sha), code(told.hardware, 60)]
    counts = [f"{number:,}" for number in (told.executions, told.failures, told.fallbacks)]
    return table_row([*cells, *counts, human.duration(told.seconds), code(told.reason, 160)])


def _profile(profile: Profile) -> str:
    parts = []
    if profile.stages:
        head = table_head(["stage of an execution", profile.before, profile.after, "difference", "ratio"], right=_RIGHT)
        parts.append("\n".join([head, *(_change(each, sentence(each.name)) for each in profile.stages)]))
    if profile.cases:
        head = table_head(["case", profile.before, profile.after, "difference", "ratio"], right=_RIGHT)
        parts.append("\n".join([head, *(_change(each, code(each.name)) for each in profile.cases)]))
    if not parts:
        return "No case or stage could be timed on both sides."
    return "\n\n".join(["What changed most (medians):", *parts])


_RIGHT = frozenset({1, 2, 3, 4})


def _change(change: Change, name: str) -> str:
    before, after = (human.duration(seconds) for seconds in (change.before_s, change.after_s))
    sign = "+" if change.difference_s >= 0 else "−"
    difference = f"{sign}{human.duration(abs(change.difference_s))}" if change.difference_s else NOTHING
    return table_row([name, before, after, difference, human.ratio(change.ratio)])


def _sha(text: str) -> str:
    return code(text[:_SHA])


def _rest(names: tuple[str, ...]) -> str:
    return f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""


def _listed(what: str, names: tuple[str, ...]) -> str:
    return f"{what}: {', '.join(words.tame(name, 80) for name in names[:_NAMES])}{_rest(names)}" if names else ""


def _commits(context: Context) -> str:
    if context.commits == 1:
        return words.tame(context.last[:_SHA])
    return f"{context.commits}, from {words.tame(context.first[:_SHA])} to {words.tame(context.last[:_SHA])}"
