"""The audit log: appended to by any number of processes, read whatever happened to it, never losing an entry."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.errors import ShuntyardError
from shuntyard.rollout.log import Entry, FileLog, decode, last, moment, read_moment
from shuntyard.rollout.remote_log import ObjectLog, open_log
from tests.conftest import ROOT

NOW = datetime(2026, 11, 22, 4, 0)


def entry(config: str = "python", **fields: Any) -> Entry:
    return Entry(
        **{
            "when": moment(NOW), "by": "alert", "action": "demoted", "config": config, "before": "on", "after": "off",
            "where": "variable", **fields,
        }
    )  # fmt: skip


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
evidence = st.lists(st.dictionaries(st.text(), scalars | st.lists(scalars, max_size=3), max_size=3), max_size=3)


@given(st.text(), st.text(), evidence)
def test_an_entry_is_one_line_and_reads_back(config: str, reason: str, found: list[dict[str, Any]]) -> None:
    made = entry(config, reason=reason, evidence=tuple(found))
    line = made.line()
    assert line.isascii() and "\n" not in line
    assert (json.loads(line)["from"], json.loads(line)["to"]) == ("on", "off")
    assert decode(line) == made


@given(st.text() | st.builds(json.dumps, st.recursive(scalars, st.lists, max_leaves=5)))
def test_any_other_line_is_refused_as_a_value(line: str) -> None:
    with pytest.raises(ValueError):
        decode(line)


def test_what_a_later_version_adds_is_left_out() -> None:
    line = entry().line().replace('"schema"', '"colour": "red", "schema"')
    assert decode(line) == entry()


def test_appended_is_read_in_order(tmp_path: Path) -> None:
    log = FileLog(tmp_path / "deep" / "log.jsonl")
    assert log.read() == ([], [])
    for name in ("a", "b", "c"):
        log.append(entry(name))
    assert [each.config for each in log.read()[0]] == ["a", "b", "c"]
    assert last(log.read()[0], "b", ["demoted"]) == entry("b")
    assert last(log.read()[0], "b", ["promoted"]) is None


@pytest.mark.parametrize("cut", [1, 40, -1])
def test_half_a_line_of_a_killed_writer_spoils_no_other(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "log.jsonl"
    log = FileLog(path)
    log.append(entry("first"))
    with path.open("a") as file:
        file.write(f"{entry('torn').line()}\n"[:cut] if cut > 0 else entry("whole").line())
    log.append(entry("after"))
    entries, problems = log.read()
    assert [each.config for each in entries] == (["first", "after"] if cut > 0 else ["first", "whole", "after"])
    assert [problem.line for problem in problems] == ([2] if cut > 0 else [])


def test_rubbish_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(entry("a").line().encode() + b"\n\n\xff\xfe\n[]\n" + entry("b").line().encode() + b"\n")
    entries, problems = FileLog(path).read()
    assert [each.config for each in entries] == ["a", "b"]
    assert [problem.line for problem in problems] == [3, 4]


def test_a_full_disk_takes_the_half_line_back(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this machine has no /dev/full")
    with pytest.raises(ShuntyardError, match="the log /dev/full cannot be written: No space left") as raised:
        FileLog(Path("/dev/full")).append(entry("kept"))
    assert '"kept"' in raised.value.hint


WRITER = """
import sys
from pathlib import Path
from shuntyard.rollout.log import Entry, FileLog
log, name, times = FileLog(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
for number in range(times):
    made = Entry(when="", by=name, action="demoted", config=str(number), before="on", after="off", where="x" * 5000)
    log.append(made)
    print(number, flush=True)
"""


def start(path: Path, name: str, times: int) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
    command = [sys.executable, "-c", WRITER, str(path), name, str(times)]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_many_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    writers = [start(path, f"w{index}", 40) for index in range(6)]
    for writer in writers:
        writer.communicate()
    entries, problems = FileLog(path).read()
    assert not problems
    assert sorted((each.by, int(each.config)) for each in entries) == [
        (f"w{index}", number) for index in range(6) for number in range(40)
    ]


@pytest.mark.slow
def test_killed_writers_lose_nothing_that_they_had_appended(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    told: set[tuple[str, int]] = set()
    for index in range(8):
        writer = start(path, f"w{index}", 100_000)
        assert writer.stdout is not None
        told.add((f"w{index}", int(writer.stdout.readline())))
        time.sleep(0.01 * index)
        writer.send_signal(signal.SIGKILL)
        told |= {(f"w{index}", int(number)) for number in writer.communicate()[0].split("\n")[:-1]}
    FileLog(path).append(entry("last"))
    entries, problems = FileLog(path).read()
    assert told <= {(each.by, int(each.config)) for each in entries[:-1]}
    assert len(entries) == len({(each.by, each.config) for each in entries})
    assert len(problems) <= 8
    assert entries[-1].config == "last"


def test_objects_at_a_url_are_a_log_too() -> None:
    log = open_log(f"memory://rollout-{os.getpid()}")
    assert isinstance(log, ObjectLog)
    assert log.read() == ([], [])
    made = [entry("b", when=moment(NOW + timedelta(days=1))), entry("a"), entry("a")]
    for each in made:
        log.append(each)
    assert [each.config for each in log.read()[0]] == ["a", "b"]


def test_a_log_s_address_carries_no_login() -> None:
    with pytest.raises(ShuntyardError, match="credentials"):
        open_log("s3://key:secret@host/bucket")


def test_moments() -> None:
    zone = timezone(timedelta(hours=2))
    assert moment(NOW) == "2026-11-22T04:00:00Z"
    assert moment(NOW.replace(tzinfo=zone)) == "2026-11-22T02:00:00Z"
    assert read_moment(moment(NOW)) == NOW
    assert read_moment("yesterday") is None
