"""Symbols → GitHub's expressions, and workflows and actions that GitHub, and actionlint, can read."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from generator.pipeline import (
    AllNeeds,
    Condition,
    InputRef,
    JobOutput,
    MatrixField,
    PullRequests,
    StepOutput,
    Temp,
    Triggers,
    Uses,
    Value,
    Workflow,
)
from generator.programs import find
from generator.targets.github import GitHub, quoted, run_line
from generator.targets.github_events import on
from shuntyard.contract import Input
from tests.generator.yard import Yard


@pytest.fixture
def target(yard: Yard) -> GitHub:
    return GitHub(yard.toolkit())


Files = dict[str, str]


def rendered(files: Files, path: str) -> Any:
    return YAML(typ="safe", pure=True).load(files[path])


SPELLED: list[tuple[Value, str | int | bool]] = [
    ("text", "text"),
    (7, 7),
    (True, True),
    (InputRef("python-version"), "${{ inputs.python-version }}"),
    (InputRef("tests", "it's"), "${{ inputs.tests || (github.repository == 'yard-owner/yard' && 'it''s') || '' }}"),
    (StepOutput("run-shard", "artifact"), "${{ steps.run-shard.outputs.artifact }}"),
    (JobOutput("select", "count"), "${{ needs.select.outputs.count }}"),
    (MatrixField("unit"), "${{ matrix.unit }}"),
    (MatrixField("plan", as_json=True), "${{ toJSON(matrix.plan) }}"),
    (MatrixField("python", or_input=InputRef("python")), "${{ matrix.python || inputs.python }}"),
    (Temp("yard/x"), "${{ runner.temp }}/yard/x"),
    (
        AllNeeds(("a", "b-c")),
        '{"a": {"result": "${{ needs.a.result }}"}, "b-c": {"result": "${{ needs.b-c.result }}"}}',
    ),
]


@pytest.mark.parametrize(("value", "text"), SPELLED)
def test_each_symbol_has_one_spelling(target: GitHub, value: Value, text: str | int | bool) -> None:
    assert target.spell(value) == text


@pytest.mark.parametrize("text", ["${{ github.token }}", "a ${{", "${{}}"])
def test_a_literal_that_holds_an_expression_is_never_spelled(target: GitHub, text: str) -> None:
    with pytest.raises(ValueError, match="must not hold an expression"):
        target.spell(text)


@given(st.text())
def test_a_quoted_text_is_one_string_literal(text: str) -> None:
    literal = quoted(text)
    assert re.fullmatch(r"'(?:[^']|'')*'", literal)
    assert literal[1:-1].replace("''", "'") == text


CONDITIONS = [
    (Condition(), ""),
    (
        Condition(labels=("a",)),
        "${{ github.event.action != 'unlabeled'"
        " && (github.event.action != 'labeled' || github.event.label.name == 'a') }}",
    ),
    (
        Condition(labels=("a", "b"), positive=JobOutput("select", "count")),
        "${{ github.event.action != 'unlabeled'"
        " && (github.event.action != 'labeled' || github.event.label.name == 'a' || github.event.label.name == 'b')"
        " && needs.select.outputs.count != '0' }}",
    ),
    (
        Condition(no_labels=True),
        "${{ github.event.action != 'unlabeled' && github.event.action != 'labeled' }}",
    ),
    (Condition(always=True), "${{ always() }}"),
    (Condition(always=True, unless_skipped="select"), "${{ always() && needs.select.result != 'skipped' }}"),
]


@pytest.mark.parametrize(("condition", "text"), CONDITIONS)
def test_all_parts_of_a_condition_must_hold(target: GitHub, condition: Condition, text: str) -> None:
    assert target.condition(condition) == text


def test_a_script_is_started_by_a_fixed_line_and_its_inputs_travel_through_the_environment(
    rendered_files: Files,
) -> None:
    action = rendered(rendered_files, "actions/run-shard/action.yml")
    step = next(step for step in action["runs"]["steps"] if step["id"] == "run-shard")
    assert step["run"] == 'python3 -SE "$GITHUB_ACTION_PATH/../../scripts/run_shard.py"'
    assert step["shell"] == "bash"
    assert step["env"] == {
        "INPUT_UNIT": "${{ inputs.unit }}",
        "INPUT_PIPELINE": "${{ inputs.pipeline }}",
        "INPUT_TESTS": "${{ inputs.tests }}",
        "INPUT_VERBOSE": "${{ inputs.verbose }}",
        "INPUT_INSTANCE": "${{ inputs.instance }}",
    }
    analyse = rendered(rendered_files, "actions/analyse/action.yml")["runs"]["steps"][-1]
    assert analyse["run"] == '"$SHUNTYARD_PYTHON" "$GITHUB_ACTION_PATH/../../scripts/analyse.py"'
    assert analyse["env"]["SHUNTYARD_PYTHON"] == "${{ steps.setup-toolkit.outputs.python }}"


def test_no_run_line_of_any_action_holds_an_expression(rendered_files: Files) -> None:
    files = rendered_files
    actions = [YAML(typ="safe", pure=True).load(text) for path, text in files.items() if path.endswith("action.yml")]
    lines = [step["run"] for action in actions for step in action["runs"]["steps"] if "run" in step]
    assert len(lines) == 6
    assert not any("${{" in line for line in lines)
    assert run_line(Uses("script", "a-b"), None) == 'python3 -SE "$GITHUB_ACTION_PATH/../../scripts/a_b.py"'


def test_own_actions_are_named_in_the_form_that_the_toolkit_chose(yard: Yard) -> None:
    assert GitHub(yard.toolkit()).uses(Uses("own", "gate")) == "$/actions/gate"
    yard.edit("toolkit", "version: v1", "version: v1.2\nself-reference: pinned")
    assert GitHub(yard.toolkit()).uses(Uses("own", "gate")) == "yard-owner/yard/actions/gate@v1.2"


def test_marketplace_actions_are_pinned_by_commit_with_the_version_behind(rendered_files: Files) -> None:
    text = rendered_files[".github/workflows/nightly.yml"]
    assert f"uses: actions/checkout@{'a1' * 20} # v7.0.1\n" in text
    for line in text.splitlines():
        if "uses: actions/" in line:
            assert re.search(r"@[0-9a-f]{40} # v[0-9.]+$", line)


def test_inputs_have_the_types_that_github_has(rendered_files: Files) -> None:
    on = rendered(rendered_files, ".github/workflows/nightly.yml")["on"]
    call, dispatch = on["workflow_call"]["inputs"], on["workflow_dispatch"]["inputs"]
    assert call["percent"] == {
        "description": "The share of the Python arm.",
        "type": "number",
        "required": False,
        "default": 50,
    }
    assert (call["verbose"]["type"], call["verbose"]["default"]) == ("boolean", False)
    assert (call["mode"]["type"], call["mode"]["description"]) == (
        "string",
        "Which arms run. One of paired, split, python, shell.",
    )
    assert (dispatch["mode"]["type"], dispatch["mode"]["options"]) == ("choice", ["paired", "split", "python", "shell"])
    assert call.keys() == dispatch.keys()


def test_every_event_is_rendered_as_github_knows_it() -> None:
    triggers = Triggers(
        call=True,
        dispatch=True,
        inputs=(Input(name="n", help="N.", type="number", default=None),),
        crons=(("1 2 * * *", ""), ("3 4 * * *", "Europe/Berlin")),
        labels=("a",),
        branches=("main", "release/**"),
    )
    workflow = Workflow(name="x", summary="X.", source="x.yml", triggers=triggers, jobs=())
    made = on(workflow)
    assert made["workflow_call"]["inputs"]["n"]["default"] == 0
    assert made["schedule"] == [{"cron": "1 2 * * *"}, {"cron": "3 4 * * *", "timezone": "Europe/Berlin"}]
    assert made["pull_request"] == {"types": ["labeled", "unlabeled"]}
    assert made["push"] == {"branches": ["main", "release/**"]}


def test_tags_for_labels_releases_and_every_pull_request() -> None:
    triggers = Triggers(
        labels=("a/b",),
        label_tags=True,
        branches=("main",),
        pull_request=PullRequests(paths=("src/**",)),
        release=True,
        call=True,
        secrets=(Input(name="key", help="The key.", secret="KEY"),),
    )
    made = on(Workflow(name="x", summary="X.", source="x.yml", triggers=triggers, jobs=()))
    assert made["push"] == {"branches": ["main"], "tags": ["a/b/*"]}
    assert made["pull_request"] == {"paths": ["src/**"]}
    assert made["release"] == {"types": ["published"]}
    assert made["workflow_call"] == {"secrets": {"KEY": {"description": "The key.", "required": True}}}


def test_a_fork_and_the_toolkits_own_repository_start_nothing(target: GitHub) -> None:
    said = target.condition(Condition(abroad=True, no_forks=True))
    assert said == (
        "${{ github.repository != 'yard-owner/yard' && (github.event_name != 'pull_request'"
        " || github.event.pull_request.head.repo.full_name == github.repository) }}"
    )


def test_a_job_may_be_called_like_a_word_of_yaml(yard: Yard) -> None:
    yard.edit(
        "nightly",
        "  report: {needs: test,",
        "  null: {action: analyse}\n  true: {action: analyse}\n  report: {needs: [test, 'true'],",
    )
    yard.edit("nightly", "requires: [test, report]", "requires: [test, report, 'null', 'true']")
    jobs = rendered(yard.render().files, ".github/workflows/nightly.yml")["jobs"]
    assert list(jobs) == ["select", "test", "null", "true", "report", "gate"]
    assert jobs["report"]["needs"] == ["select", "test", "true"]


def test_text_beyond_ascii_arrives_as_it_was_written(yard: Yard) -> None:
    summary = "Größe → 🚀 ‘quoted’"
    yard.edit("actions", "summary: Join the results.", f"summary: {summary}")
    text = yard.render().files["actions/analyse/action.yml"]
    assert YAML(typ="safe", pure=True).load(text)["description"] == summary
    assert summary in text
    text.encode("utf-8")


def test_every_workflow_is_careful(rendered_files: Files) -> None:
    for name in ("nightly", "any"):
        workflow = rendered(rendered_files, f".github/workflows/{name}.yml")
        assert workflow["permissions"] == {}
        assert "github.event_name" in workflow["concurrency"]["group"]
        assert workflow["concurrency"]["group"].startswith(f"{name}-")
        for job in workflow["jobs"].values():
            assert isinstance(job["timeout-minutes"], int)
            assert set(job["permissions"]) <= {"contents"}
            for step in job["steps"]:
                if step["uses"].startswith("actions/checkout@"):
                    assert step["with"]["persist-credentials"] is False


def test_the_labels_of_self_hosted_runners_are_told_to_actionlint(rendered_files: Files) -> None:
    assert rendered(rendered_files, ".github/actionlint.yaml") == {"self-hosted-runner": {"labels": ["gpu-one"]}}


@pytest.mark.slow
def test_actionlint_finds_nothing_in_what_is_rendered(rendered_files: Files, tmp_path: Path) -> None:
    """Own references are lowered to `./actions/x`, which this actionlint can follow; `$/` it cannot yet."""
    for path, text in rendered_files.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace("$/actions/", "./actions/"), encoding="utf-8")
    (tmp_path / ".git").mkdir()
    workflows = sorted(str(path) for path in Path(tmp_path, ".github", "workflows").iterdir())
    assert len(workflows) == 2
    command = [find("actionlint"), "-no-color", *workflows]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0), done.stderr
