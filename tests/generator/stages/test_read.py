"""Stages are read strictly: every contradiction at its place, with a hint."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.stages.read import find_stages
from shuntyard.errors import ProblemsFound, ShuntyardError
from tests.generator.stages.samples import FIXTURE, problems, refusal, staged, text
from tests.generator.yard import Yard


def test_the_ladder_of_the_document(tmp_path: Path) -> None:
    found = staged(tmp_path)
    assert (found.pipeline, found.stage) == ("torch-spyre", 0)
    ladder = found.block.ladder
    assert [each.stage for each in ladder] == [0, 1, 2, 3, 4, 5]
    assert [each.cards for each in ladder] == [24, 128, 512, 1024, 2048, 2048]
    assert [each.share for each in ladder] == [0, 5, 25, 50, 80, 80]
    assert [each.runs_a_day for each in ladder] == [1, 1, 1, 4, 4, 1]
    assert [each.pull_requests for each in ladder] == ["none", "label", "label", "label", "label", "every"]
    assert ["emulation" in each.workflows for each in ladder] == [False] * 3 + [True] * 3
    assert [each.packages for each in ladder] == ["build"] + ["publish"] * 5
    assert [each.signal for each in ladder] == ["none"] * 5 + ["hud"]
    assert not any(each.blocks for each in ladder)  # "without blocking merge"
    assert not any("pytorch" in each.gates for each in ladder)


@pytest.mark.parametrize(
    ("old", "new", "at", "message", "hint"),
    [
        ("\nstage: 0\n", "\nstage: 6\n", "stage: ", "there is no stage 6", "has the stages 0, 1, 2, 3, 4, 5"),
        ("    - stage: 2\n", "    - stage: 7\n", "7\n", "stage 7 stands where stage 2 belongs", "in their order"),
        ("cards: 512", "cards: 100", "100", "stage 2 has fewer cards than stage 1: 100 after 128", "at least"),
        ("share: 25", "share: 4", "4", "stage 2 enables a smaller share than stage 1: 4 % after 5 %", "at least"),
        ("share: 25", "share: 125", "125", "", "100"),
        ("tests-in: pytorch", "tests-in: pytorhc", "pytorhc", "unknown workflow 'pytorhc'", "did you mean 'pytorch'?"),
        ("device, pytorch, packages, image]\n  tests", "device, pytorch, image, packages, lint]\n  tests",
         "lint]\n  tests", "the workflow 'lint' again", "once"),
        ("packages, image]\n  tests", "packages, image, docs]\n  tests", "docs]", "no stage runs 'docs'", "list it"),
        ("workflows: [lint, unit, device, packages, image]", "workflows: [lint, unit, devices, packages, image]",
         "devices", "unknown workflow 'devices'", "did you mean 'device'?"),
        ("cards-per-job: 2\n", "gates: [lint]\n", "gates: [lint]\n", "duplicate key 'gates'", "stands first"),
        ("cards-per-job: 2\n", "cards-per-job: 1\n", "1\n      packages: publish\n      signal-minutes: 240\n",
         "256 jobs of 1 cards cannot use 512 cards", "cards-per-job: 2"),
        ("      cards-per-job: 2\n", "", "512", "256 jobs of 1 cards cannot use 512 cards", "cards-per-job: 2"),
        ("  labels: [ciflow/spyre]\n", "", "label\n", "no label starts the tests", "ciflow/"),
        ("target-minutes: 60", "target-minutes: 20", "20", "a shard of 20 min has 6 min for tests", "raise the target"),
        ("setup-minutes: [6, 12, 24]", "setup-minutes: [6, 24, 12]", "[6, 24", "minutes that do not rise", "at least"),
        ("setup-minutes: [6, 12, 24]", "setup-minutes: [6, 12]", "[6, 12]", "", ""),
        ("condition: success_rate > 90%, days: 7", "condition: succes_rate > 90%, days: 7", "succes",
         "unknown quantity 'succes_rate'", "known are"),
        ("condition: success_rate > 90%, days: 7", "condition: execution_time < 3 h, days: 7", "execution",
         "'execution_time' is not measured for a stage", "known are success_rate"),
        ("condition: success_rate > 90%, days: 7", "condition: queue_time < 90%, days: 7", "queue",
         "compares a time with a rate", ""),
        ("condition: success_rate > 90%, days: 7", "condition: queue_time < baseline, days: 7", "queue",
         "a stage has no baseline", "number"),
        ("condition: success_rate > 90%, days: 7", "condition: recovery_time < 3 d, sure: true, days: 7", "recovery",
         "no interval can be sure", "`sure` goes with"),
        ("condition: success_rate > 90%, days: 7", "days: 7", "{criterion: Nightlies pass, days: 7",
         "either measured or confirmed", "write a `condition`"),
        ("condition: success_rate > 90%, days: 7", "condition: success_rate > 90%, confirmed: true, days: 7",
         "{criterion: Nightlies pass, condition: success_rate > 90%, conf", "either measured or confirmed", ""),
        ("hours: 31.4", "hours: 0", "0", "greater than 0", ""),
        ("hours: 31.4", "hours: .inf", ".inf", "", ""),
        ("scheduled: main}", "scheduled: nightly}", "nightly", "", ""),
        ("share: 0\n", "share: 0\n      colour: red\n", "colour", "unknown key 'colour'", ""),
    ],
)  # fmt: skip
def test_a_contradiction_is_told_at_its_place(
    tmp_path: Path, old: str, new: str, at: str, message: str, hint: str
) -> None:
    found = problems(tmp_path, (old, new))
    assert found, "nothing was said"
    place = text((old, new))
    fitting = [each for each in found if message in each.message and hint in each.hint]
    assert fitting, [(each.message, each.hint) for each in found]
    if at:
        here = place[sum(len(line) + 1 for line in place.split("\n")[: fitting[0].line - 1]) + fitting[0].column - 1 :]
        assert here.startswith(at) or at == "stage: ", here[:60]


def test_what_blocks_must_run_on_every_pull_request_and_gate(tmp_path: Path) -> None:
    label = problems(tmp_path, ("cards-per-job: 2\n", "cards-per-job: 2\n      blocks: true\n"))
    assert [each.message for each in label] == ["blocks pull requests that do not run the tests"]
    assert "stays pending" in label[0].hint
    gate = "gates: [lint, unit, device]\n      cards-per-job: 2"
    quiet = problems(tmp_path, (gate, "gates: [lint, pytorch]\n      cards-per-job: 2"))
    assert [each.message for each in quiet] == ["'pytorch' gates, and the stage blocks nothing"]
    absent = problems(tmp_path, (gate, "gates: [emulation]\n      cards-per-job: 2"))
    assert [each.message for each in absent] == ["'emulation' gates, and stage 2 does not run it"]


def test_enabled_tests_need_the_workflow_that_runs_them(tmp_path: Path) -> None:
    found = problems(tmp_path, ("share: 0\n", "share: 1\n"))
    assert [each.message for each in found] == ["1 % of the tests are enabled, and 'pytorch' does not run"]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, ("cards: 512", "cards: 100"), ("target-minutes: 60", "target-minutes: 10"))
    assert len(found) == 2
    assert {each.rule for each in found} == {"stages"}
    assert all(each.file == "torch-spyre.yml" and each.line and each.column for each in found)


def test_other_keys_of_the_pipeline_are_not_its_business(tmp_path: Path) -> None:
    assert staged(tmp_path, ("\nstage: 0\n", "\nstage: 0\nrunner: spyre-1\njobs: {what: ever}\n")).stage == 0


def test_a_pipeline_without_stages_says_so(tmp_path: Path) -> None:
    error = refusal(tmp_path, "pipeline: x\nsummary: y\n")
    assert error is not None and "has no `stages:`" in error.message
    error = refusal(tmp_path, "- a\n")
    assert isinstance(error, ProblemsFound)
    error = refusal(tmp_path, "pipeline: x\nstages: [\n")
    assert isinstance(error, ProblemsFound)


def test_a_pipeline_is_found_by_name_or_file(yard: Yard, tmp_path: Path) -> None:
    yard.put("torch-spyre", text())
    assert find_stages(yard.root, "torch-spyre").document.file == "matrices/torch-spyre.yml"
    assert find_stages(yard.root, str(FIXTURE)).pipeline == "torch-spyre"
    with pytest.raises(ShuntyardError) as caught:
        find_stages(yard.root, "torch-spire")
    assert caught.value.hint == "did you mean 'torch-spyre'?"
    with pytest.raises(ShuntyardError) as caught:
        staged(tmp_path).item(9)
    assert "no stage 9" in caught.value.message
    with pytest.raises(ProblemsFound):
        find_stages(yard.root, str(tmp_path / "none.yml"))
