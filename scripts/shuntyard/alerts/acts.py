"""The actions of alerts, each a function Job → Step; `ACTIONS` is the registry, in the order in which they are done."""

from __future__ import annotations

from collections.abc import Callable

from shuntyard.alerts import letter, quarantines, words
from shuntyard.alerts.letter import Letter
from shuntyard.alerts.notify import VARIABLE, Kind
from shuntyard.alerts.rules import Action, marker, span
from shuntyard.alerts.tools import NO_HUB, Job, Receipt, Step
from shuntyard.alerts.verdicts import VerdictCondition
from shuntyard.hub import Proposal
from shuntyard.markdown import code
from shuntyard.text import line

_KINDS: dict[str, Kind] = {"info": "info", "warning": "warning", "critical": "failure"}


def prepare(job: Job) -> list[Step]:
    """The steps of an action that is due: one, or one for each thing that it changes."""
    return ACTIONS[job.due.action](job)


def _disable(job: Job) -> list[Step]:
    """The flag of each configuration that the alert is about, off at once."""
    alert, flags = job.due.alert, job.tools.flags
    configs = job.tools.source.configurations(alert)
    if flags is None:
        return [Step(what=f"switch off {', '.join(line(config, 60) for config in configs)}: {NO_HUB}")]
    reason = words.headline(alert)
    reading, rule = alert.reading, alert.rule
    evidence = {
        "alert": rule.name,
        "condition": rule.question.text,
        "value": reading.verdict if isinstance(rule.question, VerdictCondition) else reading.value,
        "baseline": reading.baseline,
        "threshold": alert.threshold,
        "n": reading.n,
        "of": reading.of,
        "window": span(rule.window_s),
        "held": str(rule.hold),
    }

    def one(config: str) -> Step:
        preview = flags.preview(config)
        return Step(
            what=preview,
            detail=preview,
            do=lambda: Receipt(told=flags.switch_off(config, evidence, reason)),
        )

    return [one(config) for config in configs] or [Step(what="there is no configuration to switch off")]


def _quarantine(job: Job) -> list[Step]:
    """A pull request that adds the surest flakes to the place's file of quarantines."""
    alert, tools = job.due.alert, job.tools
    entries = quarantines.propose(tools.source.flakes(alert), alert.rule.owner)
    if not entries:
        told = "no case is surely flaky: nothing is proposed for quarantine"
        return [Step(what=told, do=lambda: Receipt(told=told))]
    path = quarantines.path(alert.place)
    before = tools.read(path)
    text = quarantines.merge(before, entries, tools.now.date())
    what = f"propose {len(entries)} cases for quarantine in {path}, owner {line(alert.rule.owner, 60)}"
    if text == before:
        told = f"{path} has these quarantines already"
        return [Step(what=told, do=lambda: Receipt(told=told))]
    proposal = Proposal(
        branch=f"shuntyard/quarantine-{quarantines.slug(alert.place)}",
        title=f"Quarantine {len(entries)} flaky cases",
        body="\n".join(
            [
                f"{code(alert.rule.name)} fires. Their failures would be shown and not block, until these days:",
                "",
                *(
                    f"- {code(each.case)} in {code(each.config)}, until {each.expires}: {code(each.reason)}"
                    for each in entries
                ),
                "",
            ]
        ),
        files={path: text},
    )
    hub = tools.hub
    if hub is None:
        return [Step(what=f"{what}: {NO_HUB}", detail=text)]

    def act() -> Receipt:
        made = hub.propose(proposal)
        return Receipt(told=f"proposed {len(entries)} cases for quarantine: {made.address}")

    return [Step(what=what, detail=f"branch {proposal.branch}\n{proposal.body}\n{path}:\n{text}", do=act)]


def _issue(job: Job, *, profiled: bool) -> list[Step]:
    """An issue while it fires; comments on it that remind, and that it is over."""
    due, tools = job.due, job.tools
    source, hub = tools.source, tools.hub
    profile = source.profile(due.alert) if profiled and due.kind != "resolve" else None
    message = letter.issue(due.alert, due.kind, source.context(due.alert), profile, job.did)
    mark = marker(due.alert.rule, due.alert.place)
    number = job.entry.issues.get(due.action, 0)
    detail = f"marker: {mark}\nlabels: {', '.join(tools.labels) or 'none'}\ntitle: {message.title}\n\n{message.body}"
    what = f"open the issue {message.title!r}" if due.kind == "fire" else f"comment on issue {number}: {_said(job)}"
    if hub is None:
        return [Step(what=f"{what}: {NO_HUB}", detail=detail)]

    def act() -> Receipt:
        if due.kind == "fire":
            made = hub.open_issue(mark, message.title, message.body, tools.labels)
            return Receipt(told=f"issue {made.number}: {made.address}", number=made.number, address=made.address)
        when = tools.now.isoformat(timespec="seconds")
        made = hub.comment(number, f"{mark}-{due.kind}-{when}", message.body)
        return Receipt(told=f"commented on issue {number}: {made.address}")

    return [Step(what=what, detail=detail, do=act)]


def _notify(job: Job) -> list[Step]:
    """A notification to every address of the environment."""
    due, tools = job.due, job.tools
    address = next(iter(job.entry.addresses.values()), "")
    message = letter.notice(due.alert, due.kind, tools.source.context(due.alert), address, job.did)
    count = tools.notifier.count()
    what = f"notify {count} address{'' if count == 1 else 'es'}: {message.title}"
    detail = f"title: {message.title}\n\n{message.body}"
    if not count:
        return [Step(what=f"{VARIABLE} names nobody to tell: {message.title}", detail=detail)]
    kind = "success" if due.kind == "resolve" else _KINDS[due.alert.rule.severity]
    return [Step(what=what, detail=detail, do=lambda: _send(job, message, kind))]


def _send(job: Job, message: Letter, kind: Kind) -> Receipt:
    failed = tuple(job.tools.notifier.send(message.title, message.body, kind))
    reached = job.tools.notifier.count() - len(failed)
    return Receipt(told=f"notified {reached} address{'' if reached == 1 else 'es'}" if reached else "", failed=failed)


def _said(job: Job) -> str:
    return "it still fires" if job.due.kind == "remind" else "it is over"


ACTIONS: dict[Action, Callable[[Job], list[Step]]] = {
    "disable_feature_flag": _disable,
    "quarantine": _quarantine,
    "open_issue": lambda job: _issue(job, profiled=False),
    "investigate_and_optimize": lambda job: _issue(job, profiled=True),
    "notify": _notify,  # last: it can say what was done, and where the issue is
}
ORDER: tuple[Action, ...] = tuple(ACTIONS)
