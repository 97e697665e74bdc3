"""What conditions ask about, each read from a Gauge as far as the history has it; unknown says why."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

from shuntyard.alerts.gauge import Gauge
from shuntyard.alerts.readings import Reading
from shuntyard.alerts.rules import Place
from shuntyard.analyses.round_trip import round_trips
from shuntyard.analyses.trends import newest
from shuntyard.stats.ab import Question, worst
from shuntyard.stats.compare import Comparison
from shuntyard.stats.kpi import Kpi
from shuntyard.stats.sample import Metric

COMPARED: Mapping[str, Metric] = {"execution_time": "time", "memory_usage": "memory"}


def read(gauge: Gauge, place: Place, quantity: str) -> Reading:
    """The quantity at the place, in the gauge's window."""
    return _READERS[quantity](gauge, place)


def _side_by_side(gauge: Gauge, place: Place, metric: Metric) -> Reading:
    """Time or memory beside the baseline arm's; where only one arm ran, beside the row's own past."""
    found = [each.time if metric == "time" else each.memory for each in gauge.groups(place)]
    if not found:
        return _past(gauge, place, metric)
    if place.per == "configuration":
        comparison = max(found, key=lambda each: each.effect or 0.0)
    else:
        comparison = gauge.ab(place).time if metric == "time" else gauge.ab(place).memory
    return _of_comparison(comparison, gauge.frame.question)


def _past(gauge: Gauge, place: Place, metric: Metric) -> Reading:
    """The newest run's time or memory beside the median of those before it, of the row that is furthest above. Where
    there are arms, only the candidate's rows count: an old runner that slows down is not the new one's fault."""
    arms = {arm for run in gauge.runs(place) for arm in run["arms"]}
    judged = [each for each in newest(gauge.chosen(place, long=True)) if each.series.metric == metric]
    ours = [each for each in judged if arms == {""} or each.series.ran == gauge.frame.question.candidate]
    current = [each for each in ours if each.series.moments[-1] >= gauge.frame.since]
    known = [each for each in current if each.anomaly.ratio is not None]
    if not known:
        notes = sorted({each.anomaly.note for each in current}) or ["nothing that could be timed ran"]
        return Reading(note=f"no baseline: the two arms did not both run, and alone its history is short ({notes[0]})")
    highest = max(known, key=lambda each: each.anomaly.ratio or 0.0)
    anomaly, series = highest.anomaly, highest.series
    return Reading(
        value=anomaly.value,
        baseline=anomaly.median,
        against=f"median of the {anomaly.n} runs before",
        n=anomaly.n + 1,
        of="runs",
        note=f"row {series.row_id}" + (f" on {series.hardware}" if series.hardware else ""),
    )


def _verdict(gauge: Gauge, place: Place, *, tests: bool) -> Reading:
    """The A/B's verdict at the place, or only its tests' part."""
    groups = gauge.groups(place)
    if not groups:
        return Reading(of="runs an arm", note="; ".join(gauge.ab(place).notes) or "nothing ran in both arms")
    own = [each.tests.verdict if tests else each.verdict for each in groups]
    whole = gauge.ab(place).verdict if place.per != "configuration" and not tests else worst(own)
    n = min(min(each.runs.values()) for each in groups)
    bad = ", ".join(each.group for each in groups if each.verdict == "regressed")
    return Reading(verdict=whole, n=n, of="runs an arm", note=f"regressed: {bad}" if bad else "")


def _failures(gauge: Gauge, place: Place) -> Reading:
    """Executions that failed or ended in an error."""
    runs = gauge.runs(place)
    n = sum(run["executions"] for run in runs)
    return Reading(value=float(sum(run["failures"] for run in runs)), n=n) if n else _nothing()


def _executions(gauge: Gauge, place: Place) -> Reading:
    """How many executions there were; 0 is known, too."""
    n = sum(run["executions"] for run in gauge.runs(place))
    return Reading(value=float(n), n=n)


def _consecutive_failures(gauge: Gauge, place: Place) -> Reading:
    """Runs in a row, back from the newest, in which some execution failed."""
    failed: dict[tuple[str, ...], int] = {}
    for run in gauge.runs(place):
        key = (run["repository"], run["pipeline"], run["provider"], run["run_id"], str(run["attempt"]))
        failed[key] = failed.pop(key, 0) + run["failures"]  # the newest last
    if not failed:
        return _nothing()
    newest_first = list(failed.values())[::-1]
    bad = next((index for index, failures in enumerate(newest_first) if not failures), len(newest_first))
    return Reading(value=float(bad), n=len(newest_first), of="runs")


def _queue(gauge: Gauge, place: Place) -> Reading:
    """The median wait for a runner, of the pipeline and runner that waits longest."""
    legs = [leg for trip in round_trips(gauge.chosen(place)) if trip.source == "jobs" for leg in trip.legs]
    waits = [leg for leg in legs if leg.stage == "queue" and leg.median_min is not None]
    if not waits:
        return Reading(
            of="jobs", note="the provider's jobs are not in the history; `shuntyard history jobs` brings them"
        )
    longest = max(waits, key=lambda leg: leg.median_min or 0.0)
    return Reading(value=60 * (longest.median_min or 0.0), n=longest.n, of="jobs")


def _of_kpi(each: Kpi) -> Reading:
    return Reading(value=each.value, n=each.n, of=each.of, low=each.low, high=each.high, note=each.note)


def _of_comparison(comparison: Comparison, question: Question) -> Reading:
    n = min(comparison.n_a, comparison.n_b)
    if comparison.level_a is None or comparison.level_b is None or not math.isfinite(comparison.level_b):
        return Reading(n=n, of="runs an arm", note=comparison.note or "not measured")
    low, high = (
        None if bound is None else bound * comparison.level_a for bound in (comparison.ci_low, comparison.ci_high)
    )
    return Reading(
        value=comparison.level_b,
        baseline=comparison.level_a,
        against=f"arm {question.baseline}",
        n=n,
        of="runs an arm",
        low=low,
        high=high,
        note=f"the A/B finds it {comparison.verdict}" + (f": {comparison.note}" if comparison.note else ""),
    )


def _nothing() -> Reading:
    return Reading(note="no executions")


def _kpi(name: str, gauge: Gauge, place: Place) -> Reading:
    found = gauge.kpis(place).get(name)
    return _of_kpi(found) if found else Reading(note=f"{name} is of everything together, of no {place.per} by itself")


def _service(name: str, gauge: Gauge, place: Place) -> Reading:
    return _of_kpi(gauge.service(place, flakes=name == "flaky_share")[name])


def _compared(name: str, gauge: Gauge, place: Place) -> Reading:
    return _side_by_side(gauge, place, COMPARED[name])


_SHARES = ("success_rate", "fallback_rate", "error_rate", "configuration_coverage", "adoption")
_SERVICE = ("flaky_share", "recovery_time", "time_to_signal", "cycle_time")

_READERS: dict[str, Callable[[Gauge, Place], Reading]] = {
    **{name: partial(_kpi, name) for name in _SHARES},
    **{name: partial(_service, name) for name in _SERVICE},
    **{name: partial(_compared, name) for name in COMPARED},
    "verdict": partial(_verdict, tests=False),
    "tests": partial(_verdict, tests=True),
    "failures": _failures,
    "executions": _executions,
    "consecutive_failures": _consecutive_failures,
    "queue_time": _queue,
}
