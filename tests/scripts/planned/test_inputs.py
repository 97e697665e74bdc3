"""The variables of each card."""

from __future__ import annotations

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.planned.inputs import on_card, read_each_card


def test_each_card_has_its_own_values() -> None:
    variables = read_each_card("SPYRE_DEVICES={card}\n\n  PORT=80{card}{card}=x\nEMPTY=\n")
    assert on_card(variables, 3) == {"SPYRE_DEVICES": "3", "PORT": "8033=x", "EMPTY": ""}
    assert on_card({}, 0) == {}


@pytest.mark.parametrize(
    "text",
    ["SPYRE", "=1", "2X=1", "A B=1", "A-B=1", "É=1", "A=1\nA=2", "PYTHONPATH=x", "SHUNTYARD_RESULTS=x",
     "INPUT_PLAN=x", "GITHUB_ENV=x", "PYTEST_ADDOPTS=-x", "A=\0"],
)  # fmt: skip
def test_what_is_no_variable_of_ones_own_is_refused(text: str) -> None:
    with pytest.raises(ShuntyardError, match="each-card"):
        read_each_card(text)
