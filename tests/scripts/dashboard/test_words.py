"""What is said: figures, tiles, what needs a look, configurations at a glance, runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shuntyard.dashboard import wording
from shuntyard.dashboard.attention import answer, points
from shuntyard.dashboard.gather import Findings
from shuntyard.dashboard.glance import glance
from shuntyard.dashboard.grid import COLUMNS, grid
from shuntyard.dashboard.recent import Extent, Recent
from shuntyard.dashboard.runs import compare_address, compare_addresses, details, verdict, why
from shuntyard.dashboard.tiles import tiles
from shuntyard.dashboard.view import settles
from shuntyard.stats import kpi
from shuntyard.stats.compare import Comparison
from tests.scripts.dashboard import hostile

S = wording.SPACE
URL = "https://github.com/o/r/actions/runs/7"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0"),
        (1.0, "100"),
        (0.5, "50.0"),
        (0.9997, "99.970"),
        (0.003, "0.30"),
        (0.00001, "0.0010"),
        (0.999999, "99.9999"),
    ],
)
def test_a_share_has_the_digits_that_tell_it_from_none_and_all(share: float, text: str) -> None:
    assert wording.percent(share) == f"{text}{S}%"


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (1.0, f"±0{S}%"),
        (1.0004, f"±0{S}%"),
        (1.123, f"+12{S}%"),
        (0.95, f"−5.0{S}%"),
        (0.5, f"−50{S}%"),
        (3.4, "3.4×"),
        (1.099, f"+9.9{S}%"),
        (1.0996, f"+10{S}%"),
    ],
)
def test_a_ratio_is_told_as_a_change(ratio: float, text: str) -> None:
    assert wording.change(ratio) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "none"), (90, "1 min 30 s"), (86400, "1 day"), (129600, "1.5 days"), (864000, "10 days")]
)
def test_long_times_are_days(seconds: float, text: str) -> None:
    assert wording.days(seconds) == text


def test_a_tile_says_value_target_state_and_what_it_rests_on() -> None:
    met, missed, few, open_one, none = tiles(
        (
            kpi.share("success_rate", 99_990, 100_000, "cases", kpi.SUCCESS),
            kpi.share("fallback_rate", 90, 1000, "executions", kpi.FALLBACK),
            kpi.share("error_rate", 0, 20, "executions", kpi.ERROR),
            kpi.ratio(
                "execution_time",
                Comparison(metric="time", effect=1.05, n_a=5, n_b=5, margin_low=0.9, margin_high=1.1),
                0.1,
            ),
            kpi.unknown("resource_utilization", "share", "executions", kpi.WATCHED, "not recorded"),
        ),
        {},
    )
    assert (met.state, met.word, met.target, met.rests) == ("met", "met", "target > 99.5 %", f"n{S}={S}100,000 cases")
    assert (missed.state, missed.word, missed.value) == ("missed", "missed", f"9.0{S}%")
    assert (few.state, few.word) == ("met", "met, not for certain")
    assert few.interval.startswith(f"0{S}% to 16")
    assert (open_one.state, open_one.word, open_one.target) == ("open", "not decided", "target within ±10 %")
    assert (none.state, none.value, none.target, none.note) == ("unknown", "–", "", "not recorded")


def test_a_ninetieth_percentile_stands_beside_its_median() -> None:
    (tile,) = tiles(
        [
            kpi.seconds("cycle_time", [60.0, 90.0], 0.5, "commits"),
            kpi.seconds("cycle_time_p90", [60.0, 90.0], 0.9, "commits"),
        ],
        {},
    )
    assert "nine of ten within 1 min 27 s" in tile.note


def test_one_of_anything_is_singular() -> None:
    (tile,) = tiles([kpi.proportion("adoption", 1, 1, "workflows")], {})
    assert tile.rests == f"n{S}={S}1 workflow"


def test_what_needs_somebody_comes_before_what_is_open() -> None:
    found = hostile.findings("smoke")
    told = points(found, [hostile.PROBLEM])
    assert [point.weight for point in told] == sorted((p.weight for p in told), key=["bad", "open", "note"].index)
    text = "\n".join(point.text for point in told)
    for part in (
        "1 file of the history cannot be read",
        "smoke is worse than its baseline",
        "misses its target",
        "takes more time since",
        "out of line with its history",
        "a quarantine is proposed",
    ):
        assert part in text, part
    assert answer(found, told).tone == "bad"


def test_old_regressions_are_notes_and_a_history_at_rest_is_told() -> None:
    found = hostile.findings("smoke")
    shifts = tuple(replace(shift, since=hostile.NOW - timedelta(days=40)) for shift in found.trends.shifts)
    quiet = replace(
        found,
        ab=None,
        rollout=(),
        newest=(),
        flakes=(),
        trends=replace(found.trends, shifts=shifts),
        extent=replace(found.extent, newest=hostile.NOW - timedelta(days=9)),
    )
    told = points(quiet, [])
    assert [(point.weight, point.page) for point in told] == [("open", "runs"), ("note", "trends")]
    assert told[1].text == "2 older regressions in time or memory"
    assert answer(quiet, told).tone == "open"


def test_nothing_is_called_good_without_a_comparison() -> None:
    found = replace(hostile.findings("x"), ab=None)
    assert answer(found, ()).tone == "open"
    empty = Findings(asked=found.asked, extent=Extent())
    assert answer(empty, points(empty, [])).tone == "none"


def test_an_open_verdict_says_what_would_settle_it() -> None:
    ab = hostile.findings("x").ab
    assert ab is not None
    (group,) = ab.groups
    waiting = replace(group, time=replace(group.time, note="about 12 more pairs would settle it"), note="")
    assert settles(waiting)[0] == "time: about 12 more pairs would settle it"
    decided = replace(
        waiting, time=replace(group.time, verdict="equivalent"), memory=replace(group.memory, verdict="equivalent")
    )
    assert settles(decided) == ()


def test_a_configuration_is_told_from_every_analysis() -> None:
    (each,) = glance(hostile.findings("smoke"))
    assert (each.config, each.verdict, each.last, each.changes, each.flakes) == ("smoke", "regressed", "failed", 2, 1)
    assert each.time == 1.2
    assert each.rates is not None


def test_the_grid_has_a_cell_for_every_place() -> None:
    (place,) = hostile.findings("smoke").places
    places = [
        *(replace(place, config=name, hardware="cpu", simulated=False) for name in ("b", "a")),
        *(replace(place, config="a", hardware=f"gpu {number}", executions=1) for number in range(COLUMNS)),
    ]
    found = grid(places)
    assert [line.config for line in found.lines.shown] == ["a", "b"]
    assert (found.columns.shown[0].hardware, found.columns.shown[0].simulated, found.columns.left_out) == (
        "cpu",
        False,
        1,
    )
    assert found.columns.shown[1].simulated
    assert [cell is None for cell in found.lines.shown[1].cells] == [False, *[True] * (COLUMNS - 1)]


def test_a_run_lists_its_bad_rows_and_cases() -> None:
    found = hostile.findings("t", cases=12)
    runs, cases = details(found.recent)
    (run,) = runs.shown
    assert (run.verdict, len(run.rows.shown), len(run.cases.shown), run.cases.left_out) == ("failed", 1, 10, 2)
    assert (cases.total, run.address) == (12, "")
    half, fewer = details(found.recent, 0.5)
    assert (len(half.shown), len(fewer.shown), fewer.left_out) == (1, 6, 6)
    assert details(Recent())[0].total == 0


def test_a_run_without_a_report_has_the_verdict_of_its_worst_execution() -> None:
    (run,) = hostile.findings("x").recent.runs
    assert verdict(replace(run, verdict="passed")) == "passed"
    assert verdict(replace(run, verdict="")) == "failed"
    assert verdict(replace(run, verdict="", error=1)) == "error"


def test_a_row_says_why_it_is_not_in_order() -> None:
    (row,) = hostile.findings("x").recent.bad_rows
    bare = replace(row, fault="", error="", fallback_reason="", bad=0)
    assert why(bare) == "exit code 1"
    assert why(replace(bare, outcome="passed", arm="python", ran="shell")) == "ran shell instead of python"
    assert why(replace(bare, fault="missing", error="lost", bad=2)) == "result missing; lost; 2 bad cases"


def test_commits_are_compared_where_the_run_is_shown() -> None:
    (run,) = hostile.findings("o/r").recent.runs
    known = compare_addresses([replace(run, url=URL)])
    assert (
        compare_address(known, "o/r", "a" * 40, "b" * 40) == f"https://github.com/o/r/compare/{'a' * 40}...{'b' * 40}"
    )
    assert compare_address(known, "o/r", "a" * 40, "main?x") == ""
    assert compare_address(known, "o/other", "a" * 40, "b" * 40) == ""
    assert compare_addresses([replace(run, url=URL, repository="another/name")]) == {}


def test_ages_and_days_read_well() -> None:
    moment = datetime(2026, 11, 2, 3, 4)
    assert (wording.day(moment), wording.minute(moment)) == ("2 Nov 2026", "2026-11-02 03:04")
    assert wording.commit("a" * 40) == "a" * 10
    assert wording.commit("main") == "main"
