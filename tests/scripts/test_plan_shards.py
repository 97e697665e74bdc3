"""plan-shards as a runner starts it: bare Python, real files, a plan that another job reads."""

from __future__ import annotations

import itertools
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.quarantine import Entry, File
from shuntyard.shards import planfile
from tests.scripts.scope.samples import inside, outside, scope, together
from tests.scripts.shards.samples import FIXTURES, plan_shards, write_scope

DURATIONS = ("--durations", str(FIXTURES / "durations.json"))
ALL = scope(
    outside("needs CUDA", "**/*cuda*"), inside("p1", "**"), shares=(100.0,), together=(together("class", "test_ops"),)
)
PULL = {
    "number": 7,
    "body": "fixes #301 and [keep-going]",
    "labels": [{"name": "test-config/default"}, {"name": "ci-no-td"}],
}
THREE = '{"include": [{"config": "default", "runner": "spyre"}, {"config": "inductor"}, {"config": "slow"}]}'


@pytest.fixture
def everything(tmp_path: Path) -> tuple[str, ...]:
    """The options for a scope that takes all but CUDA's tests."""
    return ("--scope", str(write_scope(tmp_path / "all.json", ALL)), *DURATIONS)


def event(folder: Path, **payload: object) -> dict[str, str]:
    (folder / "event.json").write_text(json.dumps(payload))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_REPOSITORY": "torch-spyre/torch-spyre",
        "GITHUB_WORKFLOW": "pull",
    }


def test_a_plan_is_a_matrix_and_a_file_that_another_job_reads(tmp_path: Path, everything: tuple[str, ...]) -> None:
    told = plan_shards(tmp_path, *everything, "--cards", "4", "--cards-per-job", "2")
    assert told.code == 0, told.err
    matrix = json.loads(told.outputs["matrix"])["include"]
    assert [(row["config"], row["shard"], row["num_shards"], row["index"]) for row in matrix] == [
        ("default", 1, 2, 0), ("default", 2, 2, 1),
    ]  # fmt: skip
    assert len({row["name"] for row in matrix}) == len(matrix) == int(told.outputs["count"])
    plan = planfile.read(Path(told.outputs["plan"]))
    run = sorted(piece.id for row in matrix for card in planfile.job_of(plan, row["index"]).cards for piece in card)
    assert run == [
        "dynamo/test_misc",
        "test_broken",
        "test_nn",
        "test_ops 1/3",
        "test_ops 2/3",
        "test_ops 3/3",
        "test_torch",
    ]
    assert {piece.whole for job in plan.jobs for card in job.cards for piece in card if piece.test == "test_ops"} == {
        "class"
    }
    assert {left.name: left.reason for left in plan.left} == {
        "test_cuda": "needs CUDA",
        "/abs/test_x": "not the name of a test file below the tests' folder",
    }
    assert json.loads(told.outputs["reasons"]) == plan.reasons


def test_only_durations_of_the_hardware_count_unless_others_are_borrowed(
    tmp_path: Path, everything: tuple[str, ...]
) -> None:
    own = plan_shards(tmp_path, *everything)
    (row,) = planfile.read(tmp_path / "plan").rows
    assert row.sources == {"measured": 2, "unknown": 3} and row.unknown_s == 1201.0, own.err
    plan_shards(tmp_path, *everything, "--borrow", "cpu*2")
    (row,) = planfile.read(tmp_path / "plan").rows
    assert row.sources == {"measured": 2, "borrowed": 2, "unknown": 1}


def test_shares_are_nested_through_the_script_too(tmp_path: Path, everything: tuple[str, ...]) -> None:
    names = tmp_path / "names"
    names.write_text("\n".join(f"test_{n}" for n in range(300)))
    runs = []
    for share in ("5", "25", "50", "80", "100"):
        plan_shards(tmp_path, *everything, "--tests", str(names), "--share", share)
        plan = planfile.read(tmp_path / "plan")
        runs.append({piece.test for job in plan.jobs for card in job.cards for piece in card})
    assert all(one < other for one, other in itertools.pairwise(runs))
    assert len(runs[-1]) == 300


def test_labels_lists_and_flags_of_a_pull_request(tmp_path: Path, everything: tuple[str, ...]) -> None:
    told = plan_shards(
        tmp_path, *everything, "--matrix", THREE, "--job", "linux-jammy-py3.10-spyre / test",
        "--unstable-jobs", str(FIXTURES / "unstable-jobs.json"),
        "--disabled-tests", str(FIXTURES / "disabled-tests.json"), "--issues", "torch-spyre/torch-spyre",
        env=event(tmp_path, pull_request=PULL),
    )  # fmt: skip
    assert told.code == 0, told.err
    (row,) = json.loads(told.outputs["matrix"])["include"]
    assert (row["config"], row["runner"], row["unstable"]) == ("default", "spyre", "unstable")
    assert told.outputs["unstable"] == "true"
    assert [flag for flag, on in json.loads(told.outputs["flags"]).items() if on] == ["keep-going", "ci-no-td"]
    assert told.outputs["reenabled-issues"] == "301"
    plan = planfile.read(tmp_path / "plan")
    assert [test.case for test in plan.disabled] == ["test_cos", "test_mul_cpu_float32"]
    assert {left.name for left in plan.left_rows} == {"inductor", "slow"}


