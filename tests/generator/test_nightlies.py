"""Jobs for several rows, sizes of a run, experimental rows, phases and secrets: from the matrix to the workflow."""

from __future__ import annotations

from typing import Any

import pytest

from generator.source import read
from shuntyard.plan import CompiledPipeline
from shuntyard.select import Request, groups, matrix, select
from tests.generator.nightlies import WHEELS, add
from tests.generator.yard import CURSOR, Yard


def workflow(yard: Yard) -> Any:
    path = yard.root / "rendered.yml"
    path.write_text(yard.render().files[".github/workflows/wheels.yml"], encoding="utf-8")
    return read(path, strict=False).data


def compiled(yard: Yard) -> CompiledPipeline:
    return yard.render().compiled["wheels"]


def test_a_phase_is_one_switch(yard: Yard) -> None:
    add(yard)
    on = workflow(yard)["on"]
    assert [entry["cron"] for entry in on["schedule"]] == ["17 2 * * *", "43 4 * * 6"]
    assert "pull_request" not in on
    yard.edit("wheels", "phase: production", "phase: development")
    on = workflow(yard)["on"]
    assert on["pull_request"] == {"paths": [".github/workflows/wheels.yml"]}
    assert "schedule" not in on
    assert "workflow_dispatch" in on


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("phase: production", f"phase: {CURSOR}later", "unknown phase 'later'"),
        ("phase: production\nphases:\n", f"phases:\n  {CURSOR}x: {{}}\n", "no phase is chosen"),
        ("size: weekly}", f"size: {CURSOR}monthly}}", "unknown size 'monthly'"),
        ('nightly: {python: ["3.12"]}', f'nightly: {{python: [{CURSOR}"3.13"]}}', "no row has the python '3.13'"),
        ('nightly: {python: ["3.12"]}', f'nightly: {{pithon: {CURSOR}["3.12"]}}', "no axis is called 'pithon'"),
        ('- {stack: "7.2"}\nrunner', f'- {CURSOR}{{stack: "9"}}\nrunner', "this entry fits no row"),
        ('- {stack: "7.2"}\nrunner', f"- {CURSOR}{{}}\nrunner", "this entry names no axis"),
        ("matrix: [stack]", f"matrix: [{CURSOR}stuck]", "no axis is called 'stuck'"),
        ("matrix: [stack]", f"matrix: {CURSOR}[]", "this matrix names no axis"),
        ("pythons: {axis: python}", f"pythons: {{axis: {CURSOR}pithon}}", "no axis is called 'pithon'"),
        ("{one: test_one, many: test_many}", f"{CURSOR}{{one: test_one}}", "there is nothing for the cards 'many'"),
        ("{nightly: few, weekly: all}", f"{CURSOR}{{nightly: few}}", "there is nothing for the size 'weekly'"),
        ("{by: size, values", f"{{by: {CURSOR}cards, values", "the job has no one value on the axis 'cards'"),
        ("when: publish", f"when: {CURSOR}publis", "the pipeline has no input 'publis'"),
        ("may-skip: [publish]", f"may-skip: [{CURSOR}publis]", "the gate does not require 'publis'"),
    ],
)
def test_a_slip_is_told_at_its_place(yard: Yard, old: str, new: str, said: str) -> None:
    assert WHEELS.count(old) == 1
    place = add(yard, WHEELS.replace(old, new))
    problems = yard.problems()
    assert said in [problem.message for problem in problems]
    found = next(problem for problem in problems if problem.message == said)
    assert found.file == "matrices/wheels.yml"
    assert found.line
    assert found.hint
    assert (found.line, found.column) == place


def test_every_row_experimental_is_a_fault(yard: Yard) -> None:
    add(yard, WHEELS.replace('- {stack: "7.2"}\nrunner', '- {stack: "7.2"}\n  - {stack: "7.1"}\nrunner'))
    assert "every row is experimental" in [problem.message for problem in yard.problems()]


def test_a_size_selects_its_rows_by_input_schedule_or_order(yard: Yard) -> None:
    add(yard)
    pipeline = compiled(yard)
    assert pipeline.sizes == ("nightly", "weekly")
    usual = select(pipeline, Request(event="workflow_dispatch"))
    assert {row.values["python"] for unit in usual.plan.units for row in unit.rows} == {"3.12"}
    assert usual.size == "nightly"
    assert usual.reasons["3.11.7.1.one"] == "not in the size nightly (it is in weekly)"
    weekly = select(pipeline, Request(event="schedule", cron="43 4 * * 6"))
    assert (weekly.size, len(weekly.plan.units)) == ("weekly", 7)
    moved = select(pipeline, Request(event="schedule", cron="1 2 * * *"))  # a caller's own time: never the usual size
    assert moved.size == next(iter(pipeline.crons.values()))
    asked = select(pipeline, Request(event="schedule", cron="43 4 * * 6", size="nightly"))
    assert asked.plan.units == usual.plan.units


