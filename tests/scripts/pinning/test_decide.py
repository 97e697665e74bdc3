"""Green for long enough: every run, enough runs, no gap."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.errors import ShuntyardError
from shuntyard.pinning.decide import Rule, UpstreamRun, decide

NOW = datetime(2026, 11, 22, 9, 0)
RULE = Rule(days=7, least=5, cadence_h=24)


def runs(*hours: float, **outcomes: str) -> list[UpstreamRun]:
    """Runs so many hours ago; `h30="failed"` says how the one of 30 hours ago went."""
    return [
        UpstreamRun(
            run_id=str(hour),
            began=NOW - timedelta(hours=hour),
            outcome=outcomes.get(f"h{hour:g}", "passed"),
            row="ops-main",
        )
        for hour in hours
    ]


NIGHTLY = (6, 30, 54, 78, 102, 126, 150)


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (runs(*NIGHTLY), "all of 7 runs passed within 7 days"),
        (runs(*NIGHTLY, 174, h174="failed"), "all of 7 runs passed within 7 days"),  # before the window
        (runs(6, 30, 78, 102, 150), "all of 5 runs passed within 7 days"),  # one late, one missed: not more than two
        (runs(*NIGHTLY, 31, h31=""), "all of 7 runs passed within 7 days"),  # a pull request's: other rows
    ],
)
def test_green(found: list[UpstreamRun], why: str) -> None:
    green = decide(found, RULE, NOW)
    assert green.why == why and green.newest == found[0]


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ([], "no run within 7 days has these rows"),
        (runs(6, h6=""), "no run within 7 days has these rows"),
        (
            runs(*NIGHTLY, h54="failed", h30="error"),
            "2 of 7 runs did not pass; the newest is run 30 of 2026-11-21: error",
        ),
        (runs(*NIGHTLY, h150="empty"), "1 of 7 runs did not pass"),
        (runs(6, 30, 54, 78), "4 runs passed within 7 days, and 5 are needed"),
        (runs(54, 78, 102, 126, 150), "no run for 54 h from 2026-11-20 03:00 UTC on, and one is due each 24 h"),
        (runs(6, 30, 102, 126, 150), "no run for 72 h from 2026-11-18 03:00 UTC on"),
        (runs(6, 30, 54, 78, 100), "no run for 68 h from 2026-11-15 09:00 UTC on"),  # it began too late
    ],
)
def test_not_yet(found: list[UpstreamRun], why: str) -> None:
    green = decide(found, RULE, NOW)
    assert green.newest is None and green.why.startswith(why)


@pytest.mark.parametrize("wrong", [{"days": 0}, {"days": 400}, {"least": 0}, {"cadence_h": 0}, {"cadence_h": 9999}])
def test_a_window_that_is_none(wrong: dict[str, float]) -> None:
    with pytest.raises(ShuntyardError):
        Rule(**{"days": 7, "least": 5, "cadence_h": 24, **wrong})  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.floats(-10, 200), st.sampled_from(["passed", "failed", "error", "empty", ""]))))
def test_nothing_bad_in_the_window_is_ever_green(found: list[tuple[float, str]]) -> None:
    tested = [
        UpstreamRun(run_id=str(n), began=NOW - timedelta(hours=ago), outcome=outcome)
        for n, (ago, outcome) in enumerate(found)
    ]
    green = decide(tested, RULE, NOW)
    inside = [run for run in tested if NOW - timedelta(days=7) <= run.began <= NOW and run.outcome]
    if green.newest:
        assert {run.outcome for run in inside} == {"passed"} and len(inside) >= 5
        assert green.newest.began == max(run.began for run in inside) >= NOW - timedelta(hours=50)
