"""Where the minutes of a round trip went: queue, set-up, test, report, as far as anything recorded them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

from shuntyard.analyses.query import Chosen
from shuntyard.stats.rates import quantile

Stage = Literal["queue", "set-up", "test", "fixtures", "after the tests", "report", "first to last test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One stage: what a job (or, where `per` says so, a run) spent on it, in minutes. None where nothing recorded it;
    `note` then says what would."""

    stage: Stage
    per: Literal["job", "run"]
    median_min: float | None
    p90_min: float | None
    total_min: float | None
    n: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTrip:
    """One pipeline on one runner: its labels where the provider's jobs are known, else the kind of hardware."""

    repository: str
    pipeline: str
    runner: str
    source: Literal["jobs", "results"]
    runs: int
    legs: tuple[Leg, ...]


_NO_JOBS = "results do not tell; the provider's list of jobs does"


def round_trips(chosen: Chosen) -> tuple[RoundTrip, ...]:
    """From the provider's jobs for each pipeline that has them, and from results for every pipeline."""
    from_jobs = (_from_jobs(row) for row in chosen.rows("round_trip_jobs"))
    from_results = (_from_results(row) for row in chosen.rows("round_trip_tests"))
    return (*from_jobs, *from_results)


def _from_jobs(row: dict[str, Any]) -> RoundTrip:
    reports = [each["seconds"] for each in row["report_s"] if each["seconds"] is not None]
    return RoundTrip(
        repository=row["repository"],
        pipeline=row["pipeline"],
        runner=row["runner"],
        source="jobs",
        runs=row["runs"],
        legs=(
            _leg("queue", "job", row["queue_s"]),
            _leg("set-up", "job", row["setup_s"]),
            _leg("test", "job", row["test_s"]),
            _leg("after the tests", "job", row["after_s"]),
            _leg("report", "run", reports),
        ),
    )


def _from_results(row: dict[str, Any]) -> RoundTrip:
    return RoundTrip(
        repository=row["repository"],
        pipeline=row["pipeline"],
        runner=row["hardware"],
        source="results",
        runs=row["runs"],
        legs=(
            _leg("queue", "job", (), _NO_JOBS),
            _leg("set-up", "job", (), _NO_JOBS),
            _leg("test", "run", row["test_s"]),
            _leg("fixtures", "run", row["fixtures_s"], "within the test time"),
            _leg("first to last test", "run", row["span_s"]),
            _leg("report", "run", (), _NO_JOBS),
        ),
    )


def _leg(stage: Stage, per: Literal["job", "run"], seconds: Sequence[float], note: str = "") -> Leg:
    if not seconds:
        note = note or "not recorded"
        return Leg(stage=stage, per=per, median_min=None, p90_min=None, total_min=None, n=0, note=note)
    return Leg(
        stage=stage,
        per=per,
        median_min=median(seconds) / 60,
        p90_min=quantile(seconds, 0.9) / 60,
        total_min=sum(seconds) / 60,
        n=len(seconds),
        note=note,
    )
