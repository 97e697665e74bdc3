"""Plan and evidence joined: what is missing, doubled or contradictory becomes an error row, and nothing gets lost."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from shuntyard.collect import collect
from shuntyard.evidence import Evidence
from shuntyard.join import join, split_foreign
from shuntyard.plan import Plan, Shard
from shuntyard.report import RowReport
from tests.scripts.report_samples import (
    PIPELINE,
    make_cases,
    make_plan,
    make_result,
    make_unit,
    write_passing,
    write_result,
)


def joined(root: Path, plan: Plan | None, repeats: int = 0) -> dict[str, RowReport]:
    return {row.id: row for row in join(plan, collect(root), pipeline=PIPELINE, repeats=repeats)}


def faults(row: RowReport) -> list[tuple[int, str]]:
    return [(run.repetition, run.fault) for run in row.runs if run.fault]


def test_rows_come_in_the_plans_order_with_their_sums(tmp_path: Path) -> None:
    plan = make_plan(["smoke", "docs_test"])
    write_passing(tmp_path, plan, repeats=2)
    rows = joined(tmp_path, plan)
    assert list(rows) == ["smoke.shell", "smoke.python", "docs_test.shell", "docs_test.python"]
    row = rows["smoke.python"]
    assert (row.config, row.arm, row.ran, row.outcome, row.unit) == ("smoke", "python", ("python",), "passed", "smoke")
    assert (row.tests, row.failed, row.skipped, row.durations_s) == (3, 0, 1, (2.0, 2.0))


def test_an_artifact_that_never_came_is_an_error_for_each_row(tmp_path: Path) -> None:
    plan = make_plan(["smoke", "docs_test"])
    write_passing(tmp_path, plan)
    shutil.rmtree(tmp_path / "python-runner-ab--smoke")
    rows = joined(tmp_path, plan)
    for arm in ("shell", "python"):
        row = rows[f"smoke.{arm}"]
        assert (row.outcome, faults(row)) == ("error", [(1, "missing")])
        assert row.reasons == ("there is no artifact python-runner-ab--smoke",)
    assert rows["docs_test.python"].outcome == "passed"


def test_a_row_without_its_folder_is_an_error_beside_its_sibling(tmp_path: Path) -> None:
    plan = make_plan(["smoke"])
    write_passing(tmp_path, plan)
    shutil.rmtree(tmp_path / "python-runner-ab--smoke" / "smoke.shell")
    rows = joined(tmp_path, plan)
    assert rows["smoke.shell"].reasons == ("there is nothing at python-runner-ab--smoke/smoke.shell/r1",)
    assert rows["smoke.python"].outcome == "passed"


def test_a_repetition_that_the_sibling_has_is_missed(tmp_path: Path) -> None:
    plan = make_plan(["smoke"])
    write_passing(tmp_path, plan, repeats=3)
    shutil.rmtree(tmp_path / "python-runner-ab--smoke" / "smoke.shell" / "r2")
    rows = joined(tmp_path, plan)
    assert faults(rows["smoke.shell"]) == [(2, "missing")]
    assert rows["smoke.shell"].durations_s == (2.0, 2.0)
    assert rows["smoke.python"].outcome == "passed"


def test_repetitions_that_nobody_has_are_missed_when_they_were_asked_for(tmp_path: Path) -> None:
    plan = make_plan(["smoke"])
    write_passing(tmp_path, plan)
    assert joined(tmp_path, plan)["smoke.shell"].outcome == "passed"
    assert faults(joined(tmp_path, plan, repeats=3)["smoke.shell"]) == [(2, "missing"), (3, "missing")]


def test_a_truncated_result_is_an_error_with_the_end_of_the_log(tmp_path: Path) -> None:
    plan = make_plan(["smoke"])
    write_passing(tmp_path, plan)
    path = tmp_path / "python-runner-ab--smoke" / "smoke.shell" / "r1" / "result.json"
    path.write_bytes(path.read_bytes()[:100])
    row = joined(tmp_path, plan)["smoke.shell"]
    assert faults(row) == [(1, "unreadable")]
    assert row.reasons[0].endswith("the log ends:\ncollected 3 items")


def test_two_results_with_one_identity_are_both_errors(tmp_path: Path) -> None:
    plan = make_plan(["smoke"])
    write_passing(tmp_path, plan)
    unit = tmp_path / "python-runner-ab--smoke"
    shutil.copytree(unit / "smoke.shell", unit / "copy" / "smoke.shell")
    row = joined(tmp_path, plan)["smoke.shell"]
    assert faults(row) == [(1, "duplicate"), (1, "duplicate")]
    assert all("2 results claim to be this one" in reason for reason in row.reasons)
    assert row.tests == 3


def test_a_result_for_a_row_that_the_unit_does_not_have_is_kept_as_an_error(tmp_path: Path) -> None:
    plan = make_plan(["smoke"])
    write_passing(tmp_path, plan)
    stranger = make_result(make_unit("timm").rows[0], make_cases("passed"))
    write_result(tmp_path, "smoke", stranger)
    row = joined(tmp_path, plan)["timm.shell"]
    assert (row.outcome, faults(row), row.tests) == ("error", [(1, "contradictory")], 1)
    assert row.reasons == ("the plan has no row 'timm.shell' in the unit 'smoke'",)


def test_a_result_that_hides_its_failure_is_an_error(tmp_path: Path) -> None:
    plan = make_plan(["smoke"], arms=["python"])
    failing = make_result(plan.units[0].rows[0], make_cases("passed", "failed"))
    write_result(tmp_path, "smoke", replace(failing, outcome="passed"))
    row = joined(tmp_path, plan)["smoke.python"]
    assert (row.outcome, row.failed) == ("error", 1)
    assert row.reasons == ("it says passed, but its exit code and its cases say failed",)


def test_a_result_of_another_pipeline_is_an_error(tmp_path: Path) -> None:
    plan = make_plan(["smoke"], arms=["python"])
    path = write_result(tmp_path, "smoke", replace(make_result(plan.units[0].rows[0]), pipeline="other"))
    path.parent.parent.parent.rename(tmp_path / "python-runner-ab--smoke")
    assert joined(tmp_path, plan)["smoke.python"].reasons == ("this result is of the pipeline 'other'",)


def test_shards_of_a_row_add_up_and_a_lost_shard_is_missed(tmp_path: Path) -> None:
    units = tuple(make_unit("smoke", ["python"], Shard(index=index, of=2)) for index in (1, 2))
    plan = Plan(pipeline=PIPELINE, units=units)
    for unit in units:
        result = make_result(unit.rows[0], make_cases("passed", "passed", prefix=f"part{unit.shard.index}"), seconds=3)
        write_result(tmp_path, unit.id, replace(result, shard_index=unit.shard.index, shard_of=2))
    row = joined(tmp_path, plan)["smoke.python"]
    assert (row.outcome, row.tests, row.durations_s) == ("passed", 4, (6.0,))
    shutil.rmtree(tmp_path / "python-runner-ab--smoke.s2of2")
    row = joined(tmp_path, plan)["smoke.python"]
    assert (row.outcome, row.durations_s) == ("error", ())
    assert [(run.shard_index, run.fault) for run in row.runs] == [(1, ""), (2, "missing")]


def test_a_shard_in_the_wrong_artifact_is_an_error(tmp_path: Path) -> None:
    unit = make_unit("smoke", ["python"], Shard(index=1, of=2))
    write_result(tmp_path, unit.id, replace(make_result(unit.rows[0]), shard_index=2, shard_of=2))
    row = joined(tmp_path, Plan(pipeline=PIPELINE, units=(unit,)))["smoke.python"]
    assert "this is shard 2 of 2, not 1 of 2" in row.reasons


def test_without_a_plan_rows_come_from_the_results_themselves(tmp_path: Path) -> None:
    write_passing(tmp_path, make_plan(["smoke"]))
    rows = joined(tmp_path, None)
    assert [(row.id, row.config, row.arm, row.outcome) for row in rows.values()] == [
        ("smoke.python", "smoke", "python", "passed"),
        ("smoke.shell", "smoke", "shell", "passed"),
    ]


def test_results_outside_artifacts_find_their_unit_by_row(tmp_path: Path) -> None:
    plan = make_plan(["smoke"])
    write_passing(tmp_path, plan)
    rows = joined(tmp_path / "python-runner-ab--smoke", plan)
    assert {row.outcome for row in rows.values()} == {"passed"}
    assert {row.unit for row in rows.values()} == {"smoke"}


def test_the_last_attempt_of_a_case_counts(tmp_path: Path) -> None:
    plan = make_plan(["smoke"], arms=["python"])
    (case,) = make_cases("failed")
    cases = (case, replace(case, outcome="passed", attempt=2))
    result = replace(make_result(plan.units[0].rows[0], cases), exit_code=0, outcome="passed")
    write_result(tmp_path, "smoke", result)
    row = joined(tmp_path, plan)["smoke.python"]
    assert (row.outcome, row.tests, row.failed) == ("passed", 1, 0)


def test_artifacts_of_other_calls_are_told_apart(tmp_path: Path) -> None:
    plan = make_plan(["smoke"])
    write_passing(tmp_path, plan)
    write_result(tmp_path, "smoke", make_result(plan.units[0].rows[0]), instance="x86")
    evidence = collect(tmp_path)
    own, foreign = split_foreign(evidence, plan, PIPELINE, "")
    assert (len(own), foreign) == (2, ["python-runner-ab-x86--smoke"])
    assert split_foreign(evidence, None, PIPELINE, "") == (list(evidence), [])


EVIDENCE = st.lists(
    st.builds(
        Evidence,
        folder=st.text(max_size=5),
        artifact=st.sampled_from(["", "python-runner-ab--smoke", "elsewhere"]),
        row_id=st.sampled_from(["smoke.shell", "smoke.python", "stranger", ""]),
        repetition=st.integers(min_value=0, max_value=3),
        absent=st.booleans(),
        reason=st.just("lost"),
    ),
    max_size=8,
)


@given(EVIDENCE, st.booleans())
def test_every_piece_of_evidence_and_every_planned_row_shows(evidence: list[Evidence], planned: bool) -> None:
    plan = make_plan(["smoke"]) if planned else None
    rows = join(plan, evidence, pipeline=PIPELINE)
    runs = [run for row in rows for run in row.runs]
    assert all(sum(run.folder == item.folder for run in runs) >= 1 for item in evidence)
    assert all(row.outcome == "error" and row.runs for row in rows)
    assert {"smoke.shell", "smoke.python"} <= {row.id for row in rows} or not planned