def test_disabled_jobs_take_their_rows(tmp_path: Path, everything: tuple[str, ...]) -> None:
    lists = ("--disabled-jobs", str(FIXTURES / "disabled-jobs.json"), "--job", "linux-jammy-py3.10-spyre / test")
    told = plan_shards(tmp_path, *everything, "--matrix", THREE, "--workflow", "pull", *lists, "--cards", "3")
    assert {row["config"] for row in json.loads(told.outputs["matrix"])["include"]} == {"default", "slow"}
    assert "disabled by https://github.com/pytorch/pytorch/issues/101 of ann" in json.loads(told.outputs["reasons"])
    assert json.loads(told.outputs["notes"])[0] == "disabled jobs: broken is no record of 6 texts"


def test_a_label_that_fits_no_row_leaves_nothing_to_run(tmp_path: Path, everything: tuple[str, ...]) -> None:
    told = plan_shards(tmp_path, *everything, "--labels", "test-config/functorch")
    assert (told.code, told.outputs["count"], told.outputs["matrix"]) == (0, "0", '{"include":[]}')


@pytest.mark.slow
def test_lists_that_are_away_fail_open_with_an_annotation(tmp_path: Path, everything: tuple[str, ...]) -> None:
    away = "http://127.0.0.1:9/list.json"
    told = plan_shards(tmp_path, *everything, "--disabled-jobs", away, env=event(tmp_path))
    assert told.code == 0 and int(told.outputs["count"]) > 0
    assert "::warning title=plan-shards::the disabled jobs cannot be read after 3 tries" in told.err
    assert "the disabled jobs cannot be read" in told.outputs["notes"]


def test_the_number_of_a_ciflow_tag_asks_for_its_labels_and_says_when_it_cannot(
    tmp_path: Path, everything: tuple[str, ...]
) -> None:
    env = event(tmp_path) | {"GITHUB_REF": "refs/tags/ciflow/spyre/42"}
    told = plan_shards(tmp_path, *everything, env=env)
    assert "the labels of pull request 42 are not known" in told.err


def test_quarantined_cases_run_and_are_handed_on_until_they_expire(tmp_path: Path, everything: tuple[str, ...]) -> None:
    entry = Entry(
        repository="torch-spyre/torch-spyre", config="default", case="T::a", owner="o", reason="r", expires="2999-01-01"
    )
    (tmp_path / "quarantine").mkdir()
    file = File(quarantines=(entry, replace(entry, case="T::old", expires="2020-01-01")))
    (tmp_path / "quarantine" / "all.json").write_text(json.dumps(wire.encode(file)))
    told = plan_shards(tmp_path, *everything, "--quarantine", "quarantine", env=event(tmp_path))
    assert [held.case for held in planfile.read(tmp_path / "plan").quarantined] == ["T::a"]
    assert "the quarantine of T::old expired on 2020-01-01: it blocks again" in told.err
    assert "1 quarantined case: run and shown, but do not block" in told.err


def test_the_shipped_scope_plans_the_real_list(tmp_path: Path) -> None:
    told = plan_shards(tmp_path, "--tests", str(FIXTURES / "names.txt"), "--share", "5", "--cards", "128")
    assert told.code == 0, told.err
    assert told.outputs["enabled"] == "20"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--share", "101"], "is no percentage"),
        (["--cards", "600"], "600 jobs are needed"),
        (["--cards", "1", "--cards-per-job", "2"], "do not make a job"),
        (["--scope", "nowhere"], "there is no scope"),
        (["--durations", "nowhere.json"], "cannot be read"),
        (["--disabled-tests", "http://example.org/x"], "not https"),
        (["--borrow", "cpu"], "borrow"),
        (["--matrix", "[]"], "no list of rows"),
        (["--split-seconds", "0"], "cannot be split"),
        (["--quarantine", "nowhere"], "no folder"),
        (["--instance", "a--b"], "instance"),
        (["--tests", "nowhere"], "cannot be read"),
    ],
)
def test_a_wrong_input_is_told(tmp_path: Path, everything: tuple[str, ...], arguments: list[str], why: str) -> None:
    told = plan_shards(tmp_path, *everything, *arguments)
    assert told.code == 2 and why in told.err, told.err


def test_hostile_names_and_texts_stay_text(tmp_path: Path) -> None:
    names = tmp_path / "names"
    names.write_text("test_$(touch x)\n../../etc/passwd\n::error::gotcha\ntest_a\n")
    body = {"pull_request": {**PULL, "labels": [{"name": "::set-output name=x::y"}, {"name": 3}, 4]}}
    path = write_scope(tmp_path / "all.json", ALL)
    told = plan_shards(tmp_path, "--scope", str(path), "--tests", str(names), env=event(tmp_path, **body))
    assert told.code == 0 and json.loads(told.outputs["matrix"])["include"]
    assert not (tmp_path / "x").exists()
    assert not any(line.startswith("::error") for line in told.err.splitlines())
    plan = planfile.read(tmp_path / "plan")
    assert [piece.test for job in plan.jobs for card in job.cards for piece in card] == ["test_a"]


def test_a_plan_that_is_not_whole_is_refused(tmp_path: Path, everything: tuple[str, ...]) -> None:
    plan_shards(tmp_path, *everything)
    plan = planfile.read(tmp_path / "plan")
    with pytest.raises(ShuntyardError, match="no index 99"):
        planfile.job_of(plan, 99)
    with (tmp_path / "plan" / planfile.FILE).open("a") as file:
        file.write(" ")
    with pytest.raises(ShuntyardError, match="were handed over"):
        planfile.read(tmp_path / "plan")
    shutil.rmtree(tmp_path / "plan")
    with pytest.raises(ShuntyardError, match="is not whole"):
        planfile.read(tmp_path / "plan")
