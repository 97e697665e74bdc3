"""Flips on one commit and hardware, and what is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shuntyard.analyses.flakes import find_flakes, flaky_tests
from shuntyard.result import CaseOutcome, CaseResult, Hardware, ShardResult
from shuntyard.stats.flaky import Flake
from tests.scripts.analyses.histories import case, chosen, result

TODAY = date(2026, 11, 22)


def flakes(results: Sequence[ShardResult]) -> list[Flake]:
    return find_flakes(chosen(results), today=TODAY)


def repeated(*outcomes: CaseOutcome, day: float = 0, name: str = "t.py::a", config: str = "smoke") -> list[ShardResult]:
    """One job that ran a case so often on one commit."""
    return [
        result(config, day=day, repetition=number, cases=(case(name, outcome), case("t.py::steady")))
        for number, outcome in enumerate(outcomes, start=1)
    ]


def test_a_flip_on_the_same_commit_is_a_flake() -> None:
    (found,) = flakes([*repeated("passed", "failed", "passed"), *repeated("passed", "passed", day=1)])
    seen = found.seen
    assert (seen.case, seen.config, seen.flips, seen.trials, seen.commits) == ("t.py::a", "smoke", 1, 5, 1)
    assert seen.hardware == ("cpu x86_64 x2",)
    assert seen.last_seen == "2026-11-01T03:00:00"


def test_a_run_again_counts_as_well_as_a_repetition() -> None:
    first = result(day=0, cases=(case("a", "error"),))
    (found,) = flakes([first, result(day=0.2, run="0", attempt=2, sha="sha0", cases=(case("a"),))])
    assert (found.seen.flips, found.seen.trials) == (1, 2)


def test_what_is_no_flip() -> None:
    broken = repeated("failed", "failed", "failed")
    another_commit = repeated("passed", "passed", day=1)
    single = result(day=2, cases=(case("t.py::a", "failed"),))
    skipped = repeated("skipped", "failed", day=3)
    other_row = [result(arm=arm, day=4, cases=(case("t.py::a", outcome),)) for arm, outcome in _ARMS]
    other_machine = [
        result(day=5, run=str(count), sha="same", cases=(case("t.py::a", outcome),), hardware=Hardware(count=count))
        for count, outcome in _COUNTS
    ]
    fell_back = [
        result(day=6, repetition=1, cases=(case("t.py::a", "failed"),)),
        result(day=6, repetition=2, ran="shell", fallback_reason="missing module", cases=(case("t.py::a"),)),
    ]
    lost_machine = [
        result(day=7, repetition=1, cases=(case("t.py::a"),)),
        result(day=7, repetition=2, cases=(case("t.py::a", "failed"),), outcome="error"),
    ]
    results = [*broken, *another_commit, single, *skipped, *other_row, *other_machine, *fell_back, *lost_machine]
    assert flakes(results) == []


_ARMS: tuple[tuple[str, CaseOutcome], ...] = (("shell", "passed"), ("python", "failed"))
_COUNTS: tuple[tuple[int, CaseOutcome], ...] = ((1, "passed"), (8, "failed"))


def test_broken_commits_are_no_trials() -> None:
    results = [
        *repeated("failed", "failed"),
        *repeated("passed", "failed", day=1),
        *repeated("passed", "passed", day=2),
    ]
    (found,) = flakes(results)
    assert (found.seen.flips, found.seen.trials) == (1, 4)


def test_single_executions_could_not_show_a_flip_and_are_no_trials() -> None:
    results = [*repeated("passed", "failed"), *[result(day=day, cases=(case("t.py::a"),)) for day in range(1, 50)]]
    (found,) = flakes(results)
    assert found.seen.trials == 2


def test_where_bad_cases_are_tried_again_single_executions_are_trials() -> None:
    again: tuple[CaseResult, ...] = (case("t.py::a", "failed"), case("t.py::a", "passed", attempt=2))
    results = [result(day=0, cases=again), *[result(day=day, cases=(case("t.py::a"),)) for day in range(1, 50)]]
    (found,) = flakes(results)
    assert (found.seen.flips, found.seen.trials) == (1, 50)
    assert not found.quarantine


def test_attempts_of_one_execution_are_one_trial() -> None:
    attempts = (case("a", "failed"), case("a", "failed", attempt=2), case("a", "passed", attempt=3))
    (found,) = flakes([result(cases=attempts)])
    assert (found.seen.flips, found.seen.trials) == (1, 1)


def test_a_case_is_told_for_each_configuration_and_counted_once_as_a_test() -> None:
    found = flakes([*repeated("passed", "failed", config="a"), *repeated("passed", "failed", config="b")])
    assert [each.seen.config for each in found] == ["a", "b"]
    assert flaky_tests(found) == 1


def test_a_case_that_moves_between_shards_is_followed() -> None:
    def part(repetition: int, index: int, *cases: CaseResult) -> ShardResult:
        return result(repetition=repetition, shard_index=index, shard_of=2, cases=cases)

    moved = [part(1, 1, case("a", "failed")), part(1, 2, case("b")), part(2, 1, case("b")), part(2, 2, case("a"))]
    assert [each.seen.case for each in flakes(moved)] == ["a"]


def test_often_enough_is_a_quarantine_proposal_that_expires() -> None:
    results = [each for day in range(10) for each in repeated("passed", "passed", "failed", "passed", day=day)]
    (found,) = flakes(results)
    assert (found.seen.flips, found.seen.trials, found.seen.commits) == (10, 40, 10)
    assert (found.quarantine, found.expires) == (True, "2026-12-06")


def test_no_history_has_no_flakes() -> None:
    assert flakes([]) == []
    assert flakes([result()]) == []
