"""Crons: the five fields, what they mean, and what GitHub would never run."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.cron import FIELDS, checked
from tests.generator.yard import Yard

GOOD = [
    "17 3 * * *",
    "0 000 001 * *",
    "2,10 4,5 * * *",
    "20/15 * * * *",
    "*/5 * * * *",
    "3-58/5 * * * *",
    "28 5,*/4,6-8 * * *",
    "0 4-4 * * *",
    "5 4 * jan-mar MON,wed-FRI",
    "0 0 * * SUN-2",
    "0 0 29 2 *",
    "0 0 31 2 1",  # either kind of day will do
    "58,1 0,23 * * 1",  # no two days in a row
    "58 23 * * *",
]
BAD = {
    "99 99 * * *": "the minute '99' must be from 0 to 59",
    "60 * * * *": "the minute '60' must be from 0 to 59",
    "17 24 * * *": "the hour '24' must be from 0 to 23",
    "17 3 0 * *": "the day of the month '0' must be from 1 to 31",
    "17 3 * 13 *": "the month '13' must be from 1 to 12 or a name such as JAN",
    "17 3 * * 7": "the day of the week '7' must be from 0 to 6 or a name such as SUN",
    "17 3 * SUN JAN": "the month 'SUN' must be",
    "JAN 3 * * *": "the minute 'JAN' must be",
    "17 3 * * FRI-TUE": "the day of the week 'FRI-TUE' ends before it begins",
    "17 12-4 * * *": "ends before it begins",
    "17 */0 * * *": "the hour '*/0' needs a step from 1 to 23",
    "*/61 * * * *": "needs a step from 1 to 59",
    "17 5/* * * *": "needs a step",
    "17 1/2/3 * * *": "needs a step",
    "17 * * */FEB *": "needs a step",
    "17 , * * *": "the hour '' must be",
    "17 1- * * *": "the hour '1-' must be",
    "17 -1 * * *": "the hour '-1' must be",
    "17 *-4 * * *": "the hour '*-4' must be",
    "17 ** * * *": "the hour '**' must be",
    "17 1-2-3 * * *": "the hour '1-2-3' must be",
    "17 3 * *": "write five fields",
    "17  3 * * *": "write five fields",
    "@daily": "write five fields",
    "17 3 31 2,4 *": "it would never run",
    "* * * * *": "once every 5 minutes at most",
    "*/4 * * * *": "once every 5 minutes at most",
    "17,20 3 * * *": "once every 5 minutes at most",
    "58,1 * * * *": "once every 5 minutes at most",
    "58,1 0,23 * * *": "once every 5 minutes at most",
}


@pytest.mark.parametrize("cron", GOOD)
def test_what_github_runs(cron: str) -> None:
    assert checked(cron) == cron


@pytest.mark.parametrize("cron", BAD)
def test_what_it_does_not(cron: str) -> None:
    with pytest.raises(ValueError, match=re.escape(BAD[cron])):
        checked(cron)


@given(st.text(alphabet="0123456789*,-/ JANSUx", max_size=20))
def test_nothing_else_than_a_cron_or_a_fault_that_can_be_told(text: str) -> None:
    try:
        checked(text)
    except ValueError as error:
        assert str(error).isprintable()
    else:
        assert len(text.split(" ")) == 5


PLACES = st.tuples(*(st.integers(each.low, each.high) for each in FIELDS))


@given(PLACES)
def test_every_single_moment_is_a_cron_unless_no_month_has_it(place: tuple[int, int, int, int, int]) -> None:
    minute, hour, day, month, weekday = place
    assert checked(f"{minute} {hour} * {month} {weekday}")
    assert checked(f"{minute} {hour} {min(day, 29)} {month} *")


def test_a_cron_that_is_none_is_told_at_its_place(yard: Yard) -> None:
    place = yard.edit("nightly", 'cron: "17 3 * * *"', 'cron: ¦"99 99 * * *"')
    assert place
    (problem,) = yard.problems()
    assert (problem.file, problem.line, problem.column) == ("matrices/nightly.yml", *place)
    assert problem.message == "'99 99 * * *' is not allowed here"
    assert problem.hint == "the minute '99' must be from 0 to 59"
