"""The example plugin repository: its callers are what the verb prints, but for what only it can know."""

from __future__ import annotations

from typing import Any

import pytest

from generator.caller import caller_workflow
from generator.load import load
from generator.render import render
from generator.source import parse
from tests.conftest import ROOT

EXAMPLE = ROOT / "examples" / "plugin-mini"


@pytest.mark.parametrize("pipeline", ["nightly-integration"])
def test_a_caller_is_what_the_verb_prints_and_its_own_inputs(pipeline: str) -> None:
    toolkit = load(ROOT)
    workflow = render(toolkit).workflows[pipeline]
    printed = caller_workflow(toolkit, toolkit.pipelines[pipeline], workflow, "production")
    wanted: Any = parse(printed, "printed.yml", strict=False).data
    path = EXAMPLE / ".github" / "workflows" / f"{pipeline}.yml"
    text = path.read_text(encoding="utf-8")
    data: Any = parse(text, path.name, strict=False).data
    own = data["jobs"][pipeline].pop("with")
    assert own.keys() > wanted["jobs"][pipeline].pop("with").keys()  # what no default can stand for, and more
    assert data == wanted
    assert f"made by `shuntyard caller {pipeline} --phase production`" in text
