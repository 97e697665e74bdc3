"""The criteria of a stage as a history shows them: measured as alerts measure, judged as the rollout judges.

The history is that of the pipelines named under `stages.history`, all their rows together. Nothing here promotes: a
stage is a change of cards and cadence, so a person edits `stage:`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from generator.ladder.conditions import check_condition
from generator.stages_format import StageCriterion, StageItem, StagesBlock
from shuntyard.conditions import Condition
from shuntyard.errors import Problem
from shuntyard.units import QUANTITIES

NOT_MEASURED = "not measured"
_SPILL = timedelta(days=1)  # a run that began before the window may hold executions of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One criterion. `value` is in the unit that `kind` has: a share, seconds, a number; None where it is not known.
    `met` is yes, no or unknown; `n` counts what the value rests on."""

    criterion: str
    condition: str
    met: str
    kind: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    of: str = ""
    runs: int = 0
    least: int = 0
    days: int = 0
    note: str = ""


def unmeasured(block: StagesBlock, item: StageItem) -> tuple[Result, ...]:
    """The criteria where there is no history to ask."""
    return tuple(_confirmed(each) or _blank(block, each, NOT_MEASURED) for each in item.criteria)


def measure(
    pipeline: str, block: StagesBlock, item: StageItem, *, history: str, repository: str, now: datetime
) -> tuple[tuple[Result, ...], Sequence[Problem]]:
    """The criteria over the history at that place, as of `now` (UTC without a zone); and what of it could not be read.
    Raises ShuntyardError where its libraries are not installed."""
    from shuntyard.store import Chosen, missing_library, open_store  # noqa: PLC0415 - so that this imports without them

    asked = [each for each in item.criteria if each.condition is not None]
    longest = max((each.days or block.criteria.days for each in asked), default=1)
    pipelines = tuple(block.history) or (pipeline,)
    since = now - timedelta(days=longest) - _SPILL
    try:
        with open_store(history).history(Chosen(since=since, pipelines=pipelines)) as found:
            results = found.run(
                lambda connection: tuple(
                    _confirmed(each) or _measured(block, each, connection, repository, now) for each in item.criteria
                )
            )
            return results, found.problems
    except ModuleNotFoundError as error:
        raise missing_library(error) from error


def _confirmed(criterion: StageCriterion) -> Result | None:
    if criterion.confirmed is None:
        return None
    note = "somebody has said so" if criterion.confirmed else "nobody has said so yet: `confirmed: true`"
    return Result(
        criterion=criterion.criterion, condition="confirmed", met="yes" if criterion.confirmed else "no", note=note
    )


def _blank(block: StagesBlock, criterion: StageCriterion, note: str) -> Result:
    condition = check_condition(criterion.condition or "", sure=criterion.sure)
    return Result(
        criterion=criterion.criterion, condition=condition.text, met="unknown", kind=QUANTITIES[condition.quantity],
        days=criterion.days or block.criteria.days, least=criterion.least or block.criteria.least, note=note,
    )  # fmt: skip


def _measured(
    block: StagesBlock, criterion: StageCriterion, connection: object, repository: str, now: datetime
) -> Result:
    from shuntyard.alerts import quantities  # noqa: PLC0415 - the statistics take a second to import
    from shuntyard.alerts.gauge import EVERYTHING, Frame, Gauge  # noqa: PLC0415
    from shuntyard.stats.ab import Question  # noqa: PLC0415

    blank = _blank(block, criterion, "")
    condition = check_condition(blank.condition, sure=criterion.sure)
    since = now - timedelta(days=blank.days)
    frame = Frame(
        since=since, until=now + timedelta(microseconds=1), long_ago=since, question=Question(), repository=repository
    )
    gauge = Gauge(connection, frame)  # type: ignore[arg-type]
    reading = quantities.read(gauge, EVERYTHING, condition.quantity)
    keys = ("repository", "pipeline", "provider", "run_id", "attempt")
    runs = len({tuple(run[key] for key in keys) for run in gauge.runs(EVERYTHING)})
    told = replace(
        blank, value=reading.value, low=reading.low, high=reading.high, n=reading.n, of=reading.of, runs=runs,
        note=reading.note,
    )  # fmt: skip
    return judge(told, condition, sure=criterion.sure)


def judge(result: Result, condition: Condition, *, sure: bool) -> Result:
    """Whether it is met: unknown without a value, below its least runs, or while its interval is on both sides."""
    if result.value is None:
        return replace(result, note=result.note or NOT_MEASURED)
    if result.runs < result.least:
        return replace(result, note=f"{result.runs} of at least {result.least} runs")
    keeps = _holds(condition, result.value)
    if not keeps or not sure or result.low is None or result.high is None:
        return replace(result, met="yes" if keeps else "no")
    if _holds(condition, result.low) and _holds(condition, result.high):
        return replace(result, met="yes")
    return replace(result, note="the value keeps it, its interval does not yet")


def _holds(condition: Condition, value: float) -> bool:
    return bool(condition.holds({condition.quantity: value}, {}))
