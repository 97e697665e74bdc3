"""The state on disk: whole or not at all, one check at a time, and never taken for empty when it is something else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard import wire
from shuntyard.alerts.rules import Place, Rule, key, marker
from shuntyard.alerts.state import Entry, State, done
from shuntyard.alerts.statefile import StateFile, beside
from shuntyard.alerts.verdicts import parse
from shuntyard.errors import ShuntyardError

RULE = Rule(name="High Fallback Rate", question=parse("fallback_rate > 5%"), actions=("notify",))
PLACE = Place(per="configuration", name="distributed")
NOW = datetime(2026, 11, 22, 12, 0)


def state() -> State:
    entry = Entry(rule=RULE.id, name=RULE.name, place=PLACE, since=NOW.isoformat())
    return State().put(done(entry, "open_issue", NOW.isoformat(), 7, "https://hub.example/7"))


def test_comes_back_as_it_was(tmp_path: Path) -> None:
    file = StateFile(str(tmp_path / "deep" / "alerts.json"))
    assert file.load() == State()
    file.save(state())
    assert file.load() == state()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["alerts.json"]


def test_is_kept_at_a_url_too() -> None:
    file = StateFile("memory://bucket/deep/history-alerts.json")
    assert file.load() == State()
    with file.alone():
        file.save(state())
        file.save(replace(state(), checked=NOW.isoformat()))
    assert file.load() == replace(state(), checked=NOW.isoformat())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 1, "entries": {"x": {}}}', '{"other": 1}', "\x00"])
def test_another_file_is_refused_not_taken_for_empty(tmp_path: Path, text: str) -> None:
    (tmp_path / "alerts.json").write_text(text)
    with pytest.raises(ShuntyardError, match="not the state of alerts"):
        StateFile(str(tmp_path / "alerts.json")).load()
    assert (tmp_path / "alerts.json").read_text() == text


def test_a_later_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "alerts.json").write_text(json.dumps({**wire.encode(state()), "schema": 2}))
    with pytest.raises(ShuntyardError, match="schema 2"):
        StateFile(str(tmp_path / "alerts.json")).load()


def test_two_checks_at_once_are_refused(tmp_path: Path) -> None:
    where = str(tmp_path / "alerts.json")
    with StateFile(where).alone(), pytest.raises(ShuntyardError, match="another check"), StateFile(where).alone():
        pass
    with StateFile(where).alone():
        pass


@pytest.mark.parametrize(
    ("history", "place"),
    [
        (".shuntyard/history", ".shuntyard/history-alerts.json"),
        ("history/", "history-alerts.json"),
        ("s3://bucket/history", "s3://bucket/history-alerts.json"),
    ],
)
def test_lies_beside_the_history(history: str, place: str) -> None:
    assert beside(history) == place


@pytest.mark.parametrize("history", ["mysql", "s3://bucket", "/", ".", ".."])
def test_where_nothing_is_beside_a_place_has_to_be_named(history: str) -> None:
    with pytest.raises(ShuntyardError, match="no place"):
        beside(history)


names = st.text(max_size=30)


@given(names, names, names, names)
def test_two_places_never_share_a_key_or_a_marker(name: str, repository: str, other: str, elsewhere: str) -> None:
    one, two = (Place(per="pipeline", name=a, repository=b) for a, b in ((name, repository), (other, elsewhere)))
    assert (key(RULE, one) == key(RULE, two)) == (one == two)
    assert (marker(RULE, one) == marker(RULE, two)) == (one == two)


@given(names)
def test_a_marker_is_plain_whatever_the_names_hold(name: str) -> None:
    text = marker(RULE, Place(per="configuration", name=name))
    assert text.replace("-", "").isalnum() and text.isascii()
