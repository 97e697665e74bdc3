"""matrices/torch-spyre.yml at every stage: what it expands to, as golden files, and that every rule is content."""

from __future__ import annotations

import functools
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.backends.expand import pipelines
from generator.caller import caller_workflow
from generator.cli import main
from generator.load import Pipeline, Toolkit, load
from generator.render import Rendering, render
from tests.conftest import ROOT, UPDATE_GOLDEN

GOLDEN = ROOT / "tests" / "golden" / "stages"
STAGES = range(6)
NAME = "torch-spyre"


@functools.cache
def shipped() -> Toolkit:
    return load(ROOT)


@functools.cache
def at_stage(stage: int) -> tuple[set[str], Rendering]:
    """The names of the backend's pipelines at a stage, and the whole rendering."""
    toolkit = shipped()
    document = toolkit.documents[NAME]
    made = pipelines(toolkit.backends[NAME].model_copy(update={"stage": stage}), document)
    others = {name: each for name, each in toolkit.pipelines.items() if each.document is not document}
    own = {name: Pipeline(model=model, document=document) for name, model in made.items()}
    return set(own), render(replace(toolkit, pipelines={**others, **own}))


def told(rendering: Rendering, name: str) -> dict[str, Any]:
    """What a reader of the plan asks of a pipeline: when it runs, on how many jobs, what of it gates."""
    workflow, compiled = rendering.workflows[name], rendering.compiled[name]
    triggers = workflow.triggers
    return {
        "summary": workflow.summary,
        "crons": [cron for cron, _ in triggers.crons],
        "labels": list(triggers.labels),
        "every pull request": triggers.pull_request is not None,
        "push": list(triggers.branches),
        "release": triggers.release,
        "jobs": {job.id: job.timeout_minutes for job in workflow.jobs},
        "rows": {row.id: f"{row.shards} on {row.runner}{' (advisory)' if row.stage else ''}" for row in compiled.rows},
    }


@pytest.mark.parametrize("stage", STAGES)
def test_the_expansion_of_a_stage(stage: int) -> None:
    names, rendering = at_stage(stage)
    text = json.dumps({name: told(rendering, name) for name in sorted(names)}, indent=2) + "\n"
    golden = GOLDEN / f"{stage}.json.golden"
    if UPDATE_GOLDEN:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8"), "make golden writes it anew"


def test_stages_move_what_the_plan_says() -> None:
    by_stage = {stage: at_stage(stage) for stage in STAGES}
    names = {stage: set(found) for stage, (found, _) in by_stage.items()}
    assert names[0] == {"torch-spyre", "torch-spyre-device", "torch-spyre-image"}
    assert all(names[stage] == names[0] | {"torch-spyre-pytorch", "torch-spyre-pin"} for stage in (1, 2, 3, 4, 5))
    checks = {stage: rendering.compiled["torch-spyre"] for stage, (_, rendering) in by_stage.items()}
    emulated = {stage: any("emulation" in row.id for row in each.rows) for stage, each in checks.items()}
    assert emulated == {0: False, 1: False, 2: False, 3: True, 4: True, 5: True}
    gated = {
        stage: any(job.id == "gate" for job in r.workflows["torch-spyre"].jobs) for stage, (_, r) in by_stage.items()
    }
    assert gated == {0: False, 1: True, 2: True, 3: True, 4: True, 5: True}
    tests = {stage: by_stage[stage][1].workflows["torch-spyre-pytorch"] for stage in (1, 2, 3, 4, 5)}
    assert {stage: len(each.triggers.crons[0][0].split()[1].split(",")) for stage, each in tests.items()} == {
        1: 1, 2: 1, 3: 4, 4: 4, 5: 1,
    }  # fmt: skip
    assert [each.triggers.pull_request is not None for each in tests.values()] == [False] * 4 + [True]
    assert [each.triggers.labels for each in tests.values()] == [("ciflow/spyre",)] * 5
    assert [each.triggers.label_tags for each in tests.values()] == [False] * 4 + [True]
    forks = [each.jobs[0].condition.no_forks for each in tests.values()]
    assert all(forks), "a fork's code gets no card before somebody who may write labels the very commit, which is a tag"
    assert [any(job.id == "signal" for job in each.jobs) for each in tests.values()] == [False] * 4 + [True]
    assert not any(job.id == "gate" for job in tests[5].jobs), "without blocking merges, on every pull request"


