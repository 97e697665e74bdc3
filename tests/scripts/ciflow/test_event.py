"""Events: what GitHub says is read, and what a pull request's author may choose is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuntyard.ciflow.event import ACTIONS, EVENT, Event, read_event
from shuntyard.errors import ShuntyardError

SHA = "0123456789abcdef" * 2 + "01234567"


def payload(**changes: Any) -> dict[str, Any]:
    pull = {"number": 12, "head": {"sha": SHA, "ref": "$(evil)"}, "title": "`id`"}
    return {"action": "labeled", "pull_request": pull, "label": {"name": "a/b"}, "sender": {"login": "me"}, **changes}


def read(folder: Path, record: Any, name: str = EVENT) -> Event:
    (folder / "event.json").write_text(json.dumps(record))
    return read_event(name, folder / "event.json")


def test_an_event(tmp_path: Path) -> None:
    assert read(tmp_path, payload()) == Event(action="labeled", number=12, head=SHA, sender="me", label="a/b")
    pushed = read(tmp_path, payload(action="synchronize", sender={"login": "dependabot[bot]"}))
    assert (pushed.label, pushed.sender) == ("", "dependabot[bot]")


@pytest.mark.parametrize(
    "login", ["", None, 7, "../x", "a b", "-x", "x`", "@me\n", "a/collaborators/b", "x" * 9 + "[bot]x"]
)
def test_a_sender_of_another_form_is_nobody(tmp_path: Path, login: Any) -> None:
    assert read(tmp_path, payload(sender={"login": login})).sender == ""


@pytest.mark.parametrize(
    "record",
    [
        [],
        {},
        payload(action="edited"),
        payload(action=["labeled"]),
        payload(pull_request={"number": 0, "head": {"sha": SHA}}),
        payload(pull_request={"number": True, "head": {"sha": SHA}}),
        payload(pull_request={"number": "12/../13", "head": {"sha": SHA}}),
        payload(pull_request={"number": 12, "head": {"sha": "main"}}),
        payload(pull_request={"number": 12, "head": None}),
    ],
)
def test_what_is_no_event(tmp_path: Path, record: Any) -> None:
    with pytest.raises(ShuntyardError):
        read(tmp_path, record)


@pytest.mark.parametrize("name", ["pull_request", "push", ""])
def test_another_event_has_no_token_to_write_with(tmp_path: Path, name: str) -> None:
    with pytest.raises(ShuntyardError, match="not pull_request_target"):
        read(tmp_path, payload(), name)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["name", "login", "sha", "number", "head"]), inner),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries(dict.fromkeys(("action", "pull_request", "label", "sender"), JSON)))
def test_any_json_is_an_event_or_refused(tmp_path: Path, record: Any) -> None:
    try:
        event = read(tmp_path, record)
    except ShuntyardError:
        return
    assert event.action in ACTIONS and event.number > 0
