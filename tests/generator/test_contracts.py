"""Contracts are read from the scripts themselves, and a script without a good one is told."""

from __future__ import annotations

import pytest

from generator.contracts import load
from shuntyard.contract import Contract
from shuntyard.errors import ShuntyardError
from tests.generator.yard import CONTRACTS, Yard


def test_every_script_s_contract_is_found_by_its_name(yard: Yard) -> None:
    assert load(yard.root) == {contract.name: contract for contract in CONTRACTS}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("print('no contract')\n", "extra.py declares no CONTRACT", "one verb with a contract"),
        ("CONTRACT = 'extra'\n", "extra.py declares no CONTRACT", "one verb with a contract"),
        ("def broken(:\n", "extra.py cannot be imported: SyntaxError", "the script itself"),
        ("import nowhere_to_be_found\n", "extra.py cannot be imported: ModuleNotFoundError", "the script itself"),
        ("1 / 0\n", "extra.py cannot be imported: ZeroDivisionError", "the script itself"),
        (
            "from shuntyard.contract import Contract\nCONTRACT = Contract(name='other', summary='x', exits={})\n",
            "extra.py declares the contract 'other'",
            "scripts/other.py",
        ),
    ],
)
def test_a_script_without_a_good_contract_is_told(
    yard: Yard, capsys: pytest.CaptureFixture[str], text: str, message: str, hint: str
) -> None:
    (yard.root / "scripts" / "extra.py").write_text(text, encoding="utf-8")
    with pytest.raises(ShuntyardError) as raised:
        load(yard.root)
    assert raised.value.message.startswith(message)
    assert hint in raised.value.hint
    assert raised.value.exit_code == 2
    capsys.readouterr()


def test_a_contract_that_changed_is_read_anew(yard: Yard) -> None:
    yard.add_script(Contract(name="gate", summary="Another gate.", exits={0: "good"}))
    assert load(yard.root)["gate"].summary == "Another gate."
