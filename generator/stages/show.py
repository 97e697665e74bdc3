"""A stage, its successor's criteria and the capacity plan as people read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.ladder.effective import EffectiveStage
from generator.stages.criteria import Result
from generator.stages.plan import StagePlan
from shuntyard.capacity.figures import Figures, Signal
from shuntyard.capacity.remedies import Remedy
from shuntyard.human import count, duration, table
from shuntyard.text import NOTHING, line

NEVER = "never"
MET = {"yes": "met", "no": "NOT MET", "unknown": "not known"}
_CRITERIA = ["criterion", "condition", "measured", "runs", "window", "result", "why"]
_CAPACITY = [
    "stage", "cards", "share", "runs a day", "on pull requests", "shards × jobs", "card-h a run", "card-h a day",
    "signal median", "p90", "wait p90", "in use", "missed", "enough cards",
]  # fmt: skip


def stage(now: EffectiveStage, last: int) -> str:
    """What the stage moves, one line each."""
    lines = [f"{now.pipeline} is at stage {now.stage} of 0 to {last}: {line(now.title)}", ""]
    lines += [f"  {what:<14}{said}" for what, said in _moved(now)]
    return "\n".join(lines)


def _moved(now: EffectiveStage) -> Iterator[tuple[str, str]]:
    yield "cards", f"{now.cards:,}"
    yield "tests", f"{now.share} % of those in scope" if now.shards else "none of PyTorch's"
    if now.shards:
        jobs = f"{count(now.shards, 'shard')} in {count(now.jobs, 'job')} of {count(now.cards_per_job, 'card')}"
        yield "a run", f"{jobs}, at most {now.timeout_minutes} min each"
    yield "schedule", _schedule(now)
    yield "pull requests", _pull_requests(now)
    yield "stacks", f"{now.pull_request_stack} PyTorch on pull requests, {now.scheduled_stack} on schedule"
    yield "workflows", ", ".join(now.workflows)
    yield "gates", ", ".join(now.gates) or "nothing"
    yield "packages", "built, and published: Test PyPI on main, PyPI on a release" if now.publishes else "built"
    yield "signal", "reported to HUD" if now.reports_to_hud else "here only"


def _schedule(now: EffectiveStage) -> str:
    crons = {
        "PyTorch's tests": now.crons if now.shards else (),
        "its own on cards": now.device_crons if now.runs("device") else (),
    }
    said = [f"{what} {', '.join(when)}" for what, when in crons.items() if when]
    return f"{'; '.join(said)} (UTC)" if said else "none"


def _pull_requests(now: EffectiveStage) -> str:
    when = "every one" if now.every_pull_request else f"labelled {', '.join(now.labels)}" if now.labels else "none"
    if when == "none":
        return "none runs the enabled tests"
    pushes = "a push supersedes an earlier one that waits"
    queue = pushes if now.pull_request_concurrency == "supersede" else "pushes queue"
    return f"{when}; {'blocking' if now.blocking else 'never blocking'}; {queue}"


def criteria(number: int, results: Sequence[Result]) -> str:
    """The criteria of the stage of that number."""
    if not results:
        return f"stage {number} has no criteria"
    rows = [
        [
            each.criterion, each.condition, _measured(each), f"{each.runs} of {each.least}" if each.least else "",
            f"{each.days} d" if each.days else "", MET[each.met], each.note,
        ]
        for each in results
    ]  # fmt: skip
    met = sum(each.met == "yes" for each in results)
    return f"Criteria for stage {number}: {met} of {len(results)} met\n\n{table(_CRITERIA, rows)}"


def capacity(plans: Sequence[StagePlan], source: str, days: int) -> str:
    """The table of all stages, and for each that is too small what would help."""
    told = [f"Capacity, {days} days simulated; durations: {line(source)}", ""]
    told.append(
        table(_CAPACITY, [_row(each) for each in plans], right=frozenset({0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13}))
    )
    for each in plans:
        if each.figures is not None and not each.keeps:
            told += ["", too_small(each, each.figures)]
    return "\n".join(told)


def _row(each: StagePlan) -> list[str]:
    now, figures = each.stage, each.figures
    head = [str(now.stage), f"{now.cards:,}", f"{now.share} %", str(now.runs_a_day)]
    pull = "every" if now.every_pull_request else "label" if now.labels else NOTHING
    if figures is None:
        return [*head, pull, *[NOTHING] * 9]
    slowest = max(figures.signals, key=lambda signal: (signal.p90_s is None, signal.p90_s or 0.0), default=None)
    return [
        *head, pull, f"{now.shards:,} × {now.jobs}", f"{each.card_hours:,.1f}", f"{figures.card_hours_a_day:,.0f}",
        *_times(slowest), f"{100 * figures.utilisation:.1f} %", f"{figures.missed} of {figures.scheduled}",
        f"{each.enough:,}" if each.enough else "too few",
    ]  # fmt: skip


def _times(signal: Signal | None) -> list[str]:
    if signal is None:
        return [NOTHING] * 3
    return [_time(signal.median_s), _time(signal.p90_s), "0" if signal.wait_p90_s == 0 else _time(signal.wait_p90_s)]


def too_small(each: StagePlan, figures: Figures) -> str:
    """Why a stage does not keep what it should, and each change that would be enough."""
    lines = [f"stage {each.stage.stage} does not keep its cadence:"]
    if figures.missed:
        lines.append(
            f"  {figures.missed} of {count(figures.scheduled, 'scheduled run')} had not ended when the next was due"
        )
    limit = duration(60.0 * (each.stage.signal_minutes or 0))
    for signal in figures.signals:
        if signal.kind in figures.late:
            ended = f"; {signal.unfinished} never ended" if signal.unfinished else ""
            shall = f", and shall within {limit}" if each.stage.signal_minutes else ""
            lines.append(f"  nine of ten {signal.kind} runs end within {_time(signal.p90_s)}{shall}{ended}")
    lines.append("  enough would be, each by itself:" if each.remedies else "  no single change was found to be enough")
    lines += [f"    {remedy(found)}" for found in each.remedies]
    return "\n".join(lines)


def remedy(found: Remedy) -> str:
    """`12 more cards (140)`."""
    if found.kind == "cards":
        return f"{count(found.after - round(found.before), 'more card')} ({found.after:,})"
    said = {
        "runs": f"{found.after} scheduled runs a day instead of {found.before:g}",
        "share": f"{found.after} % of the tests instead of {found.before:g} %",
        "shards": f"{found.after:,} shards instead of {found.before:,g}: raise them with a lower `target-minutes`",
    }
    return said[found.kind]


def _measured(each: Result) -> str:
    if each.value is None:
        return NOTHING
    between = (
        "" if each.low is None or each.high is None else f" ({_amount(each, each.low)} to {_amount(each, each.high)})"
    )
    return f"{_amount(each, each.value)}{between}"


def _amount(each: Result, value: float) -> str:
    if each.kind == "rate":
        return f"{100 * value:.3g} %"
    if each.kind == "time":
        return duration(value) if value else "0"
    return f"{value:,.4g}"


def _time(seconds: float | None) -> str:
    return NEVER if seconds is None else duration(seconds)
