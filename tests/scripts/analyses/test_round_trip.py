"""Where the minutes went, and what nobody recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shuntyard.analyses.query import Scope
from shuntyard.analyses.round_trip import RoundTrip, round_trips
from tests.scripts.analyses.histories import START, case, chosen, result


def job(name: str, start: float, end: float, *, queue: float = 0, run: str = "0", **fields: Any) -> dict[str, Any]:
    """A job of the run that started and ended so many minutes after the run, with times in minutes."""
    return {
        "provider": "github", "repository": "o/r", "run_id": run, "attempt": 1, "pipeline": "ab", "job": name,
        "runner": "linux gpu", "created_at": START + timedelta(minutes=start - queue),
        "started_at": START + timedelta(minutes=start), "completed_at": START + timedelta(minutes=end), **fields,
    }  # fmt: skip


def legs(trip: RoundTrip) -> dict[str, tuple[float | None, int]]:
    return {leg.stage: (leg.median_min, leg.n) for leg in trip.legs}


def test_results_alone_tell_of_tests_and_fixtures_and_say_what_is_unknown() -> None:
    cases = (case("a"), case("b"))
    results = [
        result("x", day=0, seconds=120, cases=cases),
        result("y", day=10 / 1440, run="0", sha="sha0", seconds=240, cases=cases),
    ]
    (trip,) = round_trips(chosen(results))
    assert (trip.source, trip.runner, trip.runs) == ("results", "cpu x86_64 x2", 1)
    found = legs(trip)
    assert found["test"] == (6.0, 1)
    assert found["fixtures"][0] == pytest.approx(0.4 / 60)
    assert found["first to last test"][0] == pytest.approx(14.0)
    assert [leg.stage for leg in trip.legs if leg.median_min is None] == ["queue", "set-up", "report"]
    assert trip.legs[0].note == "results do not tell; the provider's list of jobs does"


def test_jobs_tell_the_whole_way() -> None:
    jobs = [
        job("select", 0, 1),
        job("test (a)", 5, 20, queue=4, setup_s=120.0, test_s=600.0),
        job("test (b)", 6, 16, queue=5, setup_s=60.0, test_s=480.0),
        job("report", 20, 23),
    ]
    trip, results = round_trips(chosen([result(day=0)], jobs=jobs))
    assert (trip.source, trip.runner, trip.runs, results.source) == ("jobs", "linux gpu", 1, "results")
    found = legs(trip)
    assert found["queue"] == (4.5, 2)
    assert found["set-up"] == (1.5, 2)
    assert found["test"] == (9.0, 2)
    assert found["after the tests"] == (2.0, 2)
    assert found["report"] == (3.0, 1)
    assert trip.legs[2].total_min == 18.0


def test_jobs_of_runs_outside_the_scope_do_not_count() -> None:
    jobs = [job("test", 0, 10, run=run, test_s=60.0, setup_s=0.0) for run in ("0", "1")]
    trip, _ = round_trips(chosen([result(day=0), result(day=1)], Scope(until=START + timedelta(hours=1)), jobs))
    assert legs(trip)["test"] == (1.0, 1)


def test_a_job_that_never_started_has_no_queue_time() -> None:
    waiting = job("test", 0, 0, test_s=1.0)
    trip, _ = round_trips(chosen([result()], jobs=[{**waiting, "started_at": None, "completed_at": None}]))
    assert (legs(trip)["queue"], trip.legs[0].note) == ((None, 0), "not recorded")
    assert legs(trip)["report"] == (None, 0)


def test_each_runner_by_itself() -> None:
    jobs = [
        job("a", 0, 2, setup_s=1.0, test_s=60.0),
        {**job("b", 0, 4, setup_s=1.0, test_s=180.0), "runner": "linux cpu"},
    ]
    trips = round_trips(chosen([result()], jobs=jobs))
    assert [(trip.runner, legs(trip)["test"][0]) for trip in trips[:2]] == [("linux cpu", 3.0), ("linux gpu", 1.0)]


def test_nothing_recorded_is_no_round_trip() -> None:
    assert round_trips(chosen([])) == ()
