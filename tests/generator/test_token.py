"""What a contract says of the job's token: the job grants it, the script's step gets it, nobody else does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from generator.compose import compose_all
from generator.load import Toolkit, load
from generator.pipeline import Composite
from generator.render import render
from shuntyard.contract import Contract
from tests.generator.yard import Yard

ROOT = Path(__file__).resolve().parents[2]
ANALYSE = "analyse"


def granting(toolkit: Toolkit, name: str, **permissions: str) -> Toolkit:
    """The toolkit, with a script that needs these permissions."""
    needed = {scope.replace("_", "-"): level for scope, level in permissions.items()}
    contract = replace(toolkit.contracts[name], permissions=needed)  # type: ignore[arg-type]
    return replace(toolkit, contracts={**toolkit.contracts, name: contract})


def steps(composite: Composite) -> dict[str, bool]:
    return {step.id: step.token for step in composite.steps}


def test_no_script_gets_a_token_that_it_does_not_ask_for(yard: Yard) -> None:
    for composite in compose_all(yard.toolkit()).values():
        assert composite.permissions == {} and not any(steps(composite).values())


def test_a_script_that_asks_gets_it_in_its_own_step(yard: Yard) -> None:
    gate = compose_all(granting(yard.toolkit(), "gate", issues="write"))["gate"]
    assert gate.permissions == {"issues": "write"} and steps(gate) == {"gate": True}


def test_a_recipe_needs_what_its_scripts_need(yard: Yard) -> None:
    toolkit = granting(yard.toolkit(), "run-shard", actions="read", issues="write")
    run = compose_all(toolkit)["run-shard"]
    assert run.permissions == {"actions": "read", "issues": "write"}
    assert [name for name, token in steps(run).items() if token] == ["run-shard"]


def test_an_identity_is_granted_without_handing_out_the_token(yard: Yard) -> None:
    gate = compose_all(granting(yard.toolkit(), "gate", id_token="write"))["gate"]
    assert gate.permissions == {"id-token": "write"} and steps(gate) == {"gate": False}


@pytest.mark.parametrize(
    ("permissions", "token"), [({}, False), ({"id-token": "write"}, False), ({"actions": "read"}, True)]
)
def test_what_a_contract_says_of_the_token(permissions: dict[str, str], token: bool) -> None:
    contract = Contract(name="x", summary="X.", exits={}, permissions=permissions)  # type: ignore[arg-type]
    assert contract.token is token


def test_the_comment_s_workflow_may_comment_and_nothing_else() -> None:
    files = {str(path): text for path, text in render(load(ROOT)).files.items()}
    workflow = YAML(typ="safe").load(files[".github/workflows/pull-request-comment.yml"])
    assert workflow["permissions"] == {} and list(workflow["jobs"]) == ["comment"]
    job = workflow["jobs"]["comment"]
    assert job["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert [step["uses"] for step in job["steps"]] == ["$/actions/post-comment"], "nothing is checked out"
    assert "${{ github.event.workflow_run.id ||" in workflow["concurrency"]["group"], "each run has its own comment"
    action = YAML(typ="safe").load(files["actions/post-comment/action.yml"])
    tokens = [step["id"] for step in action["runs"]["steps"] if "GH_TOKEN" in step.get("env", {})]
    assert tokens == ["post-comment"]
    handed = {path for path, text in files.items() if "github.token" in text}
    toolkit = load(ROOT)
    asking = {name for name, each in toolkit.contracts.items() if each.token}
    asking |= {name for name, each in toolkit.recipes.items() if asking & {step.script for step in each.steps}}
    assert handed <= {f"actions/{name}/action.yml" for name in asking}