def test_experimental_rows_are_marked_and_their_jobs_may_fail(yard: Yard) -> None:
    add(yard)
    plan = select(compiled(yard), Request(size="weekly")).plan
    entries = {entry["unit"]: entry for entry in matrix(plan)["include"]}
    assert entries["3.11.7.2.one"]["experimental"] is True
    assert "experimental" not in entries["3.11.7.1.one"]
    jobs = workflow(yard)["jobs"]
    assert jobs["test"]["continue-on-error"] == "${{ matrix.experimental || false }}"
    assert "continue-on-error" not in jobs["gate"]


def test_groups_have_one_entry_for_each_of_their_values_together(yard: Yard) -> None:
    add(yard)
    made = groups(select(compiled(yard), Request(size="weekly")).plan)
    assert made["stack"]["include"] == [
        {"unit": "7.1", "values": {"stack": "7.1"}, "all": {"python": "3.11 3.12", "cards": "one many"}},
        {
            "unit": "7.2",
            "experimental": True,
            "values": {"stack": "7.2"},
            "all": {"python": "3.11 3.12", "cards": "one many"},
        },
    ]
    assert [entry["unit"] for entry in made["stack-python"]["include"]] == [
        "7.1.3.11",
        "7.2.3.11",
        "7.1.3.12",
        "7.2.3.12",
    ]
    assert made["stack-python"]["include"][2]["all"] == {"cards": "one"}  # many is excluded there


def test_jobs_look_up_the_values_of_their_rows(yard: Yard) -> None:
    add(yard)
    jobs = workflow(yard)["jobs"]
    build, test, weigh = jobs["build"], jobs["test"], jobs["weigh"]
    assert build["strategy"]["matrix"] == "${{ fromJSON(needs.select.outputs.groups)['stack'] }}"
    assert build["runs-on"] == "ubuntu-24.04"
    assert build["name"] == "build ${{ matrix.unit }}"
    assert build["steps"][-1]["with"] == {
        "stack": "${{ matrix.values['stack'] }}",
        "pythons": "${{ matrix.all['python'] }}",
        "call": "${{ needs.select.outputs.call }}",
    }
    table = 'fromJSON(\'{"one": "test_one", "many": "test_many"}\')'
    assert test["steps"][-1]["with"]["tests"] == "${{ " + table + "[matrix.plan.rows[0].values['cards']] }}"
    assert weigh["strategy"]["matrix"] == "${{ fromJSON(needs.select.outputs.groups)['stack-python'] }}"
    assert weigh["steps"][-1]["with"]["stack"] == "v=${{ matrix.values['stack'] }}-${{ matrix.values['python'] }}"
    assert weigh["steps"][-1]["with"]["pythons"].endswith("[needs.select.outputs.size] }}")


def test_a_job_runs_only_where_its_input_is_set_and_the_gate_lets_it_be_skipped(yard: Yard) -> None:
    add(yard)
    jobs = workflow(yard)["jobs"]
    assert jobs["publish"]["if"] == "${{ inputs.publish != '' }}"
    gate = jobs["gate"]["steps"][-1]["with"]
    assert (gate["requires"], gate["may-skip"]) == ("select build test weigh", "publish")
    assert gate["matrix-jobs"] == "build test weigh"


def test_secrets_are_declared_and_handed_on_by_name(yard: Yard) -> None:
    add(yard)
    made = workflow(yard)
    assert made["on"]["workflow_call"]["secrets"] == {
        "PUBLISH_KEY": {"description": "What signs it.", "required": True},
        "PUBLISH_TOKEN": {"description": "What lets it.", "required": False},
    }
    assert "token" not in made["on"]["workflow_call"]["inputs"]
    assert made["jobs"]["publish"]["steps"][-1]["with"] == {
        "publish": "${{ inputs.publish }}",
        "token": "${{ secrets.PUBLISH_TOKEN }}",
        "key": "${{ secrets.PUBLISH_KEY }}",
    }


def test_what_a_caller_sets_wins_over_what_a_row_has(yard: Yard) -> None:
    add(yard, WHEELS.replace("[size, publish, instance]", "[size, publish, instance, tests, pythons, stack]"))
    made = workflow(yard)
    inputs = made["on"]["workflow_call"]["inputs"]
    assert [inputs[name]["default"] for name in ("tests", "pythons", "stack")] == ["", "", ""]
    tests = made["jobs"]["test"]["steps"][-1]["with"]["tests"]
    assert tests.startswith("${{ inputs.tests || fromJSON(")
    stack = made["jobs"]["weigh"]["steps"][-1]["with"]["stack"]
    assert stack.endswith(
        "inputs.stack || format('{0}{1}{2}{3}', 'v=', matrix.values['stack'], '-', matrix.values['python']) }}"
    )
