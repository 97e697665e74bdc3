# ruff: noqa: E501 - a table is read by its columns: one case a line
"""Recipes and contracts → composite actions: what is bound, what becomes an input, and what a recipe must not say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator.compose import compose_all
from generator.pipeline import Composite, InputRef, StepOutput, Temp, Uses
from shuntyard.contract import Contract, Input, Output
from tests.generator.yard import CURSOR, Yard


def composites(yard: Yard) -> dict[str, Composite]:
    return compose_all(yard.toolkit())


def test_every_script_and_every_recipe_is_an_action(yard: Yard) -> None:
    assert list(composites(yard)) == ["analyse", "compile-matrix", "gate", "run-shard", "select-rows", "setup-toolkit"]


def test_a_script_s_action_passes_on_its_contract(yard: Yard) -> None:
    gate = composites(yard)["gate"]
    assert [item.name for item in gate.inputs] == ["needs", "requires", "may-skip", "count", "empty", "matrix-jobs"]
    (step,) = gate.steps
    assert step.uses == Uses("script", "gate")
    assert step.with_ == {name: InputRef(name) for name in [item.name for item in gate.inputs]}
    assert gate.source == "scripts/gate.py"
    assert gate.exits == {0: "good", 1: "a test failed"}


def test_inputs_that_a_recipe_does_not_bind_become_the_action_s(yard: Yard) -> None:
    run = composites(yard)["run-shard"]
    assert [item.name for item in run.inputs] == ["python-version", "unit", "pipeline", "tests", "verbose", "instance"]
    assert [item.name for item in run.inputs if item.default is None] == ["unit"]
    analyse = composites(yard)["analyse"]
    assert "results" not in [item.name for item in analyse.inputs]
    assert analyse.steps[-1].with_["results"] == Temp("yard/artifacts")
    assert analyse.steps[-1].with_["plan"] == InputRef("plan")


def test_steps_know_the_outputs_before_them_and_when_to_run(yard: Yard) -> None:
    setup, run, upload = composites(yard)["run-shard"].steps
    assert (setup.when, setup.always) == (InputRef("python-version"), False)
    assert (run.id, run.interpreter) == ("run-shard", None)
    assert (upload.always, upload.with_["name"]) == (True, StepOutput("run-shard", "artifact"))
    assert upload.with_["overwrite"] is True


def test_a_script_with_libraries_runs_in_the_toolkit_s_python(yard: Yard) -> None:
    assert composites(yard)["analyse"].steps[-1].interpreter == StepOutput("setup-toolkit", "python")


def test_an_action_works_on_the_checkout_when_any_of_its_steps_does(yard: Yard) -> None:
    yard.edit(
        "actions",
        "  analyse:\n",
        "  both:\n    summary: One action that uses another.\n    steps: [{action: compile-matrix}]\n  analyse:\n",
    )
    assert {name for name, action in composites(yard).items() if action.workspace} == {
        "run-shard",
        "compile-matrix",
        "both",
    }


def test_a_recipe_may_use_one_that_stands_below_it(yard: Yard) -> None:
    yard.edit(
        "actions",
        "actions:\n",
        "actions:\n  above:\n    summary: Uses what comes later.\n    steps: [{action: analyse}]\n",
    )
    above = composites(yard)["above"]
    assert [item.name for item in above.inputs] == ["artifacts", "plan", "title"]


def test_the_same_action_twice_gets_two_ids(yard: Yard) -> None:
    yard.edit(
        "actions",
        "          overwrite: true\n",
        "          overwrite: true\n      - uses: actions/upload-artifact\n        with: {name: logs}\n",
    )
    ids = [step.id for step in composites(yard)["run-shard"].steps]
    assert ids == ["setup-python", "run-shard", "upload-artifact", "upload-artifact-2"]


# Name of the fault → what the recipe says; what it says instead, with the cursor at the expected place; message; hint.
FAULTS = {
    "a step that runs two things": ("- script: run-shard", "- ¦script: run-shard\n        uses: actions/checkout", "exactly one of script, action and uses", "keep the one"),
    "a step that runs nothing": ("with: {results: {temp: yard/artifacts}}", "with: {results: {temp: yard/artifacts}}\n      - ¦always: true", "exactly one of script, action and uses", "keep the one"),
    "an unknown script": ("- script: analyse", "- script: ¦analyze", "unknown script 'analyze'", "did you mean 'analyse'?"),
    "an unknown action": ("- action: setup-toolkit\n      - script: analyse", "- action: ¦setup-tolkit\n      - action: setup-toolkit\n      - script: analyse", "unknown action 'setup-tolkit'", "did you mean 'setup-toolkit'?"),
    "an unpinned action": ("- uses: actions/setup-python", "- uses: ¦actions/setup-pythn", "unknown uses 'actions/setup-pythn'", "did you mean 'actions/setup-python'?"),
    "an unknown input of a script": ("results: {temp: yard/artifacts}", "results: {temp: x}, titel: ¦x", "analyse has no input 'titel'", "did you mean 'title'?"),
    "an unknown own input": ("{python-version: {input: python-version}}", "{python-version: ¦{input: python}}", "no input is called 'python'", "did you mean 'python-version'?"),
    "an unknown input in when": ("when: python-version", "when: ¦python", "no input is called 'python'", "did you mean 'python-version'?"),
    "an unknown output": ("{output: run-shard.artifact}", "¦{output: run-shard.artefact}", "no earlier step gives 'run-shard.artefact'", "did you mean 'run-shard.artifact'?"),
    "an output of no earlier step": ("{results: {temp: yard/artifacts}}", "{results: ¦{output: later.result}}", "no earlier step gives 'later.result'", "known are setup-toolkit.python"),
    "libraries that nothing sets up": ("- action: setup-toolkit\n      - script: analyse", "- ¦script: analyse", "analyse needs the toolkit's libraries", "- action: setup-toolkit"),
    "an action that uses itself": ("  analyse:\n", "  loop: {summary: x, steps: [{action: ¦loop}]}\n  analyse:\n", "loop uses itself", "remove one"),
    "actions that use each other": ("  analyse:\n", "  ping: {summary: x, steps: [{action: ¦pong}]}\n  pong: {summary: x, steps: [{action: ping}]}\n  analyse:\n", "ping and pong use each other in a circle", "remove one"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_recipe_s_fault_is_told_at_its_place(yard: Yard, case: str) -> None:
    old, new, message, hint = FAULTS[case]
    assert CURSOR in new
    place = yard.edit("actions", old, new)
    (problem,) = [problem for problem in yard.problems() if "none is declared" not in problem.hint]
    assert message in problem.message
    assert hint in problem.hint
    assert (problem.file, problem.rule) == ("matrices/actions.yml", "recipe")
    assert (problem.line, problem.column) == place


def test_a_recipe_is_told_of_all_its_faults(yard: Yard) -> None:
    yard.edit("actions", "when: python-version", "when: python")
    yard.edit("actions", "{output: run-shard.results}", "{output: run-shard.result}")
    yard.edit("actions", "results: {temp: yard/artifacts}", "result: {temp: yard/artifacts}")
    assert len(yard.problems()) == 3


def test_a_script_that_needs_libraries_and_has_no_recipe_sets_them_up_first(yard: Yard) -> None:
    yard.add_script(Contract(name="plot", summary="Plot.", exits={0: "good"}, toolkit=True, libraries="history"))
    setup, plot = composites(yard)["plot"].steps
    assert setup.uses == Uses("own", "setup-toolkit")
    assert setup.with_ == {"set": "history"}
    assert (plot.uses, plot.interpreter) == (Uses("script", "plot"), StepOutput("setup-toolkit", "python"))


def test_an_own_input_wins_over_a_script_s_of_the_same_name(yard: Yard) -> None:
    contract = Contract(
        name="note",
        summary="Note.",
        inputs=(Input(name="title", help="The script's."),),
        outputs=(Output(name="place", help="Where."),),
        exits={0: "good"},
    )
    yard.add_script(contract)
    yard.edit(
        "actions",
        "  analyse:\n",
        "  note:\n    summary: Note.\n    inputs: {title: {help: The recipe's., default: none}}\n"
        "    steps: [{script: note}]\n  analyse:\n",
    )
    note = composites(yard)["note"]
    assert note.inputs == (Input(name="title", help="The recipe's.", default="none"),)
    assert note.outputs == ((contract.outputs[0], StepOutput("note", "place")),)


def test_composing_is_the_same_each_time(yard: Yard) -> None:
    toolkit = yard.toolkit()
    assert compose_all(toolkit) == compose_all(replace(toolkit, recipes=dict(reversed(toolkit.recipes.items()))))
