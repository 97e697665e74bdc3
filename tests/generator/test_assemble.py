# ruff: noqa: E501 - a table is read by its columns: one case a line
"""A pipeline file → jobs: what each passes on, when it runs, what it may do, and what a pipeline must not say."""

from __future__ import annotations

from typing import Any

import pytest

from generator.assemble import assemble
from generator.compose import compose_all
from generator.pipeline import (
    AllNeeds,
    Condition,
    InputRef,
    Job,
    JobOutput,
    MatrixField,
    StepOutput,
    Uses,
    Workflow,
)
from shuntyard.errors import ProblemsFound
from tests.generator.yard import CURSOR, Yard


def workflow(yard: Yard, name: str = "nightly") -> Workflow:
    toolkit = yard.toolkit()
    return assemble(toolkit, compose_all(toolkit), toolkit.pipelines[name])


def job(yard: Yard, job_id: str, name: str = "nightly") -> Job:
    return next(job for job in workflow(yard, name).jobs if job.id == job_id)


def given(yard: Yard, job_id: str, name: str = "nightly") -> dict[str, Any]:
    """What a job's last step, its action, is given."""
    return job(yard, job_id, name).steps[-1].with_


def test_a_pipeline_s_jobs_stand_between_the_selection_and_the_gate(yard: Yard) -> None:
    made = workflow(yard)
    assert [job.id for job in made.jobs] == ["select", "test", "report", "gate"]
    assert [job.needs for job in made.jobs] == [(), ("select",), ("select", "test"), ("select", "test", "report")]
    assert (made.name, made.source) == ("nightly", "matrices/nightly.yml")


def test_the_selection_is_of_this_pipeline_and_only_for_its_labels(yard: Yard) -> None:
    select = job(yard, "select")
    assert [step.id for step in select.steps] == ["select-rows"]
    assert select.steps[0].with_ == {
        "pipeline": "nightly",
        "configs": InputRef("configs"),
        "mode": InputRef("mode"),
        "percent": InputRef("percent"),
        "instance": InputRef("instance"),
    }
    assert select.condition == Condition(labels=("ciflow/nightly",))
    assert select.outputs == {
        name: StepOutput("select-rows", name) for name in ("matrix", "plan", "count", "artifacts")
    }


def test_rows_of_a_caller_are_compiled_from_its_checkout_when_it_names_a_file(yard: Yard) -> None:
    checkout, compile_, select = job(yard, "select", "any").steps
    assert checkout.uses == Uses("marketplace", "actions/checkout")
    assert checkout.when == compile_.when == InputRef("matrix")
    assert checkout.with_ == {"persist-credentials": False}
    assert select.with_["compiled"] == StepOutput("compile-matrix", "compiled")
    assert select.with_["pipeline"] == InputRef("pipeline")


def test_only_the_selection_knows_which_pipeline_a_caller_runs(yard: Yard) -> None:
    assert job(yard, "select", "any").outputs["pipeline"] == StepOutput("select-rows", "pipeline")
    assert given(yard, "test", "any")["pipeline"] == JobOutput("select", "pipeline")
    assert given(yard, "test")["pipeline"] == "nightly"


def test_a_matrix_job_runs_units_where_there_are_any(yard: Yard) -> None:
    test = job(yard, "test")
    assert test.matrix == JobOutput("select", "matrix")
    assert test.condition == Condition(positive=JobOutput("select", "count"))
    assert test.timeout_minutes == 60
    assert test.permissions == {"contents": "read"}
    assert [step.id for step in test.steps] == ["checkout", "run-shard"]


def test_an_action_is_given_what_the_toolkit_binds_then_the_inputs_of_the_same_names(yard: Yard) -> None:
    assert given(yard, "test") == {
        "python-version": MatrixField("python", or_input=InputRef("python-version")),
        "unit": MatrixField("plan", as_json=True),
        "pipeline": "nightly",
        "tests": InputRef("tests", "test_unit test_docs"),
        "verbose": InputRef("verbose"),
        "instance": InputRef("instance"),
    }


