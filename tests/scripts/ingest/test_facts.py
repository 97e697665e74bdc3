"""What the caller says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shuntyard import wire
from shuntyard.contract import Contract, parse
from shuntyard.errors import ShuntyardError
from shuntyard.ingest.facts import INPUTS, Facts, file_words, read_facts, results_folder
from shuntyard.result import Hardware

CONTRACT = Contract(name="x", summary="", inputs=INPUTS, exits={})
ENV = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "o/r",
    "GITHUB_RUN_ID": "77",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_SHA": "s",
}


def facts(env: dict[str, str] | None = None, /, **inputs: str) -> Facts:
    texts = {"pipeline": "nightly", "row": "unit", **{name.replace("_", "-"): text for name, text in inputs.items()}}
    return read_facts(parse(CONTRACT, texts), env or {}, Path("/nowhere"))


def test_the_run_is_githubs() -> None:
    key = facts(ENV).key
    assert (key.provider, key.repository, key.sha, key.run_id, key.attempt, key.row_id) == (
        "github",
        "o/r",
        "s",
        "77",
        2,
        "unit",
    )
    assert facts(ENV, sha="c0ffee").key.sha == "c0ffee"
    assert facts().key.provider == "local"


def test_units_shards_and_numbers() -> None:
    made = facts(
        shard="2/4", repetition="3", exit_code="-6", duration="1.5", peak_memory="70", started_at="2026-11-22T03:00:00Z"
    )
    assert (made.unit, made.shard_index, made.shard_of, made.repetition) == ("unit.s2of4", 2, 4, 3)
    assert (made.exit_code, made.duration_s, made.peak_memory_mb) == (-6, 1.5, 70.0)
    assert facts(unit="together").unit == "together"
    assert (facts().exit_code, facts().duration_s) == (None, None)


def test_hardware_is_as_detected_elsewhere() -> None:
    gpu = Hardware(class_="gpu", vendor="amd", architecture="gpu_rocm", count=8)
    assert facts(hardware=json.dumps(wire.encode(gpu))).hardware == gpu
    assert facts().hardware == Hardware()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("shard", "3/2"),
        ("shard", "0/2"),
        ("shard", "x"),
        ("repetition", "0"),
        ("repetition", "1000"),
        ("exit_code", "x"),
        ("duration", "-1"),
        ("duration", "nan"),
        ("peak_memory", "1e300"),
        ("started_at", "2026-11-22T03:00:00"),
        ("started_at", "yesterday"),
        ("hardware", "{"),
        ("hardware", '{"class_": 7}'),
        ("row", "../x"),
        ("pipeline", "a/b"),
    ],
)
def test_what_cannot_be_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(ShuntyardError, match=name.replace("_", "-")):
        facts(**{name: text})


def test_folders_and_files() -> None:
    assert results_folder("", {"RUNNER_TEMP": "/t"}, "p--u") == Path("/t/shuntyard/results/p--u")
    assert results_folder("", {}, "p--u") == Path(".shuntyard/results/p--u")
    assert results_folder("x", {"RUNNER_TEMP": "/t"}, "p--u") == Path("x")
    assert file_words(" a b.xml\n\n *.json ") == ["a b.xml", "*.json"]
    with pytest.raises(ShuntyardError, match="names no file"):
        file_words(" \n")
