"""Reading act's lines: recorded ones, hostile ones, and whatever else a program may print."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from generator.rehearse.observe import Job, Log
from generator.rehearse.placement import Called, place


def line(msg: str = "", job: str = "CI/one", id_: str = "one", **fields: Any) -> str:
    return json.dumps({"job": job, "jobID": id_, "level": "info", "matrix": {}, "msg": msg, **fields})


def read(*lines: str) -> Log:
    log = Log()
    for number, text in enumerate(lines):
        log.read(text, float(number))
    return log


def only(log: Log) -> Job:
    (job,) = log.jobs.values()
    return job


def test_steps_and_the_jobs_result() -> None:
    log = read(
        line("⭐ Run Main a", stage="Main", stepID=["a"], step="a"),
        line("said\n", raw_output=True, stage="Main", stepID=["a"]),
        line("Success", stage="Main", stepID=["a"], stepResult="success", executionTime=2_000_000_000),
        line("Failure", stage="Main", stepID=["b", "c"], stepResult="failure"),
        line("Failure", stage="Main", stepID=["b"], stepResult="failure"),
        line("🏁  Job failed", jobResult="failure"),
    )
    job = only(log)
    assert job.steps["Main", ("a",)].seconds == 2.0
    assert job.failed_step is not None and job.failed_step.id == ("b",)
    assert (job.result, job.seconds) == ("failure", 5.0)


def test_a_failure_that_the_workflow_allows_is_none() -> None:
    job = only(
        read(
            line("Failed but continue next step", stage="Main", stepID=["a"]),
            line("Failure", stage="Main", stepID=["a"], stepResult="failure"),
            line("🏁", jobResult="success"),
        )
    )
    assert job.failed_step is None


def test_the_log_kept_is_the_failing_steps_own() -> None:
    steps = [line(f"{n}\n", raw_output=True, stage="Main", stepID=["a", "inner"]) for n in range(40)]
    job = only(
        read(
            *steps,
            line("", stage="Main", stepID=["a"], stepResult="failure"),
            line("b\n", raw_output=True, stepID=["b"]),
        )
    )
    assert job.tail() == tuple(str(n) for n in range(25, 40))


def test_only_a_stand_in_can_refuse() -> None:
    refusal: dict[str, Any] = {"command": "error", "arg": "why", "kvPairs": {"title": "rehearsal: not exercised"}}
    assert only(read(line(stepID=["a", "stand-in"], **refusal))).refusals == ["why"]
    assert only(read(line(stepID=["a"], **refusal))).refusals == []
    assert only(read(line(stepID=["stand-in", "a"], **refusal))).refusals == []


def test_outputs_are_kept_by_step() -> None:
    job = only(read(line(command="set-output", name="x", arg="1", stepID=["a", "b"])))
    assert job.outputs == {("a", "b"): {"x": "1"}}


def test_what_act_complains_about() -> None:
    assert read("Error: Job 'gate' failed").complaint == ""
    assert read('{"level":"warning","msg":"no docker"}', "Error: workflow is not valid. 'a'", "Line: 1").complaint == (
        "workflow is not valid. 'a'\nLine: 1"
    )
    assert read(line("x")).complaint == ""


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=3), inner, max_size=2)),
    max_leaves=3,
)
LINES = st.fixed_dictionaries(
    {"job": st.text(min_size=1, max_size=3)},
    optional={
        "command": st.one_of(st.just("error"), st.just("set-output"), VALUES),
        **dict.fromkeys(("matrix", "stepID", "stage", "kvPairs", "msg", "stepResult", "executionTime"), VALUES),
        **dict.fromkeys(("jobResult", "jobID", "level", "raw_output", "arg", "name"), VALUES),
    },
).map(json.dumps)


@given(st.lists(st.one_of(st.text(max_size=40), VALUES.map(json.dumps), LINES), max_size=6))
def test_no_line_is_a_bug(lines: list[str]) -> None:
    log = read(*lines)
    assert len(log.jobs) + len(log.loose) <= len(lines)


def observed(*names: tuple[str, str]) -> list[Job]:
    return [Job(name=name, id=id_, matrix={}, started=0.0) for name, id_ in names]


def test_jobs_are_told_apart_by_their_paths() -> None:
    jobs: dict[str, dict[str, Any]] = {
        "ab": {"name": "A/B ${{ matrix.x }} (x)"},
        "again": {},
        "lint": {"name": "Lint it"},
    }
    called = {name: Called(name="ab", jobs={"select": {}, "test": {}}) for name in ("ab", "again")}
    found = place(
        observed(
            ("My CI/A/B one (x)-1", "ab"),
            ("A/B one (x)-1/ab/select", "select"),
            ("A/B two (x)-2/ab/test u-3", "test"),
            ("again/ab/select", "select"),
            ("My CI/Lint it-12", "lint"),
            ("My CI/Lint itself", "lint"),
        ),
        "My CI",
        jobs,
        called,
    )
    assert {name: list(groups) for name, groups in found.called.items()} == {
        "ab": ["A/B one (x)-1", "A/B two (x)-2"],
        "again": ["again"],
    }
    assert {name: len(each) for name, each in found.own.items()} == {"ab": 1, "lint": 1}
    assert [job.name for job in found.unplaced] == ["My CI/Lint itself"]


def test_a_workflow_that_is_called_like_the_job_that_calls_it() -> None:
    called = {"ab": Called(name="ab", jobs={"ab": {}})}
    found = place(observed(("ab/ab", "ab"), ("ab/ab/ab", "ab")), "ab", {"ab": {}}, called)
    assert [job.name for job in found.own["ab"]] == ["ab/ab"]
    assert [job.name for job in found.called["ab"]["ab"]] == ["ab/ab/ab"]
