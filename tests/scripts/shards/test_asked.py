"""What a run asks for: from the event, and from a real server in GitHub's place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from shuntyard.contract import Contract, parse
from shuntyard.filters.apply import Asked
from shuntyard.lists.fetch import Web, web
from shuntyard.shards.asked import read_asked
from shuntyard.shards.inputs import INPUTS
from tests.scripts.lists.server import Server

PULL = {"number": 7, "body": "[keep-going]", "labels": [{"name": "old"}]}


def asked(
    folder: Path, payload: Any, env: Mapping[str, str] | None = None, *, token: str = "", labels: str = ""
) -> tuple[Asked, list[str]]:
    (folder / "event.json").write_text(json.dumps(payload))
    variables = {"GITHUB_EVENT_PATH": str(folder / "event.json"), "GITHUB_REPOSITORY": "o/r", **(env or {})}
    contract = Contract(name="plan-shards", summary="", inputs=INPUTS, exits={})
    access = Web(opener=web(token).opener, pause=lambda _: None, token=token)
    return read_asked(parse(contract, {"labels": labels}), variables, access)


def test_the_event_says_it_where_there_is_no_token(tmp_path: Path) -> None:
    told, notes = asked(tmp_path, {"pull_request": PULL}, {"GITHUB_WORKFLOW": "pull", "GITHUB_BASE_REF": "main"})
    assert (told.labels, told.body, told.workflow, told.branch) == (["old"], "[keep-going]", "pull", "main")
    assert (told.repository, told.issues, notes) == ("o/r", "o/r", [])


def test_a_rerun_has_the_labels_of_now(tmp_path: Path, server: Server) -> None:
    server.answers = [(200, json.dumps({"labels": [{"name": "new"}], "body": None}).encode(), {})]
    api = server.address.removesuffix("/list.json")
    told, notes = asked(tmp_path, {"pull_request": PULL}, {"GITHUB_API_URL": api}, token="secret")
    assert (told.labels, told.body, notes) == (["new"], "", [])
    assert server.paths == ["/repos/o/r/pulls/7"] and server.asked[0]["Authorization"] == "Bearer secret"


def test_a_ciflow_tag_names_the_pull_request(tmp_path: Path, server: Server) -> None:
    server.answers = [(200, json.dumps({"labels": [{"name": "ci-no-td"}], "body": "fixes #3"}).encode(), {})]
    env = {"GITHUB_REF": "refs/tags/ciflow/spyre/42", "GITHUB_API_URL": server.address.removesuffix("/list.json")}
    told, _ = asked(tmp_path, {"commits": [{"message": "resolve #4"}, 5], "head_commit": None}, env, token="secret")
    assert (told.labels, told.body, told.commits) == (["ci-no-td"], "fixes #3", "resolve #4\n\n")
    assert server.paths == ["/repos/o/r/pulls/42"]


def test_where_github_is_away_the_events_labels_count_and_it_is_said(tmp_path: Path, server: Server) -> None:
    server.answers = [(503, b"", {})]
    api = server.address.removesuffix("/list.json")
    told, notes = asked(tmp_path, {"pull_request": PULL}, {"GITHUB_API_URL": api}, token="secret")
    assert told.labels == ["old"]
    assert len(notes) == 1 and "labels of pull request 7 cannot be read after 3 tries" in notes[0]


def test_labels_that_are_given_count_in_place_of_all_others(tmp_path: Path) -> None:
    told, _ = asked(tmp_path, {"pull_request": PULL}, labels="test-config/a b\n\nkeep-going")
    assert told.labels == ["test-config/a b", "keep-going"]


@pytest.mark.parametrize(
    "payload", [[], {"pull_request": 3}, {"pull_request": {"labels": "x", "body": 4}}, {"commits": {"a": 1}}]
)
def test_an_event_of_another_shape_says_nothing(tmp_path: Path, payload: Any) -> None:
    told, _ = asked(tmp_path, payload)
    assert (list(told.labels), told.body, told.commits.strip()) == ([], "", "")