@pytest.mark.parametrize("stage", STAGES)
def test_no_cron_is_on_the_hour_and_no_matrix_too_large(stage: int) -> None:
    names, rendering = at_stage(stage)
    for name in names:
        for cron, _ in rendering.workflows[name].triggers.crons:
            assert 0 < int(cron.split()[0]) < 60
        assert sum(row.shards for row in rendering.compiled[name].rows) <= 256


@pytest.mark.parametrize("stage", STAGES)
def test_only_its_own_label_starts_what_runs_on_cards(stage: int) -> None:
    """A caller may still listen to labels that the stage it was made for had."""
    names, rendering = at_stage(stage)
    for name in names & {f"{NAME}-device", f"{NAME}-pytorch"}:
        condition = rendering.workflows[name].jobs[0].condition
        assert bool(condition.labels) != condition.no_labels
        assert condition.no_labels == (stage in (0, 5))


def test_a_caller_names_what_no_default_can_stand_for() -> None:
    _, rendering = at_stage(1)
    toolkit, document = shipped(), shipped().documents[NAME]
    models = pipelines(toolkit.backends[NAME].model_copy(update={"stage": 1}), document)
    for name, given in {"pin": ("history", "SHUNTYARD_HISTORY"), "image": ("base", "RUNTIME_BASE")}.items():
        workflow = rendering.workflows[f"{NAME}-{name}"]
        text = caller_workflow(toolkit, Pipeline(model=models[workflow.name], document=document), workflow)
        assert f"    with:\n      {given[0]}: ${{{{ vars.{given[1]} }}}}\n" in text
    assert rendering.workflows[f"{NAME}-device"].triggers.needed == ()


@pytest.mark.parametrize("pull_requests", ["none", "label"])
def test_tests_on_cards_gate_only_where_no_other_label_can_skip_them(
    toolkit_root: Path, pull_requests: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = toolkit_root / "matrices" / f"{NAME}.yml"
    text = path.read_text(encoding="utf-8")
    block = text.split("    - stage: 1\n", 1)[1].split("    - stage: 2\n", 1)[0]
    changed = block.replace("pull-requests: label", f"pull-requests: {pull_requests}")
    changed = changed.replace("gates: [lint, unit]", "gates: [lint, device]")
    assert changed != block
    path.write_text(text.replace(block, changed), encoding="utf-8")
    assert main(["render", "--root", str(toolkit_root)]) == 1
    assert "'device' gates, and stage 1 does not run it on each commit" in capsys.readouterr().out
    if pull_requests == "label":
        tags = text.replace(block, changed).replace("  image: {suite", "  labels-as: tags\n  image: {suite")
        path.write_text(tags, encoding="utf-8")
        assert main(["render", "--root", str(toolkit_root)]) == 0


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_every_rule_is_content_with_a_stage(toolkit_root: Path, stage: int, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(toolkit_root / "examples")  # their callers are checked as they are
    path = toolkit_root / "matrices" / f"{NAME}.yml"
    text = path.read_text(encoding="utf-8")
    changed, count = re.subn(r"(?m)^stage: \d+$", f"stage: {stage}", text)
    assert count == 1
    path.write_text(changed, encoding="utf-8")
    assert main(["render", "--root", str(toolkit_root)]) == 0
    assert main(["check", "--root", str(toolkit_root)]) == 0, capsys.readouterr().out


def test_in_the_toolkits_own_repository_nothing_of_it_runs() -> None:
    names, rendering = at_stage(5)
    for name in names:
        first = rendering.workflows[name].jobs[0]
        assert first.condition.abroad
        assert "github.repository != 'shuntyard-ci/shuntyard'" in rendering.files[f".github/workflows/{name}.yml"]
