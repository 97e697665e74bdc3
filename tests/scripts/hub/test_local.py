"""The hub in a folder: readable, logged, whole."""

from __future__ import annotations

import json
import multiprocessing
from datetime import datetime, timezone
from pathlib import Path

import pytest

from shuntyard.columns import JOBS
from shuntyard.errors import ShuntyardError
from shuntyard.hub import Proposal
from shuntyard.hub.local import LocalHub

MOMENT = datetime(2026, 11, 22, 6, 0, tzinfo=timezone.utc)


@pytest.fixture
def hub(tmp_path: Path) -> LocalHub:
    return LocalHub(tmp_path / "hub", now=lambda: MOMENT)


def test_every_act_is_logged_in_order(hub: LocalHub) -> None:
    hub.set_variable("F", "a=on")
    hub.set_variable("F", "a=off")
    issue = hub.open_issue("m", "T", "B")
    hub.comment(issue.number, "m", "C")
    hub.propose(Proposal(branch="b", title="T", body="B", files={"x/y.yml": "1\n"}))
    lines = [json.loads(text) for text in (hub.folder / "log.jsonl").read_text().splitlines()]
    assert [line["act"] for line in lines] == ["set_variable", "set_variable", "open_issue", "comment", "propose"]
    assert lines[1] == {
        "at": "2026-11-22T06:00:00+00:00",
        "act": "set_variable",
        "name": "F",
        "value": "a=off",
        "before": "a=on",
    }
    assert lines[4]["files"] == {"x/y.yml": "1\n"} and lines[4]["made"] is True


def test_looking_makes_nothing(hub: LocalHub) -> None:
    assert hub.variable("F") is None and not hub.folder.exists()


def test_addresses_are_files_to_read(hub: LocalHub) -> None:
    issue = hub.open_issue("m", "T", "B")
    assert json.loads(Path(issue.address).read_text())["title"] == "T"
    assert "C" in Path(hub.comment(issue.number, "m", "C").address).read_text()


def test_issues_and_pull_requests_share_their_numbers(hub: LocalHub) -> None:
    numbers = [hub.open_issue("a", "T", "B").number]
    numbers.append(hub.propose(Proposal(branch="b", title="T", body="", files={"f": ""})).number)
    numbers.append(hub.open_issue("c", "T", "B").number)
    assert numbers == [1, 2, 3]


def test_jobs_are_read_as_stores_take_them(hub: LocalHub) -> None:
    row = {**dict.fromkeys(JOBS, "x"), "attempt": 1, "setup_s": 2.0, "test_s": None}
    row |= {"created_at": "2026-11-22T05:00:00Z", "started_at": "2026-11-22T07:00:10+02:00", "completed_at": None}
    (hub.folder / "jobs").mkdir(parents=True)
    (hub.folder / "jobs/7-1.json").write_text(json.dumps([row]))
    (found,) = hub.jobs("7", 1)
    assert found["created_at"] == datetime(2026, 11, 22, 5, 0) and found["started_at"] == datetime(
        2026, 11, 22, 5, 0, 10
    )
    assert found["completed_at"] is None and list(found) == list(row)
    (hub.folder / "jobs/8-1.json").write_text('[{"job": "x"}]')
    with pytest.raises(ShuntyardError, match="other columns"):
        hub.jobs("8", 1)


def test_a_file_that_somebody_broke_is_named(hub: LocalHub) -> None:
    hub.set_variable("F", "1")
    (hub.folder / "variables.json").write_text("{")
    with pytest.raises(ShuntyardError, match=r"variables\.json cannot be read"):
        hub.variable("F")


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "hub").write_text("")
    with pytest.raises(ShuntyardError, match="cannot be used"):
        LocalHub(tmp_path / "hub").set_variable("A", "b")


def _act(folder: Path, name: str) -> None:
    hub = LocalHub(folder)
    for index in range(10):
        hub.open_issue(f"{name} {index}", name, "body")
        hub.set_variable(f"{name}_{index}", "on")


@pytest.mark.slow
def test_several_processes_take_turns(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_act, args=(tmp_path / "hub", f"w{index}")) for index in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    assert len(list((tmp_path / "hub/issues").glob("*.json"))) == 40
    assert len(json.loads((tmp_path / "hub/variables.json").read_text())) == 40
    assert len((tmp_path / "hub/log.jsonl").read_text().splitlines()) == 80
