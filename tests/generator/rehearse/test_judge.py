"""The verdicts themselves: a row passes only on two witnesses, a job never because it was skipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.rehearse.chosen import Chosen
from generator.rehearse.expect import Expectation
from generator.rehearse.find import Call as CallFound
from generator.rehearse.judge_jobs import Circumstances, blame_absence, judge_jobs
from generator.rehearse.judge_rows import Call, judge_rows
from generator.rehearse.observe import Job, Step
from generator.rehearse.outcome import JobVerdict, RowVerdict
from shuntyard.evidence import Evidence, artifact_name
from shuntyard.plan import CompiledPipeline, Plan, Shard, Unit
from shuntyard.select import Selection
from tests.scripts.report_samples import PIPELINE, make_cases, make_plan, make_result, make_unit

JOBS: dict[str, dict[str, Any]] = {
    "select": {},
    "test": {
        "needs": ["select"],
        "strategy": {"matrix": {}},
        "steps": [{"id": "checkout"}, {"id": "run-shard", "with": {"unit": "u"}}],
    },
    "gate": {"needs": ["select", "test"], "if": "always()"},
}


def ran(job: str, result: str = "success", steps: Mapping[str, str] | None = None, **fields: Any) -> Job:
    """A job that act started; `steps` are its own steps' results."""
    known: dict[tuple[str, tuple[str, ...]], Step] = {
        ("Main", (name,)): Step(id=(name,), stage="Main", name=name, result=outcome)
        for name, outcome in (steps if steps is not None else {"run-shard": "success"}).items()
    }
    return Job(
        name=f"ab/{job}", id=job, matrix=fields.pop("matrix", {}), started=0.0, result=result, steps=known, **fields
    )


def unit_job(unit: Unit, *arguments: Any, **fields: Any) -> Job:
    return ran("test", *arguments, matrix={"unit": unit.id}, **fields)


def evidence(unit: Unit, **outcomes: Any) -> list[Evidence]:
    """Results of the unit's rows, by arm: case outcomes, or a reason why there is none."""
    found = []
    for row in unit.rows:
        said = outcomes.get(row.arm, ["passed"])
        if said is None:
            continue
        folder = f"{artifact_name(PIPELINE, '', unit.id)}/{row.id}/r1"
        result = None if isinstance(said, str) else make_result(row, make_cases(*said))
        reason = said if isinstance(said, str) else ""
        artifact = artifact_name(PIPELINE, "", unit.id)
        found.append(
            Evidence(folder=folder, artifact=artifact, row_id=row.id, repetition=1, result=result, reason=reason)
        )
    return found


def judged(*arguments: Any, **wishes: Any) -> dict[str, RowVerdict]:
    """The verdicts by row."""
    return {row.row: row for row in judged_rows(*arguments, **wishes)}


def judged_rows(
    plan: Plan, observed: list[Job], results: list[Evidence], chosen: Chosen | None = None, **wishes: Any
) -> list[RowVerdict]:
    compiled = CompiledPipeline(pipeline=PIPELINE, summary="", events=("call",), runners={}, suites={}, rows=())
    expected = Expectation(
        call=CallFound(job="ab", pipeline=PIPELINE, repository="o/r", ref="v1", inputs={}, data={}),
        compiled=compiled,
        selection=Selection(plan=plan, reasons={}),
    )
    by_id: dict[str, list[Job]] = {}
    for job in observed:
        by_id.setdefault(job.id, []).append(job)
    verdicts = judge_jobs("ab", JOBS, by_id, Circumstances())
    call = Call(label="ab", jobs=JOBS, observed=observed, verdicts=verdicts)
    whole = Chosen(whole=plan.units, kept=frozenset(unit.id for unit in plan.units), prefix=PIPELINE)
    obstacle = wishes.get("obstacle", lambda unit: "")
    return judge_rows(expected, call, chosen or whole, results, wishes.get("rows", ()), obstacle)


PLAN = make_plan(["smoke"])
UNIT = PLAN.units[0]


def verdicts(found: dict[str, RowVerdict]) -> dict[str, str]:
    return {row.arm: row.verdict for row in found.values()}


def test_two_witnesses_make_a_pass() -> None:
    found = judged(PLAN, [ran("select"), unit_job(UNIT)], evidence(UNIT))
    assert verdicts(found) == {"shell": "passed", "python": "passed"}


