"""The simulation: against queueing theory, against lower bounds, and what it must conserve whatever comes."""

from __future__ import annotations

import math
import statistics
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuntyard.capacity.simulate import Failures, Record, Run, simulate
from shuntyard.errors import ShuntyardError

HOUR = 3600.0


def erlang_c(servers: int, load: float) -> float:
    """The probability that an arrival waits in M/M/c; `load` in erlangs. Source: Kleinrock, Queueing Systems I, 3.5."""
    inverse = 1.0
    for number in range(1, servers + 1):  # Erlang B by its recursion, then C from B
        inverse = 1 + inverse * number / load
    blocking = 1 / inverse
    return blocking / (1 - load / servers * (1 - blocking))


def m_m_c(servers: int, load: float, customers: int, seed: int, cards: int = 1) -> Record:
    """Poisson arrivals of runs with one job of exponentially distributed length, mean 1 s."""
    rng, now, runs = Random(seed), 0.0, []
    for _ in range(customers):
        now += rng.expovariate(load)
        runs.append(Run(at_s=now, kind="customer", jobs=(rng.expovariate(1.0),), cards=cards))
    return simulate(runs, cards=servers * cards, until_s=now)


@pytest.mark.slow
@pytest.mark.parametrize(("servers", "load", "cards"), [(1, 0.5, 1), (4, 3.0, 1), (8, 6.0, 8), (16, 12.0, 1)])
def test_waiting_is_what_erlang_c_says(servers: int, load: float, cards: int) -> None:
    """The share of customers who wait and their mean wait, in 12 simulations of 20,000 customers: within 5 standard
    errors of the formula, and these errors below 8 %. Utilisation within 1 %."""
    records = [m_m_c(servers, load, 20_000, seed, cards) for seed in range(12)]
    waiting = erlang_c(servers, load)
    waits = [[ran.began_s - ran.run.at_s for ran in record.runs[2000:]] for record in records]  # it begins empty
    agree([sum(wait > 0 for wait in each) / len(each) for each in waits], waiting)
    agree([statistics.fmean(each) for each in waits], waiting / (servers - load))
    used = statistics.fmean(record.busy_until_s / (servers * cards * record.runs[-1].run.at_s) for record in records)
    assert math.isclose(used, load / servers, rel_tol=0.01)


def agree(found: list[float], expected: float) -> None:
    error = statistics.stdev(found) / math.sqrt(len(found))
    assert error < 0.08 * expected
    assert abs(statistics.fmean(found) - expected) < 5 * error


def run(at: float, *jobs: float, cards: int = 1, priority: int = 0, group: str = "") -> Run:
    return Run(at_s=at, kind="run", jobs=jobs, cards=cards, priority=priority, group=group)


JOBS = st.lists(st.floats(1, 5000), min_size=1, max_size=6).map(tuple)
RUNS = st.lists(
    st.builds(
        Run, at_s=st.floats(0, 50_000), kind=st.just("run"), jobs=JOBS, cards=st.integers(1, 3),
        priority=st.integers(0, 1), group=st.sampled_from(["", "a", "b"]),
    ),
    max_size=25,
)  # fmt: skip


@settings(max_examples=150)
@given(RUNS, st.integers(18, 30), st.booleans(), st.booleans(), st.integers(0, 99))
def test_whatever_comes_every_run_ends_once_and_cards_are_conserved(
    runs: list[Run], cards: int, gang: bool, failing: bool, seed: int
) -> None:
    failures = Failures(mtbf_h=200.0, repair_h=1.0) if failing else None
    record = simulate(runs, cards=cards, until_s=1e6, gang=gang, failures=failures, seed=seed)
    assert len(record.runs) == len(runs)
    assert record.most_busy <= cards
    work = lost = 0.0
    for ran in record.runs:
        lost += ran.lost_s
        assert (ran.lost_s == 0) or failing
        if ran.superseded:
            assert ran.run.group
            assert math.isnan(ran.began_s) and math.isnan(ran.ended_s)
            continue
        work += ran.run.cards * math.fsum(ran.run.jobs)
        assert ran.began_s >= ran.run.at_s
        assert ran.ended_s >= ran.began_s + max(ran.run.jobs) - 1e-6  # no run is shorter than its longest job
        if gang and not failing:
            assert math.isclose(ran.ended_s, ran.began_s + max(ran.run.jobs))
    assert math.isclose(record.busy_s, work + lost, rel_tol=1e-9, abs_tol=1e-3)
    assert record.busy_until_s <= record.busy_s + 1e-6
    if record.runs and not failing:
        last = max((ran.ended_s for ran in record.runs if not ran.superseded), default=0.0)
        first = min(each.at_s for each in runs)
        assert last >= first + work / cards - 1e-6  # the lower bound of any schedule


