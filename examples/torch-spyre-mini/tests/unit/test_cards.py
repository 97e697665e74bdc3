"""Which cards the environment asks for."""

from __future__ import annotations

import pytest

from torch_spyre.cards import CARDS, EMULATE, CardsError, absence, emulated, place


@pytest.mark.parametrize(
    ("env", "count"),
    [
        ({}, 0),
        ({EMULATE: "0"}, 0),
        ({CARDS: "4"}, 0),
        ({EMULATE: "1"}, 1),
        ({EMULATE: "1", CARDS: ""}, 1),
        ({EMULATE: "1", CARDS: "8"}, 8),
    ],
)
def test_how_many(env: dict[str, str], count: int) -> None:
    assert emulated(env) == count


@pytest.mark.parametrize("wrong", ["0", "65", "-1", "two", "1.5", "²"])
def test_a_number_of_cards_that_cannot_be(wrong: str) -> None:
    with pytest.raises(CardsError, match=CARDS):
        emulated({EMULATE: "1", CARDS: wrong})


def test_a_switch_that_is_neither_on_nor_off() -> None:
    with pytest.raises(CardsError, match="'yes'"):
        emulated({EMULATE: "yes"})


def test_no_card_says_what_to_do() -> None:
    assert EMULATE in absence(0)
    assert absence(1) == ""
    with pytest.raises(RuntimeError, match=EMULATE):
        place(0, current=0, count=0)


def test_an_index_or_the_current_card() -> None:
    assert [place(index, current=1, count=3) for index in (None, 0, 2)] == [1, 0, 2]
    with pytest.raises(RuntimeError, match="spyre:3; there are 3"):
        place(3, current=0, count=3)
