"""From what files say to a result that the rest of Shuntyard takes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard import wire
from shuntyard.analysis import Occasion, analyse
from shuntyard.collect import collect, parse_result
from shuntyard.errors import ShuntyardError
from shuntyard.ingest.combine import combine
from shuntyard.ingest.facts import Facts
from shuntyard.ingest.record import make_record
from shuntyard.ingest.recordfile import encode_record, write_record
from shuntyard.ingest.told import Source
from shuntyard.result import CaseResult, Hardware, ShardResult
from tests.scripts.ingest.samples import FACTS, case, junit, read
from tests.scripts.ingest.test_formats import OWN, RESULT

GOOD, BAD = case("a"), case("b", "<failure/>")
FLAKY = case("f", "<flakyFailure/>")


def record(*sources: Source, facts: Facts = FACTS) -> ShardResult:
    return make_record(facts, sources, combine(sources))


@pytest.mark.parametrize(
    ("document", "exit_code", "outcome"),
    [
        (junit(GOOD), 0, "passed"),
        (junit(GOOD, BAD), 1, "failed"),
        (junit(FLAKY), 0, "passed"),
        (junit(), 5, "empty"),
        (b"", 1, "failed"),
        (junit(GOOD)[:-8], 1, "failed"),
    ],
)
def test_outcomes(document: bytes, exit_code: int, outcome: str) -> None:
    made = record(read(document))
    assert (made.exit_code, made.outcome) == (exit_code, outcome)


def test_the_callers_exit_code_counts() -> None:
    assert record(read(junit(GOOD)), facts=replace(FACTS, exit_code=2)).outcome == "error"
    assert record(read(junit(BAD)), facts=replace(FACTS, exit_code=0)).outcome == "failed"
    assert record(read(junit()), facts=replace(FACTS, exit_code=0)).outcome == "empty"


def test_a_file_that_is_not_whole_is_told_beside_its_row() -> None:
    made = record(read(b"", "x.xml"), read(junit(GOOD), "y.xml"))
    assert made.error == "x.xml: is empty"
    assert [each.case for each in made.cases] == ["a", "x.xml::(file)"]


def test_what_the_caller_says_counts_then_our_own_result_then_the_files() -> None:
    own = record(read(OWN), facts=replace(FACTS, pipeline="", key=replace(FACTS.key, row_id="")))
    assert (own.pipeline, own.key.row_id, own.arm, own.ran, own.duration_s) == ("p", "unit", "python", "shell", 2.5)
    mine = replace(
        FACTS, arm="shell", ran="shell", duration_s=9.0, started_at="2026-01-01T00:00:00Z", hardware=Hardware(count=3)
    )
    said = record(read(OWN), facts=mine)
    assert (said.pipeline, said.arm, said.duration_s, said.hardware.count) == ("nightly", "shell", 9.0, 3)
    assert said.started_at == "2026-01-01T00:00:00Z"


def test_a_row_and_a_pipeline_are_needed() -> None:
    with pytest.raises(ShuntyardError, match="'row' is missing"):
        record(read(junit(GOOD)), facts=replace(FACTS, key=replace(FACTS.key, row_id="")))
    with pytest.raises(ShuntyardError, match="'pipeline' is missing"):
        record(read(junit(GOOD)), facts=replace(FACTS, pipeline=""))


@pytest.mark.parametrize("row", ["../../x", "a/b", "/etc", "..", "a\0b"])
def test_a_result_cannot_choose_a_folder(row: str) -> None:
    data = json.dumps(wire.encode(replace(RESULT, key=replace(RESULT.key, row_id=row)))).encode()
    with pytest.raises(ShuntyardError, match="cannot be the name of a file"):
        record(read(data), facts=replace(FACTS, key=replace(FACTS.key, row_id="")))


def test_a_start_needs_its_zone_and_the_earliest_counts() -> None:
    def started(text: str) -> Source:
        return read(f'<testsuite timestamp="{text}"><testcase name="{text}"/></testsuite>'.encode())

    made = record(started("2026-11-22T05:00:00"), started("2026-11-22T04:00:00Z"), started("2026-11-22T04:30:00+00:00"))
    assert made.started_at == "2026-11-22T04:00:00Z"


def test_what_is_written_is_collected_and_analysed(tmp_path: Path) -> None:
    path = write_record(tmp_path, record(read(junit(GOOD, BAD, FLAKY)), read(b"<testsuite", "torn.xml")))
    assert path == tmp_path / "unit" / "r1" / "result.json"
    evidence = collect(tmp_path)
    assert [item.reason for item in evidence] == [""]
    report = analyse(None, evidence, Occasion(pipeline="nightly"))
    (row,) = report.rows
    assert (row.outcome, row.tests, row.failed, [run.fault for run in row.runs]) == ("failed", 4, 2, [""])
    assert [each.name for each in path.parent.iterdir()] == ["result.json"]


def test_again_replaces_but_another_shard_is_refused(tmp_path: Path) -> None:
    first = record(read(junit(GOOD)))
    write_record(tmp_path, first)
    write_record(tmp_path, record(read(junit(GOOD, BAD))))
    assert len(json.loads((tmp_path / "unit/r1/result.json").read_text())["cases"]) == 2
    with pytest.raises(ShuntyardError, match="of shard 1 of 1"):
        write_record(tmp_path, replace(first, shard_of=2))


TEXTS = st.text(max_size=12)
CASES = st.builds(
    CaseResult,
    case=TEXTS.filter(bool),
    outcome=st.sampled_from(["passed", "failed", "xfailed"]),
    setup_s=st.floats(0, 1e9),
    call_s=st.floats(0, 1e9),
    attempt=st.integers(1, 9),
    message=TEXTS,
    metrics=st.dictionaries(TEXTS, st.floats(allow_nan=False, allow_infinity=False), max_size=2),
)


@given(st.lists(CASES, max_size=5).map(tuple), TEXTS)
def test_a_record_reads_back_as_it_was(cases: tuple[CaseResult, ...], error: str) -> None:
    made = replace(RESULT, cases=cases, error=error)
    assert parse_result(encode_record(made)) == (made, "")


def test_a_record_that_is_too_long_to_be_read_back_is_cut_and_says_so() -> None:
    long = tuple(CaseResult(case=f"c{n}", outcome="passed", message="m" * 3000) for n in range(3000))
    bad = CaseResult(case="bad", outcome="failed", message="why" * 100)
    made = replace(RESULT, outcome="failed", exit_code=1, cases=(*long, bad))
    shorter, _ = parse_result(encode_record(made, 2_000_000))
    assert shorter and len(shorter.cases) == 3001 and shorter.error == ""
    fewer, _ = parse_result(encode_record(made, 200_000))
    assert fewer and len(encode_record(made, 200_000)) <= 200_000
    assert "bad" in {each.case for each in fewer.cases}
    assert "cases are left out" in fewer.error and fewer.cases[-1].case == "result.json::(file)"
