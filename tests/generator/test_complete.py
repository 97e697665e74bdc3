# ruff: noqa: E501 - a table is read by its columns: one case a line
"""What a pipeline still needs to be a workflow that GitHub takes."""

from __future__ import annotations

import pytest

from tests.generator.yard import CURSOR, Yard

SMALL = """\
pipeline: nightly
summary: Small.
triggers: {dispatch: true, call: {inputs: [percent, mode, verbose]}, labels: [ciflow/nightly]}
axes: {n: [1]}
runner: cpu
jobs:
  test: {matrix: rows, action: run-shard}
  report: {needs: test, action: analyse}
gate: {requires: [test, report]}
at-home: {percent: 25, mode: split, verbose: true}
"""
ALL = SMALL[SMALL.index("triggers:") :]
ROWS = "axes: {n: [1]}\nrunner: cpu\n"
PLAIN = "jobs:\n  report: {action: analyse}\ngate: {requires: [report]}\n"

# Name of the fault → what the pipeline says; what it says instead, with the cursor at its place; message; hint.
FAULTS = {
    "nothing starts it": (ALL, "triggers: ¦{call: null, schedule: []}\n" + PLAIN, "nothing starts the pipeline", "call, schedule, dispatch"),
    "no triggers": (ALL, PLAIN, "nothing starts the pipeline", "call, schedule, dispatch"),
    "no jobs": (ALL, "triggers: {dispatch: true}\njobs: ¦{}\n" + ROWS, "the pipeline has no jobs", "matrix: rows"),
    "rows that no job runs": (ALL, "triggers: {dispatch: true}\n" + ROWS + PLAIN.replace("report: {", "¦report: {"), "no job runs the rows", "matrix: rows"),
    "a need of the selection where there is none": (ALL, "triggers: {dispatch: true}\n" + PLAIN.replace("{action", "{needs: ¦select, action"), "no job is called 'select'", "selects rows"),
    "a runner for a matrix job": ("action: run-shard", "action: run-shard, runner: ¦gpu", "a matrix job has no runner of its own", "`runner`"),
    "a matrix job that always runs": ("action: run-shard", "action: run-shard, always: ¦true", "a matrix job cannot always run", "no matrix"),
    "a need named twice": ("needs: test", "needs: [test, ¦test]", "'test' is named twice", "once"),
    "a job judged twice": ("[test, report]", "[test, report, ¦test]", "'test' is named twice", "once"),
    "a label named twice": ("[ciflow/nightly]", "[ciflow/nightly, ¦ciflow/nightly]", "'ciflow/nightly' is named twice", "once"),
    "an input named twice": ("[percent, mode,", "[percent, ¦percent, mode,", "'percent' is named twice", "once"),
    "a truth value that is none": ("action: run-shard", "action: run-shard, with: {verbose: ¦maybe}", "input 'verbose' is 'maybe'", "true or false"),
    "data that is no JSON": (ALL, "triggers: {dispatch: true}\n" + PLAIN.replace("analyse}", "analyse, with: {plan: ¦'{a: 1}'}}"), "input 'plan' is not JSON", "What was selected."),
    "a number at home that is none": ("percent: 25", "percent: ¦half", "input 'percent' is 'half'", "write a number"),
    "a choice at home that is none": ("mode: split", "mode: ¦both", "input 'mode' is 'both'", "one of paired, split, python, shell"),
    "an input that nobody gives": ("report: {needs: test, action: analyse}", "report: ¦{needs: test, action: compile-matrix}", "compile-matrix requires the input 'matrix'", "The file's path."),
    "nothing for an input that must be": ("action: analyse", "action: compile-matrix, with: {matrix: ¦''}", "input 'matrix' is missing", "The file's path."),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_what_is_missing_is_told_at_its_place(yard: Yard, case: str) -> None:
    old, new, message, hint = FAULTS[case]
    yard.put("nightly", SMALL)
    place = yard.edit("nightly", old, new)
    (problem,) = yard.problems()
    assert problem.message.startswith(message)
    assert hint in problem.hint
    assert problem.file == "matrices/nightly.yml"
    assert CURSOR not in new or (problem.line, problem.column) == place


def test_a_value_of_the_right_type_is_fine_however_it_is_written(yard: Yard) -> None:
    yard.put("nightly", SMALL)
    yard.edit("nightly", "action: run-shard", "action: run-shard, with: {verbose: 'false', tests: 7}")
    assert yard.problems() == []


def test_everything_that_is_missing_is_told_together(yard: Yard) -> None:
    yard.put("nightly", SMALL)
    yard.edit("nightly", "action: run-shard", "action: run-shard, runner: gpu, with: {verbose: maybe}")
    yard.edit("nightly", "needs: test", "needs: [test, test]")
    assert [(problem.rule, problem.message) for problem in yard.problems()] == [
        ("jobs", "a matrix job has no runner of its own"),
        ("contract", "input 'verbose' is 'maybe'"),
        ("jobs", "'test' is named twice"),
    ]
