"""Every quantity that a condition may ask about is measured from a real history, or unknown with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shuntyard.alerts.gauge import Frame, Gauge
from shuntyard.alerts.measure import Meter, Occasion
from shuntyard.alerts.quantities import read
from shuntyard.alerts.readings import Reading
from shuntyard.alerts.rules import Hold, Place, Rule
from shuntyard.alerts.verdicts import parse
from shuntyard.stats.ab import Question
from shuntyard.store import open_store
from shuntyard.units import QUANTITIES
from tests.scripts.alerts.histories import NOW, PIPELINE, Arm, healthy, keep, night

ALL = Place(per="all")
AB = Place(per="pipeline", name=PIPELINE, repository="o/r")
DISTRIBUTED = Place(per="configuration", name="distributed")
SMOKE = Place(per="configuration", name="smoke")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four nights: `distributed` falls back once of six times and is slow; two nights have a failing case."""
    where = tmp_path_factory.mktemp("alerts") / "history"
    nights = []
    for index in range(4):
        arms = healthy("distributed", "smoke")
        bad = {1: "failed"} if index < 2 else {}
        arms["distributed", "python"] = Arm(fallbacks=1, seconds=12.5, outcomes=bad)  # type: ignore[arg-type]
        nights.append(night(index + 0.3, arms))
    keep(where, nights)
    return where


@pytest.fixture
def gauge(folder: Path) -> Iterator[Gauge]:
    frame = Frame(
        since=NOW - timedelta(days=7), until=NOW, long_ago=NOW - timedelta(days=90), question=Question(),
        known=("distributed", "smoke", "python", "docs_test"),
    )  # fmt: skip
    with open_store(str(folder)).history() as history:
        yield Gauge(history.connection, frame)


@pytest.mark.parametrize(
    ("place", "quantity", "value", "n"),
    [
        (DISTRIBUTED, "fallback_rate", 4 / 24, 24),
        (SMOKE, "fallback_rate", 0.0, 24),
        (ALL, "fallback_rate", 4 / 48, 48),
        (AB, "fallback_rate", 4 / 48, 48),
        (DISTRIBUTED, "error_rate", 0.0, 24),
        (SMOKE, "success_rate", 1.0, 72),
        (ALL, "configuration_coverage", 0.5, 4),
        (ALL, "adoption", 1.0, 1),
        (DISTRIBUTED, "failures", 2.0, 48),
        (DISTRIBUTED, "executions", 48.0, 48),
        (DISTRIBUTED, "consecutive_failures", 2.0, 4),
        (SMOKE, "consecutive_failures", 0.0, 4),
        (AB, "recovery_time", 0.0, 16),
    ],
)
def test_measures(gauge: Gauge, place: Place, quantity: str, value: float, n: int) -> None:
    reading = read(gauge, place, quantity)
    assert reading.value == pytest.approx(value) and reading.n == n


def test_time_stands_beside_the_baseline_arms(gauge: Gauge) -> None:
    reading = read(gauge, DISTRIBUTED, "execution_time")
    assert reading.value and reading.baseline and reading.low and reading.high
    assert reading.value / reading.baseline == pytest.approx(1.25, rel=0.02)
    assert reading.low < reading.value < reading.high and reading.against == "arm shell"
    assert read(gauge, SMOKE, "memory_usage").value == pytest.approx(200, rel=0.02)


def test_the_verdict_is_that_beside_all_configurations(gauge: Gauge) -> None:
    assert read(gauge, DISTRIBUTED, "verdict").verdict == "regressed"
    assert read(gauge, SMOKE, "verdict").verdict == "equivalent"
    assert read(gauge, SMOKE, "tests").verdict == "equivalent"
    everything = read(gauge, ALL, "verdict")
    assert (everything.verdict, everything.note) == ("regressed", "regressed: distributed")


@pytest.mark.parametrize("quantity", sorted([*QUANTITIES, "verdict", "tests"]))
@pytest.mark.parametrize("place", [ALL, AB, DISTRIBUTED, Place(per="configuration", name="nothing such")])
def test_every_quantity_is_known_or_says_why_not(gauge: Gauge, quantity: str, place: Place) -> None:
    reading = read(gauge, place, quantity)
    assert isinstance(reading, Reading)
    if reading.value is None and reading.verdict is None:
        assert reading.note


def test_queues_are_known_where_the_history_has_jobs(gauge: Gauge, folder: Path) -> None:
    assert "history jobs" in read(gauge, AB, "queue_time").note
    with open_store(str(folder)).history() as history:
        history.connection.execute("DROP VIEW jobs")
        history.connection.execute(
            "CREATE TABLE jobs AS SELECT DISTINCT"
            " provider, repository, run_id, attempt, pipeline, 'test' AS job, 'gpu' AS runner,"
            " run_started_at - INTERVAL 10 MINUTE AS created_at, run_started_at AS started_at,"
            " run_started_at + INTERVAL 5 MINUTE AS completed_at, 60.0 AS setup_s, 120.0 AS test_s"
            " FROM executions"
        )
        frame = Frame(
            since=NOW - timedelta(days=7), until=NOW, long_ago=NOW - timedelta(days=90), question=Question()
        )  # fmt: skip
        reading = read(Gauge(history.connection, frame), AB, "queue_time")
    assert reading.value == pytest.approx(600) and (reading.n, reading.of) == (4, "jobs")


def test_places_and_points(folder: Path) -> None:
    rules = [
        Rule(name="now", question=parse("fallback_rate > 5%"), actions=("notify",)),
        Rule(name="runs", question=parse("failures > 0"), actions=("notify",), per="pipeline", hold=Hold(runs=3)),
        Rule(name="time", question=parse("failures > 0"), actions=("notify",), per="all", hold=Hold(seconds=86_400)),
    ]
    gone = Place(per="configuration", name="gone")
    with open_store(str(folder)).history() as history:
        meter = Meter(history.connection, Occasion(now=NOW, standing={rules[0].id: frozenset({gone})}))
        tracks = meter.measure(rules)
    found = {(track.rule.name, str(track.place)): len(track.before) for track in tracks}
    assert found == {
        ("now", "distributed"): 0, ("now", "smoke"): 0, ("now", "gone"): 0,
        ("runs", f"o/r {PIPELINE}"): 3, ("time", "everything"): 2,
    }  # fmt: skip
    (runs,) = (track for track in tracks if track.rule.name == "runs")
    assert [point.reading.value for point in runs.before] == [0.0, 1.0, 2.0]  # only what each window had by then
