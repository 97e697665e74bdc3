"""Reading folders of results: whatever is in them becomes evidence, and nothing raises."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard import wire
from shuntyard.collect import collect, parse_result
from shuntyard.result import ShardResult
from tests.scripts.report_samples import make_cases, make_plan, make_result, make_row, write_passing, write_result

ROW = make_row("docs_test", "python")
RESULT = make_result(ROW, make_cases("passed", "failed"))
RECORD = wire.encode(RESULT)


def test_finds_results_in_artifacts_in_order_of_their_paths(tmp_path: Path) -> None:
    write_passing(tmp_path, make_plan(["docs_test", "smoke"]), repeats=2)
    found = collect(tmp_path)
    assert [item.folder for item in found] == sorted(item.folder for item in found)
    assert len(found) == 8
    first = found[0]
    assert (first.artifact, first.row_id, first.repetition) == ("python-runner-ab--docs_test", "docs_test.python", 1)
    assert first.result is not None
    assert (first.reason, first.absent, first.log) == ("", False, "")


def test_a_folder_that_is_not_there_holds_no_evidence(tmp_path: Path) -> None:
    assert collect(tmp_path / "nowhere") == ()


def test_results_outside_any_artifact_are_found(tmp_path: Path) -> None:
    path = write_result(tmp_path, "docs_test", RESULT)
    (item,) = collect(path.parent.parent.parent)
    assert (item.artifact, item.row_id, item.result) == ("", "docs_test.python", RESULT)


def damage(tmp_path: Path, data: bytes) -> str:
    path = write_result(tmp_path, "docs_test", RESULT)
    path.write_bytes(data)
    (item,) = collect(tmp_path)
    assert item.result is None
    assert not item.absent
    assert item.log == "collected 3 items"
    return item.reason


def changed(**fields: Any) -> bytes:
    return json.dumps({**RECORD, **fields}).encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "result.json is empty"),
        (json.dumps(RECORD).encode()[:300], "result.json is not whole JSON"),
        (b"\xff\xfe", "not UTF-8 (byte 0)"),
        (b"[]", "$: expected an object"),
        (b"[" * 100_000, "result.json"),
        (changed(schema=2), "has schema 2; this version of Shuntyard reads schema 1"),
        (changed(surprise=1), "unknown field 'surprise'"),
        (changed(outcome="green"), "$.outcome: expected one of"),
        (changed(duration_s=float("nan")), "the number NaN"),
        (changed(duration_s=-1), "a time or the memory is negative"),
        (changed(duration_s=1e300), "a time or the memory is negative or beyond all measure"),
        (json.dumps(RECORD).replace('"duration_s": 2.0', '"duration_s": 1e999').encode(), "expected a finite number"),
        (
            json.dumps(RECORD).replace('"duration_s": 2.0', '"duration_s": 1' + "0" * 400).encode(),
            "expected a finite number",
        ),
        (
            json.dumps(RECORD).replace('"metrics": {}', '"metrics": {"speed": 1e999}').encode(),
            "metrics.speed: expected a finite number",
        ),
        (changed(repetition=2), "it says that it is row 'docs_test.python', repetition 2"),
        (changed(shard_index=3), "it says that it is shard 3 of 1"),
        (changed(key={**RECORD["key"], "row_id": "other"}), "it says that it is row 'other'"),
    ],
)
def test_a_damaged_result_says_what_is_wrong(tmp_path: Path, data: bytes, reason: str) -> None:
    assert reason in damage(tmp_path, data)


def test_a_run_that_left_no_result_is_evidence(tmp_path: Path) -> None:
    path = write_result(tmp_path, "docs_test", RESULT)
    path.with_name("log.txt").write_text("x" * 5000 + "\nSegmentation fault\n", encoding="utf-8")
    path.unlink()
    (item,) = collect(tmp_path)
    assert (item.absent, item.reason) == (True, "there is no result.json")
    assert item.log.endswith("Segmentation fault")
    assert len(item.log) <= 2000


def test_links_and_folders_are_not_taken_for_results(tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps(RECORD), encoding="utf-8")
    results = tmp_path / "results"
    linked = write_result(results, "docs_test", RESULT)
    linked.unlink()
    linked.symlink_to(secret)
    folder = write_result(results, "smoke", make_result(make_row("smoke", "python")))
    folder.unlink()
    folder.mkdir()
    reasons = {item.row_id: (item.result, item.reason, item.absent) for item in collect(results)}
    assert reasons == dict.fromkeys(
        ("docs_test.python", "smoke.python"), (None, "result.json is not a regular file", False)
    )


def test_a_pipe_in_place_of_a_result_does_not_hang(tmp_path: Path) -> None:
    path = write_result(tmp_path, "docs_test", RESULT)
    path.unlink()
    os.mkfifo(path)
    (item,) = collect(tmp_path)
    assert item.reason == "result.json is not a regular file"


def test_a_result_in_a_folder_of_another_name_is_not_lost(tmp_path: Path) -> None:
    path = write_result(tmp_path, "docs_test", RESULT)
    path.parent.rename(path.parent.with_name("r1000"))
    (item,) = collect(tmp_path)
    assert item.result is None
    assert "lies elsewhere" in item.reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.sampled_from(sorted(RECORD)), JSON)
def test_parse_result_never_raises_and_never_half_believes(field: str, value: object) -> None:
    result, reason = parse_result(json.dumps({**RECORD, field: value}).encode())
    assert (result is None) == bool(reason)
    assert result is None or isinstance(result, ShardResult)


@given(st.integers(min_value=0, max_value=len(json.dumps(RECORD)) - 1))
def test_a_result_cut_off_anywhere_is_an_error(length: int) -> None:
    result, reason = parse_result(json.dumps(RECORD).encode()[:length])
    assert result is None
    assert reason