def test_an_action_is_given_nothing_that_it_does_not_declare(yard: Yard) -> None:
    composites = compose_all(yard.toolkit())
    for name in ("nightly", "any"):
        for made in workflow(yard, name).jobs:
            for step in made.steps:
                if step.uses.kind == "own":
                    assert set(step.with_) <= {item.name for item in composites[step.uses.name].inputs}


def test_a_job_s_own_values_win(yard: Yard) -> None:
    assert given(yard, "report", "any")["title"] == "Any matrix"
    yard.edit("nightly", "action: run-shard,", "action: run-shard, with: {tests: only, verbose: true},")
    assert (given(yard, "test")["tests"], given(yard, "test")["verbose"]) == ("only", True)


@pytest.mark.parametrize(("written", "home"), [("a 'b'", "a 'b'"), ("true", "true"), ("7", "7"), ("'no'", "no")])
def test_an_input_at_home_has_the_pipeline_s_value(yard: Yard, written: str, home: str) -> None:
    yard.edit("nightly", "tests: test_unit test_docs", f"tests: {written}")
    assert given(yard, "test")["tests"] == InputRef("tests", home)


def test_a_job_that_always_runs_still_needs_that_the_run_was_asked_for(yard: Yard) -> None:
    assert job(yard, "report").condition == Condition(always=True, unless_skipped="select")
    assert job(yard, "gate").condition == Condition(always=True, unless_skipped="select")


def test_the_gate_judges_every_job_and_knows_which_nothing_skips(yard: Yard) -> None:
    assert given(yard, "gate") == {
        "needs": AllNeeds(("select", "test", "report")),
        "requires": "select test report",
        "count": JobOutput("select", "count"),
        "empty": "fail",
        "matrix-jobs": "test",
    }
    assert given(yard, "gate", "any")["empty"] == "pass"
    assert job(yard, "gate").permissions == {}


def test_a_workflow_hands_on_the_outputs_that_it_names(yard: Yard) -> None:
    made = workflow(yard)
    assert made.outputs == {"verdict": JobOutput("report", "verdict")}
    assert job(yard, "report").outputs == {"verdict": StepOutput("analyse", "verdict")}


def test_an_input_is_described_by_the_action_that_declares_it(yard: Yard) -> None:
    inputs = {item.name: item for item in workflow(yard).triggers.inputs}
    assert list(inputs) == ["configs", "mode", "percent", "tests", "python-version", "verbose", "instance"]
    assert inputs["mode"].choices == ("paired", "split", "python", "shell")
    assert (inputs["percent"].type, inputs["percent"].default) == ("number", "50")
    assert all(item.default is not None for item in inputs.values())


def test_triggers_are_those_of_the_file(yard: Yard) -> None:
    yard.edit(
        "nightly",
        'schedule: {cron: "17 3 * * *"}',
        'schedule: [{cron: "17 3 * * *"}, {cron: "5 6 * * 1", timezone: Europe/Berlin}]\n  push: {branches: [main]}',
    )
    triggers = workflow(yard).triggers
    assert triggers.crons == (("17 3 * * *", ""), ("5 6 * * 1", "Europe/Berlin"))
    assert triggers.branches == ("main",)
    assert (triggers.call, triggers.dispatch, triggers.labels) == (True, True, ("ciflow/nightly",))


def test_a_job_runs_on_the_hub_or_on_the_runner_it_names(yard: Yard) -> None:
    assert job(yard, "report").runs_on == ("ubuntu-24.04",)
    yard.edit("nightly", "action: analyse", "action: analyse, runner: gpu")
    assert job(yard, "report").runs_on == ("self-hosted", "linux", "gpu-one")