@pytest.mark.parametrize(
    ("job", "shell", "word"),
    [
        (unit_job(UNIT, "failure", {"run-shard": "failure"}), "error", "its result says passed, but"),
        (unit_job(UNIT, "failure", {"checkout": "failure"}), "error", "checkout"),
        (unit_job(UNIT, "success", {"checkout": "success"}), "error", "did not run"),
        (unit_job(UNIT, "success", {"run-shard": "success", "after": "failure"}), "error", "after"),
        (unit_job(UNIT, "success", {"run-shard": "skipped"}), "error", "ended as skipped"),
        (unit_job(UNIT, "success", {}), "error", "did not run"),
        (unit_job(UNIT, "", {"run-shard": "success"}), "error", "before it ended"),
        (unit_job(UNIT, refusals=["Python 9 is not here"]), "not exercised", "Python 9 is not here"),
        (unit_job(UNIT, unsupported=True), "not exercised", "runner"),
    ],
)
def test_a_good_result_alone_is_not_enough(job: Job, shell: str, word: str) -> None:
    found = judged(PLAN, [ran("select"), job], evidence(UNIT))
    assert found["smoke.shell"].verdict == shell, found
    assert word in found["smoke.shell"].reason


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (["failed", "passed"], "failed"),
        (["crashed"], "failed"),
        ("result.json is not whole JSON", "error"),
        (None, "error"),
        (["passed"], "passed"),
    ],
)
def test_a_good_step_alone_is_not_enough(said: Any, verdict: str) -> None:
    found = judged(PLAN, [ran("select"), unit_job(UNIT)], evidence(UNIT, python=said))
    assert verdicts(found) == {"shell": "passed", "python": verdict}


def test_a_siblings_result_does_not_fail_a_row() -> None:
    # act 0.2.89 says jobResult failure of every job of a matrix after one has failed.
    found = judged(PLAN, [ran("select"), unit_job(UNIT, "failure")], evidence(UNIT))
    assert verdicts(found) == {"shell": "passed", "python": "passed"}


def forgiven(unit: Unit, failed: str) -> Job:
    """A job whose step failed, and went on because the job may fail."""
    job = unit_job(unit, "success", {failed: "failure"})
    job.steps["Main", (failed,)].continued = True
    return job


def test_a_row_of_a_job_that_may_fail_fails_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(JOBS["test"], "continue-on-error", "${{ matrix.experimental || false }}")
    found = judged(PLAN, [ran("select"), forgiven(UNIT, "run-shard")], evidence(UNIT, python=["failed"]))
    assert verdicts(found) == {"shell": "passed", "python": "failed"}
    found = judged(PLAN, [ran("select"), forgiven(UNIT, "checkout")], evidence(UNIT))
    assert verdicts(found) == {"shell": "error", "python": "error"}
    job = judge_jobs("ab", JOBS, {"test": [forgiven(UNIT, "run-shard")]}, Circumstances())["test"]
    assert (job.verdict, job.reason) == ("passed", "its step run-shard failed, which continue-on-error forgives")


def test_a_row_without_a_result_says_what_its_job_said() -> None:
    job = unit_job(UNIT, "failure", {"run-shard": "failure"}, errors=["the patch does not apply", "no file to upload"])
    found = judged(PLAN, [ran("select"), job], evidence(UNIT, shell=None, python=None))
    assert found["smoke.shell"].verdict == "error"
    assert found["smoke.shell"].reason.startswith("the patch does not apply (")


def test_an_arm_that_fails_explains_the_step_for_the_other() -> None:
    job = unit_job(UNIT, "failure", {"run-shard": "failure"})
    found = judged(PLAN, [ran("select"), job], evidence(UNIT, python=["failed"]))
    assert verdicts(found) == {"shell": "passed", "python": "failed"}


def test_a_unit_that_act_never_ran_is_an_error() -> None:
    found = judged(make_plan(["smoke", "docs_test"]), [ran("select"), unit_job(UNIT)], evidence(UNIT))
    assert found["smoke.shell"].verdict == "passed"
    assert found["docs_test.shell"].verdict == "error"


def test_what_select_rows_chose_is_held_against_what_it_should_have() -> None:
    other = make_plan(["docs_test"]).units
    chosen = Chosen(whole=other, kept=frozenset(unit.id for unit in other), prefix=PIPELINE)
    found = judged(PLAN, [ran("select"), unit_job(UNIT)], evidence(UNIT), chosen)
    assert found["smoke.shell"].reason == "select-rows did not choose it"
    assert "does not foresee" in found["docs_test.shell"].reason
    assert {row.verdict for row in found.values()} == {"error"}


