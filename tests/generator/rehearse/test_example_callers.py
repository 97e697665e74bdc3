"""The examples' callers are what `shuntyard caller` makes, with inputs of their own."""

from __future__ import annotations

import pytest

from generator.caller import caller_workflow
from generator.load import load
from generator.render import render
from generator.source import parse
from tests.conftest import ROOT

EXAMPLES = {"rbe-workspace": ("nightly-rbe", "production")}


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES)
def test_a_caller_begins_as_the_verb_makes_it(example: str) -> None:
    name, phase = EXAMPLES[example]
    toolkit = load(ROOT)
    made = caller_workflow(toolkit, toolkit.pipelines[name], render(toolkit).workflows[name], phase)
    text = (ROOT / "examples" / example / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
    assert text.startswith(made), f"`shuntyard caller {name} --phase {phase}` makes another beginning now"
    own = text.removeprefix(made)
    assert own.startswith("    with:\n"), "what follows are the call's inputs"
    assert list(parse(f"x:\n{own}", f"{name}.yml").data["x"]) == ["with"]