@given(JOBS, st.integers(1, 6))
def test_one_run_alone_is_a_longest_first_schedule(jobs: tuple[float, ...], cards: int) -> None:
    record = simulate([run(5.0, *jobs)], cards=cards, until_s=1e6)
    makespan = record.runs[0].ended_s - 5.0
    bound = max(math.fsum(jobs) / cards, *jobs)
    assert bound - 1e-6 <= makespan <= math.fsum(jobs) / cards + max(jobs) + 1e-6  # Graham: any list schedule
    if len(jobs) <= cards:
        assert math.isclose(makespan, max(jobs))


def test_the_first_that_comes_is_served_first_and_is_not_overtaken() -> None:
    record = simulate([run(0, 100, cards=2), run(1, 100, cards=3), run(2, 10)], cards=3, until_s=1e4)
    assert [ran.began_s for ran in record.runs] == [0, 100, 200]


def test_priority_goes_before_arrival_and_interrupts_nothing() -> None:
    record = simulate([run(0, 100, priority=1), run(1, 100, priority=1), run(2, 100, priority=0)], cards=1, until_s=1e4)
    assert [ran.began_s for ran in record.runs] == [0, 200, 100]


def test_jobs_start_one_by_one_or_as_a_gang() -> None:
    runs = [run(0, 100), run(1, 50, 50)]
    single = simulate(runs, cards=2, until_s=1e4).runs[1]
    assert (single.began_s, single.ended_s) == (1, 101)
    gang = simulate(runs, cards=2, until_s=1e4, gang=True).runs[1]
    assert (gang.began_s, gang.ended_s) == (100, 150)


def test_a_push_supersedes_only_what_wholly_waits() -> None:
    runs = [run(0, 100), run(1, 10, group="7"), run(2, 10, group="7"), run(3, 10, group="8"), run(101, 10, group="7")]
    record = simulate(runs, cards=1, until_s=1e4)
    assert [ran.superseded for ran in record.runs] == [False, True, False, False, False]
    assert [ran.began_s for ran in record.runs if not ran.superseded] == [0, 100, 110, 120]


def test_what_can_never_start_is_refused() -> None:
    with pytest.raises(ShuntyardError, match="needs 3 cards at once, and there are 2"):
        simulate([run(0, 1, cards=3)], cards=2, until_s=1.0)
    with pytest.raises(ShuntyardError, match="needs 4 cards at once"):
        simulate([run(0, 1, 1, cards=2)], cards=3, until_s=1.0, gang=True)


def test_a_run_without_jobs_ends_at_once() -> None:
    record = simulate([run(7.0)], cards=1, until_s=10.0)
    assert (record.runs[0].began_s, record.runs[0].ended_s, record.busy_s) == (7.0, 7.0, 0.0)


def test_a_backlog_that_never_ends_is_given_up() -> None:
    record = simulate([run(number, 1000.0) for number in range(100)], cards=1, until_s=100.0)
    ended = [ran for ran in record.runs if not math.isnan(ran.ended_s)]
    assert len(ended) == 1
    assert record.busy_until_s == pytest.approx(100.0)


@pytest.mark.slow
def test_cards_fail_as_often_as_they_should() -> None:
    """100 cards that are all busy, 500 h between failures, 2 h of repair, for 2,000 h: 100 × 2000 / 502 failures."""
    runs = [run(0, *[HOUR] * 100 * 2_000)]
    record = simulate(runs, cards=100, until_s=2000 * HOUR, failures=Failures(mtbf_h=500.0, repair_h=2.0), seed=4)
    hours = record.runs[0].ended_s / HOUR
    assert math.isclose(record.failures, 100 * hours / 502, rel_tol=0.15)
    assert 0 < record.runs[0].lost_s < record.failures * HOUR
    assert math.isclose(record.busy_s, 100 * 2_000 * HOUR + record.runs[0].lost_s, rel_tol=1e-6)
