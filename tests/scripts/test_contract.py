"""Contracts: inputs from texts, by type, and what is wrong with a text said by the input's name."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.contracts import load
from shuntyard.contract import Contract, Input, InputType, parse
from shuntyard.errors import ShuntyardError
from tests.conftest import ROOT

CONTRACT = Contract(
    name="do-it",
    summary="Does it.",
    inputs=(
        Input(name="must", help="What must be."),
        Input(name="count", type="number", default="3", help="How many."),
        Input(name="fast", type="boolean", default="false", help="Fast."),
        Input(name="mode", type="choice", choices=("one", "two"), default="one", help="Which."),
        Input(name="data", type="json", default="{}", help="Data."),
    ),
    exits={0: "good"},
)


def test_absent_and_empty_texts_take_the_default() -> None:
    expected = {"must": "x", "count": 3, "fast": False, "mode": "one", "data": "{}"}
    assert parse(CONTRACT, {"must": "x"}) == expected
    assert parse(CONTRACT, {"must": "x", "count": "", "fast": "", "mode": "", "data": ""}) == expected


def test_texts_are_read_by_type() -> None:
    raw = {"must": " as is ", "count": "12.5", "fast": "true", "mode": "two", "data": '[1, "a"]', "unknown": "x"}
    assert parse(CONTRACT, raw) == {"must": " as is ", "count": 12.5, "fast": True, "mode": "two", "data": '[1, "a"]'}


@pytest.mark.parametrize(
    ("name", "text", "message", "hint"),
    [
        ("must", "", "input 'must' is missing", "What must be."),
        ("count", "many", "input 'count' is 'many'", "write a number"),
        ("count", "nan", "input 'count' is 'nan'", "write a number"),
        ("count", "-inf", "input 'count' is '-inf'", "write a number"),
        ("count", "1e999", "input 'count' is '1e999'", "write a number"),
        ("fast", "yes", "input 'fast' is 'yes'", "write true or false"),
        ("fast", "True", "input 'fast' is 'True'", "write true or false"),
        ("mode", "three", "input 'mode' is 'three'", "one of one, two"),
        ("data", "{a: 1}", "input 'data' is not JSON", "Data."),
        ("data", "[" * 100_000, "input 'data' is not JSON", "Data."),
    ],
)
def test_a_text_of_another_type_is_told_by_its_name(name: str, text: str, message: str, hint: str) -> None:
    with pytest.raises(ShuntyardError) as raised:
        parse(CONTRACT, {"must": "x", name: text})
    assert raised.value.message.startswith(message)
    assert hint in raised.value.hint
    assert raised.value.exit_code == 2


def test_names_become_variables_and_files() -> None:
    assert Input(name="timeout-minutes", help="").variable == "INPUT_TIMEOUT_MINUTES"
    assert CONTRACT.script == "scripts/do_it.py"


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53))
def test_a_number_is_read_back_as_it_was_written(number: float) -> None:
    value = parse(CONTRACT, {"must": "x", "count": str(number)})["count"]
    assert isinstance(value, int | float)
    assert math.isclose(value, number, rel_tol=0, abs_tol=0)
    assert isinstance(value, int) == float(number).is_integer()


@given(st.dictionaries(st.sampled_from(["must", "count", "fast", "mode", "data"]), st.text(max_size=8)))
def test_no_texts_whatever_make_anything_but_values_or_an_error(raw: dict[str, str]) -> None:
    try:
        values = parse(CONTRACT, raw)
    except ShuntyardError as error:
        assert error.message.startswith("input '")
    else:
        assert isinstance(values["fast"], bool)
        assert values["mode"] in ("one", "two")
        json.loads(str(values["data"]))


CONTRACTS = load(ROOT)


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_script_s_contract_is_complete_and_its_defaults_are_of_their_types(name: str) -> None:
    contract = CONTRACTS[name]
    assert (ROOT / contract.script).is_file()
    assert contract.summary.endswith(".")
    assert {0, 2, 3} <= set(contract.exits)
    assert all(contract.exits.values())
    names = [item.name for item in contract.inputs]
    assert len({item.variable for item in contract.inputs}) == len(names)
    assert not {"json", "contract", "help"} & set(names)
    placeholder: dict[InputType, str] = {"number": "1", "boolean": "true", "json": "{}", "string": "x"}
    required = {
        item.name: placeholder.get(item.type, "") or item.choices[0] for item in contract.inputs if item.default is None
    }
    assert set(parse(contract, required)) == set(names)
    for item in contract.inputs:
        assert item.help
        assert bool(item.choices) == (item.type == "choice")
    assert all(output.help for output in contract.outputs)
