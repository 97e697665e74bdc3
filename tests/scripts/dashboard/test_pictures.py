"""What is drawn: scales, bands, bins, segments and curves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.analyses.round_trip import Leg, RoundTrip, Stage
from shuntyard.analyses.trends import Series, Shift
from shuntyard.dashboard import bars, curves, lines, strips
from shuntyard.dashboard.recent import Day
from shuntyard.stats import kpi
from shuntyard.stats.compare import Comparison
from shuntyard.stats.flaky import Flips, flake
from shuntyard.stats.sample import Metric

START = datetime(2026, 9, 1, 3)


def ratio(effect: float | None, low: float = 0.95, high: float = 1.05) -> Comparison:
    return Comparison(metric="time", effect=effect, ci_low=low, ci_high=high, margin_low=0.9, margin_high=1.1)


def test_one_scale_holds_every_ratio_of_a_metric() -> None:
    low, high = strips.ratio_domain([ratio(1.0), ratio(1.4, 1.3, 1.5), ratio(None)])
    assert high == pytest.approx(1.53)
    assert low * high == pytest.approx(1)
    assert strips.ratio_domain([]) == (0.8, 1.25)
    assert strips.ratio_domain([ratio(40.0, 30.0, 50.0)]) == (0.5, 2.0)


def test_the_ticks_are_changes_in_percent() -> None:
    assert [label for _, label in strips.ratio_ticks((0.8, 1.25))] == ["−20", "−10", "0", "+10", "+20"]
    assert [at for at, _ in strips.ratio_ticks((0.5, 2.0))] == [0.5, 0.7, 1.0, 1.4, 2.0]


def test_a_kpi_is_drawn_against_its_target() -> None:
    share = strips.of_kpi(kpi.share("x", 990, 1000, "cases", kpi.SUCCESS))
    assert share is not None
    assert (share.band, share.tone, share.end) == ((0.995, 1.0), "bad", 1.0)
    assert share.start < 0.98
    few = strips.of_kpi(kpi.share("x", 0, 20, "executions", kpi.FALLBACK))
    assert few is not None
    assert (few.band, few.tone) == ((0.0, 0.02), "good")
    assert few.end > 0.16
    assert strips.of_kpi(kpi.proportion("x", 3, 4, "workflows")) is None
    assert strips.of_kpi(kpi.unknown("x", "share", "cases", kpi.SUCCESS, "why")) is None


def test_flakes_share_a_scale_that_shows_the_tolerated_rate() -> None:
    seen = Flips(repository="o/r", config="c", case="t", flips=1, trials=2000)
    (strip,) = strips.of_flakes([flake(seen, date(2026, 11, 22))])
    assert strip.end == pytest.approx(0.03)
    assert (strip.band, strip.tone) == ((0.0, 0.01), "open")


@given(st.lists(st.integers(0, 400), min_size=1, max_size=30, unique=True), st.integers(1, 60))
def test_bins_hold_every_day_once_and_are_as_few_as_asked(offsets: list[int], most: int) -> None:
    first = START.date()
    days = [
        Day(day=first + timedelta(days=offset), passed=offset, failed=1, error=0, empty=0, fallbacks=2)
        for offset in sorted(offsets)
    ]
    found = bars.bins(days, days[0].day, days[-1].day, most)
    assert len(found) <= most
    assert sum(each.passed for each in found) == sum(offsets)
    assert sum(each.fallbacks for each in found) == 2 * len(offsets)
    assert (found[0].first, found[-1].last) == (days[0].day, days[-1].day)
    assert all(after.first - before.last == timedelta(days=1) for before, after in pairwise(found))


def trip(**minutes: float | None) -> RoundTrip:
    names: dict[str, Stage] = {
        "queue": "queue",
        "setup": "set-up",
        "test": "test",
        "fixtures": "fixtures",
        "span": "first to last test",
    }
    legs = tuple(
        Leg(stage=names[name], per="job", median_min=value, p90_min=value, total_min=value, n=1)
        for name, value in minutes.items()
    )
    return RoundTrip(repository="o/r", pipeline="p", runner="x", source="jobs", runs=1, legs=legs)


def test_the_stages_of_a_trip_follow_each_other() -> None:
    found = bars.segments(trip(queue=2.0, setup=None, test=10.0, fixtures=4.0, span=99.0))
    assert [(each.stage, each.start, each.end) for each in found] == [
        ("queue", 0.0, 2.0),
        ("fixtures", 2.0, 6.0),
        ("test", 6.0, 12.0),
    ]
    assert bars.segments(trip(queue=None)) == ()


def series(ran: str, *values: float, metric: Metric = "time", row: str = "") -> Series:
    count = len(values)
    return Series(
        metric=metric,
        repository="o/r",
        pipeline="p",
        row_id=row or f"smoke.{ran}",
        config="smoke",
        ran=ran,
        hardware="cpu",
        case="",
        shas=tuple(map(str, range(count))),
        runs=tuple(map(str, range(count))),
        moments=tuple(START + timedelta(days=day) for day in range(count)),
        values=values,
    )


def shift(of: Series, index: int, ratio: float) -> Shift:
    return Shift(
        series=of,
        direction="regressed" if ratio > 1 else "improved",
        last_before=of.shas[index - 1],
        first_after=of.shas[index],
        since=of.moments[index],
        before=1.0,
        after=ratio,
        ratio=ratio,
        p=0.002,
        commits=len(of.values),
    )


ARMS = {"baseline": "shell", "candidate": "python"}


def test_the_arms_of_a_configuration_share_a_curve_and_the_candidate_lies_on_top() -> None:
    shown = [series("python", 70.0, 71.0), series("shell", 60.0, 61.0), series("python", 900.0, 910.0, metric="memory")]
    (card,) = curves.cards(shown, [], [], **ARMS)
    assert (card.name, card.hardware) == ("smoke", "cpu")
    assert [(curve.metric, curve.unit) for curve in card.curves] == [("time", "s"), ("memory", "MB")]
    assert [line.ran for line in card.curves[0].lines] == ["shell", "python"]


@pytest.mark.parametrize(
    ("metric", "value", "unit"),
    [
        ("time", 0.2, "ms"),
        ("time", 90.0, "s"),
        ("time", 400.0, "min"),
        ("time", 20_000.0, "h"),
        ("memory", 900.0, "MB"),
        ("memory", 5000.0, "GB"),
    ],
)
def test_a_curve_has_a_unit_that_reads_well(metric: Metric, value: float, unit: str) -> None:
    (card,) = curves.cards([series("python", value, metric=metric)], [], [], **ARMS)
    assert card.curves[0].unit == unit


def test_the_worst_regression_comes_first_and_arms_that_change_together_are_marked_once() -> None:
    slow = [series(arm, *[1.0] * 5, *[1.3] * 5, row=f"b.{arm}") for arm in ("shell", "python")]
    quick = [series("python", *[1.0] * 10, row="a.python")]
    found = curves.cards([*quick, *slow], [shift(slow[0], 5, 1.2), shift(slow[1], 5, 1.3)], [], **ARMS)
    assert [card.name for card in found] == ["b", "a"]
    (curve,) = found[0].curves
    vega = lines.vega([curve], **ARMS)
    data = {each["name"]: each["values"] for each in vega["data"]}
    assert [mark["color"] for mark in data["marks"]] == ["var(--bad)"]
    labels = lines.labels(curve, *lines.span([curve]))
    assert [label.text for label in labels if label.tone == "bad"] == ["▲ +30\N{NO-BREAK SPACE}%"]
    heights = [label.y for label in labels if label.anchor == "end" and not label.tone]
    assert (max(heights), min(heights)) == (lines.HEIGHT + 3.5, 3.5)
    assert len(data["levels"]) == 4
    assert len(data["points"]) == 20
    assert "+30" in curves.summary(curve)
    assert "No change points" in curves.summary(found[1].curves[0])


def test_no_text_of_a_history_reaches_the_process_that_draws() -> None:
    odd = "<script>\ud800"
    line = replace(series("python", 1.0, 2.0), ran=odd, row_id=odd, config=odd, hardware=odd, shas=(odd, odd))
    (card,) = curves.cards([line], [shift(line, 1, 2.0)], [], **ARMS)
    assert odd not in str(lines.vega(card.curves, **ARMS))
    assert "script" not in str(lines.vega(card.curves, **ARMS))


def test_a_single_moment_is_a_span_too() -> None:
    (card,) = curves.cards([series("python", 1.0)], [], [], **ARMS)
    start, end = lines.span(card.curves)
    assert end - start == 2 * 86_400_000
    assert lines.vega([], **ARMS)["data"][0]["values"] == []
