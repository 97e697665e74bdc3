"""What a file is, its content says."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard import wire
from shuntyard.ingest.formats import FORMATS, detect
from shuntyard.ingest.source import read_open
from shuntyard.result import CaseResult, ShardResult
from tests.scripts.ingest.samples import FACTS, read

RESULT = ShardResult(
    pipeline="p",
    key=FACTS.key,
    config="unit",
    arm="python",
    ran="shell",
    outcome="passed",
    exit_code=0,
    started_at="2026-11-22T03:00:00+00:00",
    duration_s=2.5,
    peak_memory_mb=7.0,
    cases=(CaseResult(case="a", outcome="passed", setup_s=0.25, call_s=0.5, attempt=2, metrics={"loss": 0.5}),),
)
OWN = json.dumps(wire.encode(RESULT)).encode()


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"<testsuites/>", "junit"),
        (b'\xef\xbb\xbf \n<?xml version="1.0"?><testsuite>', "junit"),
        ("<testsuite/>".encode("utf-16"), "junit"),
        ("<testsuite/>".encode("utf-16-be"), "junit"),
        (b"<!DOCTYPE x><testsuite/>", "junit"),
        (b'{"pytest_version": "9", "$report_type": "SessionStart"}\n', "pytest-reportlog"),
        (b'{"id":{"started":{}},"children":[]}', "bazel-events"),
        (b'{"id": {"testResult": {}}}', "bazel-events"),
        (b'{\n  "tests": 1,\n  "testsuites": []}', "gtest-json"),
        (OWN, "shuntyard"),
    ],
)
def test_known(head: bytes, name: str) -> None:
    assert detect(head).format == name


@pytest.mark.parametrize(
    ("head", "why", "foreign"),
    [
        (b"", "is empty", False),
        (b" \n\x00\x00", "is empty", False),
        (b"\xff\xfe", "has no text", False),
        (b"\x1f\x8b\x08", "packed (gzip)", False),
        (b"PK\x03\x04", "packed (zip)", False),
        (b"<coverage/>", "its root is coverage", True),
        (b"<html>", "its root is html", True),
        (b"< ", "no format", False),
        (b'{"a": 1}', "is JSON", True),
        (b"[1]", "is JSON", True),
        (b"Segmentation fault", "it begins with 'Segmentation'", False),
        (b"\x7fELF\x02", "no format", False),
    ],
)
def test_unknown(head: bytes, why: str, foreign: bool) -> None:
    found = detect(head)
    assert (found.format, found.foreign) == ("", foreign)
    assert why in found.why


def test_a_format_may_be_given_and_then_counts() -> None:
    assert "not whole XML" in read(OWN, kind="junit").told.problem
    assert "is not JSON" in read(b"<testsuites/>", kind="gtest-json").told.problem


@given(st.binary(max_size=400), st.sampled_from(["auto", *FORMATS]))
def test_any_bytes_give_cases_or_a_problem(data: bytes, kind: str) -> None:
    source = read(data, kind=kind)
    assert source.told.problem or source.told.cases or source.format


KEYS = (
    "id testResult label run aborted completed children nodeid when outcome longrepr $report_type testsuites testsuite "
    "name failures time result"
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=4),
    max_leaves=12,
)
LINES = st.lists(st.one_of(st.binary(max_size=40), VALUES.map(lambda value: json.dumps(value).encode())), max_size=6)


@given(LINES, st.sampled_from(["bazel-events", "pytest-reportlog", "gtest-json", "shuntyard"]))
def test_json_of_any_shape_raises_nothing(lines: list[bytes], kind: str) -> None:
    source = read(b"\n".join(lines), kind=kind)
    assert all(case.case and case.attempt >= 1 for case in source.told.cases)


def test_our_own_result_gives_its_facts_and_cases() -> None:
    told = read(OWN).told
    assert told.problem == ""
    assert tuple(told.cases) == RESULT.cases
    assert told.result is not None and (told.result.ran, told.result.cases) == ("shell", ())
    assert (told.started_at, told.duration_s, told.exit_code) == ("2026-11-22T03:00:00+00:00", 2.5, 0)


def test_our_own_result_is_held_to_the_same_bounds() -> None:
    record = wire.encode(RESULT)
    record["cases"] = [
        {
            "case": "n" * 100_000,
            "outcome": "failed",
            "setup_s": -5,
            "call_s": 1e300,
            "attempt": -3,
            "message": "m" * 90_000,
        },
        {"case": "", "outcome": "passed"},
    ]
    long, unnamed = read(json.dumps(record).encode()).told.cases
    assert (len(long.case), long.setup_s, long.call_s, long.attempt, len(long.message)) == (1000, 0.0, 0.0, 1, 4000)
    assert unnamed.case == "(unnamed)"


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e999", "-Infinity"])
def test_a_result_with_numbers_that_are_none_is_refused(text: str) -> None:
    assert read(OWN.replace(b"2.5", text.encode())).told.problem


def test_sizes_are_limited_by_format() -> None:
    class Endless:
        def read(self, size: int) -> bytes:
            return b"<testsuites>"[:size]

        def seek(self, _: int) -> None: ...

    source = read_open(Endless(), 500 * 1024 * 1024, "big.xml")  # type: ignore[arg-type]
    assert source.told.problem == "has 500 MiB; junit is read up to 256 MiB"
