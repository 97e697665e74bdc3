"""What the toolkit passes between jobs, no job's `with` can replace."""

from __future__ import annotations

import pytest

from generator.bound import bound_inputs
from generator.pipeline import AllNeeds, JobOutput, MatrixField
from tests.generator.yard import Yard

TEST = "{matrix: rows, action: run-shard, timeout-minutes: 60}"
REPORT = "{needs: test, always: true, action: analyse}"


@pytest.mark.parametrize(
    ("old", "name", "said"),
    [
        (TEST, "unit", "each job of the matrix gets the unit that it runs"),
        (TEST, "pipeline", "it is this pipeline, or the one that the caller names"),
        (TEST, "python-version", "each row has its own: write an axis `python`"),
        (REPORT, "plan", "it is what the job `select` has selected"),
        (REPORT, "artifacts", "it is what the job `select` has selected"),
    ],
)
def test_a_bound_input_is_refused_at_its_place(yard: Yard, old: str, name: str, said: str) -> None:
    place = yard.edit("nightly", old, f"{old[:-1]}, with: {{¦{name}: x}}}}")
    assert place
    (problem,) = yard.problems()
    assert (problem.file, problem.line, problem.column) == ("matrices/nightly.yml", *place)
    assert problem.message == f"{name!r} cannot be set here"
    assert problem.hint.startswith(f"remove it; {said}")


def test_all_of_them_are_told_at_once(yard: Yard) -> None:
    yard.edit("nightly", TEST, f"{TEST[:-1]}, with: {{unit: x, pipeline: y}}}}")
    yard.edit("nightly", REPORT, f"{REPORT[:-1]}, with: {{plan: z}}}}")
    assert len(yard.problems()) == 3


def test_any_other_input_is_the_job_s_to_set(yard: Yard) -> None:
    yard.edit("nightly", REPORT, f"{REPORT[:-1]}, with: {{title: Tonight}}}}")
    assert yard.problems() == []


@pytest.mark.parametrize("name", ["nightly", "any"])
def test_everything_that_is_passed_between_jobs_is_bound(yard: Yard, name: str) -> None:
    """Read off the finished workflow, so that what assembling learns to pass cannot be forgotten here."""
    model = yard.toolkit().pipelines[name].model
    jobs = {job.id: job for job in yard.render().workflows[name].jobs}
    for job_name, job in model.jobs.items():
        values = jobs[job_name].steps[-1].with_
        passed = {key for key, value in values.items() if isinstance(value, AllNeeds | JobOutput | MatrixField)}
        assert passed
        assert passed <= set(bound_inputs(model, job))