def test_a_pipeline_without_rows_has_no_selection(yard: Yard) -> None:
    yard.put(
        "nightly",
        "pipeline: nightly\nsummary: No rows.\ntriggers: {dispatch: true}\n"
        "jobs: {report: {action: analyse}}\ngate: {requires: [report]}\n",
    )
    made = workflow(yard)
    assert [(job.id, job.needs) for job in made.jobs] == [("report", ()), ("gate", ("report",))]
    assert given(yard, "gate") == {"needs": AllNeeds(("report",)), "requires": "report"}
    assert made.jobs[-1].condition == Condition(always=True)


# Name of the fault → what the pipeline says; what it says instead, with the cursor at its place; message; hint; rule.
JOBS = "report: {needs: test, always: true, action: analyse}"
FAULTS = {
    "a need that is no job": ("needs: test", "needs: ¦[tset]", "no job is called 'tset'", "did you mean 'test'?", "jobs"),
    "a job that needs itself": ("needs: test", "needs: ¦report", "in a circle: report → report", "remove one", "jobs"),
    "jobs that need each other": ("action: run-shard,", "action: run-shard, needs: report,", "in a circle: report → test → report", "remove one", "jobs"),
    "a job called select": (JOBS, JOBS + "\n  ¦select: {action: analyse}", "'select' is the renderer's own", "something else", "jobs"),
    "an unknown action": (JOBS, JOBS + "\n  more: {action: ¦analyze}", "unknown action 'analyze'", "did you mean 'analyse'?", "contract"),
    "an unknown input of an action": ("action: analyse", "action: analyse, with: {titel: ¦x}", "analyse has no input 'titel'", "did you mean 'title'?", "contract"),
    "an unknown runner of a job": ("action: analyse", "action: analyse, runner: ¦gqu", "unknown runner 'gqu'", "did you mean 'gpu'?", "runners"),
    "an unknown label": ("labels: [ciflow/nightly]", "labels: [¦ciflow/nightyl]", "unknown label 'ciflow/nightyl'", "did you mean 'ciflow/nightly'?", "labels"),
    "an input that no action has": ("[configs, mode,", "[¦confgs, mode,", "no job's action has an input 'confgs'", "did you mean 'configs'?", "contract"),
    "a value at home for no input": ("tests: test_unit test_docs", "test: ¦test_unit", "the pipeline has no input 'test'", "did you mean 'tests'?", "contract"),
    "a gate that forgets a job": ("requires: [test, report]", "requires: ¦[test]", "does not list the job 'report'", "every job", "gate"),
    "a gate for no job": ("requires: [test, report]", "requires: [test, report, ¦tests]", "no job is called 'tests'", "did you mean 'test'?", "gate"),
    "an output that no action gives": ("report.verdict", "¦report.verdct", "gives no output 'verdct'", "did you mean 'verdict'?", "jobs"),
    "an output of no job": ("report.verdict", "¦reprot.verdict", "no job is called 'reprot'", "did you mean 'report'?", "jobs"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_what_a_pipeline_must_not_say_is_told_at_its_place(yard: Yard, case: str) -> None:
    old, new, message, hint, rule = FAULTS[case]
    place = yard.edit("nightly", old, new)
    problems = [problem for problem in yard.problems() if problem.rule != "gate" or rule == "gate"]
    assert len(problems) == 1, problems
    assert message in problems[0].message
    assert hint in problems[0].hint
    assert (problems[0].file, problems[0].rule) == ("matrices/nightly.yml", rule)
    assert CURSOR not in new or (problems[0].line, problems[0].column) == place


def test_a_pipeline_is_told_of_all_its_faults(yard: Yard) -> None:
    yard.edit("nightly", "needs: test", "needs: tset")
    yard.edit("nightly", "[ciflow/nightly]", "[nightly]")
    yard.edit("nightly", "report.verdict", "report.result")
    with pytest.raises(ProblemsFound) as raised:
        workflow(yard)
    assert [problem.rule for problem in raised.value.problems] == ["labels", "jobs", "jobs"]
