"""The language of success criteria: what the rollout's document says can be said, and nothing else is accepted."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.conditions import Condition
from shuntyard.errors import ShuntyardError
from shuntyard.rollout.criteria import VERDICTS, Judged, Within, holds_at, needs_baseline, parse
from shuntyard.stats.equivalence import Verdict


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("execution_time within 10% of baseline", Within("execution_time", 0.10)),
        ("execution_time within ±10 % of the baseline", Within("execution_time", 0.10)),
        ("memory_usage within 12.5% of baseline", Within("memory_usage", 0.125)),
        ("verdict == equivalent", Judged("verdict", frozenset({"equivalent"}))),
        ("tests == equivalent or improved", Judged("tests", frozenset({"equivalent", "improved"}))),
        ("tests != regressed", Judged("tests", frozenset({"equivalent", "improved", "inconclusive"}))),
    ],
)
def test_the_forms_for_what_the_a_b_says(text: str, test: Within | Judged) -> None:
    assert parse(text) == test
    assert needs_baseline(test)


@pytest.mark.parametrize("text", ["fallback_rate < 5%", "fallback_rate == 0%", "success_rate > 99.5%"])
def test_conditions_of_alerts_are_criteria(text: str) -> None:
    test = parse(text)
    assert isinstance(test, Condition)
    assert not needs_baseline(test)
    assert holds_at(test, 1.0) is text.startswith("success")


def test_time_against_the_baseline_as_an_alert_writes_it() -> None:
    assert needs_baseline(parse("execution_time < baseline * 1.2"))


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        (
            "fallback_rate within 5% of baseline",
            "'fallback_rate' is not compared with a baseline",
            "execution_time and",
        ),
        ("execution_time within 0% of baseline", "leaves no room", "no number of runs"),
        ("speed == equivalent", "there is no verdict of 'speed'", "verdicts are of verdict, tests"),
        ("verdict == fine", "there is no verdict 'fine'", "verdicts are equivalent"),
        ("verdict == equivalent or fine", "there is no verdict 'fine'", "verdicts are equivalent"),
        ("queue_time < 5 min", "'queue_time' is not measured for a single configuration", "known are success_rate"),
        ("adoption == 100%", "'adoption' is not measured for a single configuration", "known are"),
        ("fallback_rate < 5 min", "compares a rate with a time", "unit of rate"),
        ("execution_time within 10% of", "not understood", "write it like"),
        ("verdict == equivalent; import os", "not understood", "write it like"),
        ("x" * 300, "characters", "at most"),
    ],
)
def test_refusals_say_what_would_be_right(text: str, says: str, hint: str) -> None:
    with pytest.raises(ShuntyardError, match=says) as raised:
        parse(text)
    assert hint in raised.value.hint


def test_a_phase_about_everything_may_ask_for_shares_of_everything() -> None:
    assert isinstance(parse("configuration_coverage == 100%", everything=True), Condition)


@pytest.mark.parametrize(
    "text", ["fallback_rate == 0%", "execution_time within 10% of baseline", "execution_time < baseline * 1.2"]
)
def test_sure_goes_only_with_what_an_interval_can_be_sure_of(text: str) -> None:
    with pytest.raises(ShuntyardError, match=r"sure"):
        parse(text, sure=True)
    assert isinstance(parse("fallback_rate < 2%", sure=True), Condition)


def test_the_verdicts_are_those_of_the_statistics() -> None:
    assert set(VERDICTS) == set(get_args(Verdict))


@given(st.text(max_size=60) | st.from_regex(r"[a-z_]+ (within|==|<) [a-z0-9% ]+", fullmatch=True))
def test_any_text_is_a_criterion_or_a_clear_error(text: str) -> None:
    try:
        test = parse(text)
    except ShuntyardError as error:
        assert error.message
    else:
        assert isinstance(test, Within | Judged | Condition)
