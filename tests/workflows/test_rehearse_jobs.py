"""Rehearsals with act: what becomes of the caller's other jobs, and of the rows that wait for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.rehearse.omissions import SOME, WHY
from tests.generator.rehearse.acting import features, job, jobs, log, rehearsed, row, rows
from tests.generator.rehearse.small import CALLER, make_caller, make_toolkit

pytestmark = pytest.mark.slow

WAITING = CALLER.replace("    uses:", "    needs: [build]\n    uses:")
PLAIN = "runs-on: ubuntu-latest"


@pytest.fixture(scope="module")
def toolkit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_toolkit(tmp_path_factory.mktemp("toolkit") / "small")


def test_each_job_gets_its_own_verdict(toolkit: Path, tmp_path: Path) -> None:
    text = CALLER + (
        f"  good: {{{PLAIN}, steps: [run: 'true']}}\n"
        f"  bad: {{{PLAIN}, steps: [{{run: 'echo why; exit 3', id: it}}]}}\n"
        f"  tolerant: {{{PLAIN}, steps: [{{run: 'exit 1', continue-on-error: true}}]}}\n"
        f"  off: {{{PLAIN}, if: \"github.event_name == 'schedule'\", steps: [run: 'true']}}\n"
        f"  after: {{{PLAIN}, needs: [good, bad], steps: [run: 'true']}}\n"
        f"  cells: {{{PLAIN}, strategy: {{matrix: {{n: [0, 1]}}}}, steps: [run: 'exit ${{{{ matrix.n }}}}']}}\n"
        "  windows: {runs-on: windows-latest, steps: [run: 'true']}\n"
        "  boxed: {runs-on: ubuntu-latest, container: node:20, steps: [run: 'true']}\n"
        "  served: {runs-on: ubuntu-latest, services: {db: {image: mysql}}, steps: [run: 'true']}\n"
        "  docker: {runs-on: ubuntu-latest, steps: [uses: docker://alpine]}\n"
        "  far: {uses: other/repo/.github/workflows/x.yml@v1}\n"
    )
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", text))
    assert found.verdict == "failed"
    assert rows(found) == dict.fromkeys(["unit.shell", "unit.python", "docs.shell", "docs.python"], "passed")
    assert {name: verdict for name, verdict in jobs(found).items() if name not in ("select", "test", "gate")} == {
        "good": "passed",
        "bad": "failed",
        "tolerant": "passed",
        "off": "skipped",
        "after": "skipped",
        "cells": "failed",
        "windows": "not exercised",
        "boxed": "not exercised",
        "served": "not exercised",
        "docker": "not exercised",
        "far": "not exercised",
    }
    assert job(found, "bad").reason == "its step it failed"
    assert job(found, "bad").log == ("why",)
    assert job(found, "after").reason == "it needs bad, which failed"
    assert job(found, "windows").reason == "runner windows-latest is not on this machine"


def test_rows_that_wait_for_a_container_job_are_not_exercised(toolkit: Path, tmp_path: Path) -> None:
    text = WAITING + "  build: {runs-on: ubuntu-latest, container: node:20, steps: [run: 'true']}\n"
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", text))
    assert found.verdict == "not exercised"
    assert set(rows(found).values()) == {"not exercised"}
    assert row(found, "unit.shell").reason == "it needs build, which was not exercised"
    assert set(jobs(found).values()) == {"not exercised"}


def test_rows_that_wait_for_a_failing_job_do_not_pass(toolkit: Path, tmp_path: Path) -> None:
    text = WAITING + f"  build: {{{PLAIN}, steps: [run: 'false']}}\n"
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", text))
    assert found.verdict == "failed"
    assert set(rows(found).values()) == {"skipped"}


def test_a_call_whose_condition_does_not_hold_passes_nothing(toolkit: Path, tmp_path: Path) -> None:
    text = CALLER.replace("    uses:", "    if: github.event_name == 'schedule'\n    uses:")
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", text))
    assert found.verdict == "not exercised"
    assert set(rows(found).values()) == {"skipped"}
    assert set(jobs(found).values()) == {"skipped"}


def test_an_action_that_nothing_stands_in_for(toolkit: Path, tmp_path: Path) -> None:
    text = CALLER + (
        f"  cover: {{{PLAIN}, steps: [{{run: 'true'}}, {{uses: some/cover/sub@v4, with: {{a: b}}}}]}}\n"
        f"  unreached: {{{PLAIN}, steps: [{{run: 'true'}}, {{uses: some/other@v1, if: failure()}}]}}\n"
        f"  late: {{{PLAIN}, needs: [cover], if: always(), steps: [run: 'false']}}\n"
    )
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", text))
    assert found.verdict == "passed", found
    assert job(found, "cover").verdict == "not exercised"
    assert job(found, "cover").reason == "no stand-in for some/cover/sub"
    assert job(found, "unreached").verdict == "passed"
    assert job(found, "late").verdict == "not exercised"
    assert {"some/cover/sub", "some/other"} <= features(found)
    assert "GoGitActionCache" not in log(found)


def test_a_workflow_that_act_rejects_is_an_error(toolkit: Path, tmp_path: Path) -> None:
    text = CALLER + f"  new: {{{PLAIN}, steps: [run: 'echo ${{{{ case(true, 1, 2) }}}}']}}\n"
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", text))
    assert found.verdict == "failed"
    assert set(rows(found).values()) == {"error"}
    assert set(jobs(found).values()) == {"error"}
    assert "Unknown Function Call case" in row(found, "unit.shell").reason


def test_a_called_workflow_that_act_rejects_is_an_error(toolkit: Path, tmp_path: Path) -> None:
    broken = make_toolkit(tmp_path / "broken")
    file = broken / ".github" / "workflows" / "ab.yml"
    file.write_text(file.read_text(encoding="utf-8") + "  extra: {runs-on: ubuntu-24.04, nonsense: 1, steps: []}\n")
    text = CALLER + f"  lint: {{{PLAIN}, steps: [run: 'true']}}\n"
    found = rehearsed(broken, make_caller(tmp_path / "caller", text))
    assert found.verdict == "failed"
    assert set(rows(found).values()) == {"error"}
    assert jobs(found)["select"] == "error"


def test_what_act_rejects_is_taken_out_and_said(toolkit: Path, tmp_path: Path) -> None:
    text = CALLER.replace(
        "permissions: {}\n",
        "concurrency:\n  group: x\n  queue: max\npermissions: {artifact-metadata: write}\n",
    )
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", text))
    assert found.verdict == "passed", found
    removed = [each for each in found.omissions if each.why.startswith("taken out")]
    assert [(each.feature, each.where) for each in removed] == [
        ("concurrency.queue", ".github/workflows/ci.yml:5"),
        ("permissions", ".github/workflows/ci.yml:6"),
    ]


def test_workflows_and_actions_of_the_callers_own(toolkit: Path, tmp_path: Path) -> None:
    text = CALLER + (
        "  local: {uses: ./.github/workflows/local.yml}\n"
        "  self: {uses: $/.github/workflows/local.yml, name: by self}\n"
        f"  step: {{{PLAIN}, steps: [{{uses: actions/checkout@v7}}, {{uses: ./acts/one}}, {{uses: $/acts/one}}]}}\n"
    )
    local = f"on: workflow_call\njobs:\n  inner: {{{PLAIN}, steps: [run: 'true']}}\n"
    local += f"  bad: {{{PLAIN}, steps: [run: 'false']}}\n"
    action = "runs:\n  using: composite\n  steps: [{run: 'echo acted', shell: bash}, {uses: no/such@v1, if: false}]\n"
    files = {".github/workflows/local.yml": local, "acts/one/action.yml": action}
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", text, None, files))
    assert found.verdict == "failed"
    assert {(each.call, each.job): each.verdict for each in found.jobs if each.call in ("local", "self")} == {
        ("local", "inner"): "passed",
        ("local", "bad"): "failed",
        ("self", "inner"): "passed",
        ("self", "bad"): "failed",
    }
    assert job(found, "step").verdict == "passed"
    assert log(found).count('"msg":"acted') == 2


def test_features_that_act_does_not_enforce_are_listed(toolkit: Path, tmp_path: Path) -> None:
    text = CALLER.replace("on: [push]", "on: {push: {paths: [src/**]}}") + (
        f"  rich: {{{PLAIN}, timeout-minutes: 5, environment: prod, permissions: {{id-token: write}},\n"
        "    env: {T: '${{ secrets.T }}'}, steps: [run: 'true']}\n"
    )
    found = rehearsed(toolkit, make_caller(tmp_path / "caller", text))
    asked_for = {"time limits", "environment", "OIDC", "secrets", "filters", "permissions", "concurrency", "checkout"}
    assert asked_for <= features(found)
    assert "container" not in features(found)


def test_variables_are_known_wherever_they_are_read(toolkit: Path, tmp_path: Path) -> None:
    said = "echo place ${{ vars.PLACE }}, other ${{ vars.OTHER }}."
    inner = f"on: workflow_call\njobs:\n  say: {{{PLAIN}, steps: [run: '{said}']}}\n"
    text = CALLER + f"  say: {{{PLAIN}, steps: [run: '{said}']}}\n  nested: {{uses: ./.github/workflows/inner.yml}}\n"
    caller = make_caller(tmp_path / "caller", text, None, {".github/workflows/inner.yml": inner})
    none = rehearsed(toolkit, caller)
    assert log(none).count('"msg":"place , other .') == 2
    assert [each.why for each in none.omissions if each.feature == "variables"] == [WHY["variables"]]
    file = tmp_path / "variables"
    file.write_text('PLACE="registry.example/a#b"\n', encoding="utf-8")
    some = rehearsed(toolkit, caller, variables=file)
    assert log(some).count('"msg":"place registry.example/a#b, other .') == 2
    assert [each.why for each in some.omissions if each.feature == "variables"] == [SOME.format("variables")]


def test_every_job_knows_the_run_by_the_given_id(toolkit: Path, tmp_path: Path) -> None:
    said = 'echo "run $GITHUB_RUN_ID ${{ github.run_id }}."'
    inner = f"on: workflow_call\njobs:\n  say: {{{PLAIN}, steps: [run: '{said}']}}\n"
    text = CALLER + f"  say: {{{PLAIN}, steps: [run: '{said}']}}\n  nested: {{uses: ./.github/workflows/inner.yml}}\n"
    caller = make_caller(tmp_path / "caller", text, None, {".github/workflows/inner.yml": inner})
    found = rehearsed(toolkit, caller, run_id="1790000000000000001")
    assert log(found).count('"msg":"run 1790000000000000001 1790000000000000001.') == 2
