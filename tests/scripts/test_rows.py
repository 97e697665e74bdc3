"""The sums of one row."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from shuntyard.report import WORST_FIRST, RowReport, Run
from shuntyard.rows import by_repetition, final_cases, is_broken, outcomes_by_case, sum_up, worst
from tests.scripts.report_samples import make_cases

BARE = RowReport(id="a", unit="a", config="a", arm="", outcome="empty")


def run(repetition: int, **fields: object) -> Run:
    bare = Run(
        unit="a", folder=f"a/r{repetition}", repetition=repetition, outcome="passed", ran="python", duration_s=1.0
    )
    return replace(bare, **fields)  # type: ignore[arg-type]


def test_the_worst_outcome_wins_in_any_order() -> None:
    assert worst([]) == "empty"
    for outcomes in permutations(WORST_FIRST, 2):
        assert worst(outcomes) == min(outcomes, key=WORST_FIRST.index)


def test_final_cases_keep_the_last_attempt_whatever_their_order() -> None:
    (case,) = make_cases("failed")
    again = replace(case, attempt=2, outcome="passed")
    assert final_cases([case, again]) == final_cases([again, case]) == (again,)


def test_a_case_that_comes_and_goes_counts_once_as_failed() -> None:
    row = sum_up(BARE, [run(1, cases=make_cases("passed")), run(2, cases=make_cases("failed"), outcome="failed")])
    assert (row.outcome, row.tests, row.failed) == ("failed", 1, 1)
    assert outcomes_by_case(row.runs) == {"test_it.py::test_0": ("passed", "failed")}


def test_a_case_is_skipped_only_when_it_never_ran() -> None:
    row = sum_up(BARE, [run(1, cases=make_cases("skipped", "skipped")), run(2, cases=make_cases("skipped", "passed"))])
    assert (row.tests, row.skipped) == (2, 1)


def test_an_empty_shard_is_no_empty_row_as_long_as_another_shard_tested_something() -> None:
    shards = [run(1, shard_index=1, shard_of=2), run(1, shard_index=2, shard_of=2, outcome="empty")]
    assert sum_up(BARE, shards).outcome == "passed"
    assert sum_up(BARE, [*shards, run(2, outcome="empty")]).outcome == "empty"


def test_a_failed_run_with_a_reason_is_broken_besides() -> None:
    assert is_broken(run(1, outcome="failed", reason="timed out after 60 s"))
    assert is_broken(run(1, outcome="error"))
    assert not is_broken(run(1, outcome="failed"))


def test_times_are_medians_and_memory_the_highest() -> None:
    runs = [run(n, duration_s=float(s), peak_memory_mb=float(s)) for n, s in ((3, 9), (1, 1), (2, 2))]
    row = sum_up(BARE, runs)
    assert (row.durations_s, row.duration_s, row.peak_memory_mb) == ((1.0, 2.0, 9.0), 2.0, 9.0)
    assert [item.repetition for item in row.runs] == [1, 2, 3]


def test_fallbacks_are_counted_and_each_reason_told_once() -> None:
    row = sum_up(BARE, [run(1, fallback_reason="no module"), run(2, fallback_reason="no module", ran="shell"), run(3)])
    assert (row.fallbacks, row.fallback_reasons, row.ran) == (2, ("no module",), ("python", "shell"))


def test_runs_are_grouped_by_repetition_in_order_of_their_shards() -> None:
    groups = by_repetition([run(2), run(1, shard_index=2), run(1, shard_index=1)])
    assert {number: [item.shard_index for item in group] for number, group in groups.items()} == {1: [1, 2], 2: [1]}
