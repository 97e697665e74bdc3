"""What the page shows, and how long the bars are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.report import RowReport
from shuntyard.view import arm_tones, chart, head, ratio_position


def row(config: str, arm: str, *seconds: float) -> RowReport:
    middle = sorted(seconds)[len(seconds) // 2] if seconds else 0.0
    bare = RowReport(id=f"{config}.{arm}", unit=config, config=config, arm=arm, outcome="passed")
    return replace(bare, duration_s=middle, durations_s=seconds)


def test_a_head_knows_what_it_leaves_out() -> None:
    short = head([1, 2, 3], 2)
    assert (short.shown, short.left_out, short.total) == ((1, 2), 1, 3)
    assert head([1], 2).left_out == 0


def test_arms_have_the_same_colours_in_any_order() -> None:
    python, shell = row("a", "python", 1), row("a", "shell", 1)
    assert arm_tones([python, shell]) == arm_tones([shell, python]) == {"python": 1, "shell": 2}
    assert arm_tones([shell]) == {"shell": 2}
    assert list(arm_tones([row("a", arm) for arm in "vwxyz"]).values()) == [1, 2, 3, 4, 4]


def test_bars_are_on_one_scale_with_a_dot_for_each_repetition() -> None:
    drawn = chart(
        [row("a", "shell", 60, 120, 180), row("a", "python", 30), row("b", "shell")], {"shell": 2, "python": 1}
    )
    assert [label for _, label in drawn.ticks] == ["0", "1 min", "2 min", "3 min"]
    ((shell, python),) = drawn.groups.shown
    assert (shell.length, shell.dots) == (66.67, (33.33, 66.67, 100.0))
    assert (python.length, python.dots, python.tone) == (16.67, (), 1)


@pytest.mark.parametrize(
    ("longest", "labels"),
    [
        (0.004, ["0", "1 ms", "2 ms", "3 ms", "4 ms"]),
        (0.7, ["0", "200 ms", "400 ms", "600 ms", "800 ms"]),
        (4, ["0", "1 s", "2 s", "3 s", "4 s"]),
        (200, ["0", "1 min", "2 min", "3 min", "4 min"]),
        (7000, ["0", "30 min", "60 min", "90 min", "120 min"]),
        (30000, ["0", "2 h", "4 h", "6 h", "8 h", "10 h"]),
    ],
)
def test_ticks_are_round(longest: float, labels: list[str]) -> None:
    assert [label for _, label in chart([row("a", "", longest)], {"": 1}).ticks] == labels


@given(st.lists(st.floats(min_value=1e-9, max_value=1e9), min_size=1, max_size=30))
def test_every_bar_and_dot_stays_inside_the_drawing(seconds: list[float]) -> None:
    drawn = chart([row("a", "", *seconds)], {"": 1})
    ((bar,),) = drawn.groups.shown
    assert all(0 <= position <= 100.01 for position in (bar.length, *bar.dots))
    positions = [position for position, _ in drawn.ticks]
    assert positions == sorted(positions)
    assert (positions[0], positions[-1], len(positions) <= 7) == (0, 100, True)


def test_rows_without_a_time_make_no_chart() -> None:
    drawn = chart([row("a", "")], {"": 1})
    assert (drawn.groups.total, drawn.ticks) == (0, ())


@pytest.mark.parametrize(("ratio", "position"), [(1, 50), (0.75, 0), (4 / 3, 100), (0, 0), (1e300, 100)])
def test_ratios_lie_on_a_logarithmic_scale(ratio: float, position: float) -> None:
    assert ratio_position(ratio) == position