def test_shards_are_judged_each_by_its_own_results() -> None:
    units = tuple(make_unit("smoke", ["python"], Shard(index=index, of=2)) for index in (1, 2))
    plan = Plan(pipeline=PIPELINE, units=units)
    results = []
    for unit, outcome in zip(units, ("passed", "failed"), strict=True):
        (item,) = evidence(unit, python=[outcome])
        assert item.result is not None
        results.append(replace(item, result=replace(item.result, shard_index=unit.shard.index, shard_of=2)))
    jobs = [ran("select"), unit_job(units[0]), unit_job(units[1], "failure", {"run-shard": "failure"})]
    assert [row.verdict for row in judged_rows(plan, jobs, results)] == ["passed", "failed"]


RESULTS = st.sampled_from(["success", "failure", "skipped", ""])
OUTCOMES = st.sampled_from([["passed"], ["failed"], ["error"], ["passed", "crashed"], "torn", None])
OBSERVED = st.builds(
    lambda result, steps, refused, unsupported, continued: (result, steps, refused, unsupported, continued),
    RESULTS,
    st.dictionaries(st.sampled_from(["checkout", "run-shard", "after"]), RESULTS),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


@given(st.one_of(st.none(), OBSERVED), OUTCOMES, OUTCOMES)
def test_no_row_passes_without_both_witnesses(seen: Any, shell: Any, python: Any) -> None:
    jobs = [ran("select")]
    if seen:
        result, steps, refused, unsupported, continued = seen
        job = unit_job(UNIT, result, steps, refusals=["no"] if refused else [], unsupported=unsupported)
        for step in job.steps.values():
            step.continued = continued
        jobs.append(job)
    found = judged(PLAN, jobs, evidence(UNIT, shell=shell, python=python))
    assert set(found) == {"smoke.shell", "smoke.python"}
    for arm, own, other in (("shell", shell, python), ("python", python, shell)):
        if found[f"smoke.{arm}"].verdict == "passed":
            assert own == ["passed"]
            assert seen and not refused and not unsupported and steps.get("run-shard") in ("success", "failure")
            assert steps["run-shard"] == "success" or other != ["passed"]
        else:
            assert found[f"smoke.{arm}"].reason


# --- jobs


def absent(jobs: dict[str, dict[str, Any]], observed: dict[str, list[Job]], **around: Any) -> dict[str, str]:
    found = judge_jobs("", jobs, observed, Circumstances(**around))
    return {name: each.verdict for name, each in found.items()}


def test_a_job_that_never_ran_has_a_reason() -> None:
    jobs: dict[str, dict[str, Any]] = {"a": {}, "b": {"if": "x"}, "c": {"needs": "b"}, "d": {"needs": ["e"]}, "e": {}}
    observed = {"e": [ran("e", "failure", {"s": "failure"})]}
    assert absent(jobs, observed) == {"a": "error", "b": "skipped", "c": "skipped", "d": "skipped", "e": "failed"}
    assert absent(jobs, {}, blocked={"a": "no", "e": "no"})["d"] == "not exercised"
    assert set(absent(jobs, {}, complaint="Unknown").values()) == {"error"}
    assert absent(jobs, {}, stopped="late") == dict.fromkeys("abe", "error") | dict.fromkeys("cd", "skipped")


def test_a_job_for_an_input_is_missed_only_where_the_call_sets_that() -> None:
    jobs: dict[str, dict[str, Any]] = {
        "signal": {"if": "${{ inputs.callback-url != '' && always() }}"},
        "gate": {"if": "${{ always() && inputs.other == '' }}"},
    }
    found = judge_jobs("ab", jobs, {}, Circumstances())
    assert [(each.verdict, each.unasked) for each in found.values()] == [("skipped", True), ("skipped", False)]
    assert found["signal"].reason == "no callback-url is given"
    assert not judge_jobs("ab", jobs, {}, Circumstances(given=frozenset({"callback-url"})))["signal"].unasked


def test_needs_that_go_in_circles_end() -> None:
    assert absent({"a": {"needs": "b"}, "b": {"needs": "a"}}, {}).keys() == {"a", "b"}


def test_a_failure_after_something_that_was_not_exercised_says_nothing() -> None:
    failed = JobVerdict(call="", job="gate", verdict="failed", log=("x",))
    missing = JobVerdict(call="", job="test", verdict="not exercised")
    assert blame_absence(failed, {"test": missing}).verdict == "not exercised"
    assert blame_absence(failed, {"test": failed}).verdict == "failed"
