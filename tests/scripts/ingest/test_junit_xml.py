"""JUnit XML: attempts, encodings, and characters that XML does not allow."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.ingest.junit_xml import RUN_AGAIN, root
from tests.scripts.ingest.samples import brief, case, junit, told

FAILURE = "<failure message='no'/>"


def test_surefire_tells_attempts_before_a_pass_and_after_a_failure() -> None:
    read = told(
        junit(
            case(
                "flaky",
                "<flakyFailure message='one'><stackTrace>at x</stackTrace></flakyFailure><flakyError/>",
                time="2",
            ),
            case("never", f"{FAILURE}<rerunFailure message='again'/>", time="3"),
            case("pytorch", "<rerun message='flip'>trace</rerun>"),
        )
    )
    assert brief(read.cases) == [
        "flaky failed",
        "flaky error #2",
        "flaky passed #3",
        "never failed",
        "never failed #2",
        "pytorch failed",
        "pytorch passed #2",
    ]
    assert read.cases[0].message == "one\nat x"
    assert [each.call_s for each in read.cases] == [0, 0, 2, 3, 0, 0, 0]


def test_only_pytest_means_a_rerun_when_a_name_comes_again() -> None:
    twice = (case("a"), case("a", FAILURE), case("a"))
    assert brief(told(junit(*twice, suite="pytest")).cases) == ["a failed", "a failed #2", "a passed #3"]
    assert told(junit(*twice, suite="pytest")).cases[0].message == RUN_AGAIN
    assert brief(told(junit(*twice)).cases) == ["a passed", "a failed", "a passed"]


def test_an_error_on_teardown_is_no_attempt_of_its_own() -> None:
    down = '<error message="failed on teardown with &quot;x&quot;"/>'
    assert brief(told(junit(case("a", FAILURE), case("a", down), suite="pytest")).cases) == ["a error"]


@pytest.mark.parametrize(
    ("attributes", "outcome"),
    [
        ({"status": "run", "result": "completed"}, "passed"),
        ({"status": "notrun", "result": "suppressed"}, "skipped"),
        ({"status": "disabled"}, "skipped"),
        ({"status": "fail"}, "passed"),  # CTest writes a <failure> with it
    ],
)
def test_status(attributes: dict[str, str], outcome: str) -> None:
    assert told(junit(case("a", **attributes))).cases[0].outcome == outcome


DOCUMENT = f'<testsuite name="ä"><testcase name="ünï" time="1.5">{FAILURE}</testcase><testcase name="b"/></testsuite>'


@pytest.mark.parametrize(
    "data",
    [
        DOCUMENT.encode(),
        codecs.BOM_UTF8 + DOCUMENT.encode(),
        DOCUMENT.encode("utf-16"),
        codecs.BOM_UTF16_BE + DOCUMENT.encode("utf-16-be"),
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + DOCUMENT.encode("latin-1"),
        b'<?xml version="1.0" encoding="windows-1252"?>' + DOCUMENT.encode("cp1252"),
        b"\n<!-- <other> --> <?pi?>" + DOCUMENT.encode(),
    ],
)
def test_encodings(data: bytes) -> None:
    read = told(data)
    assert (read.problem, read.notes, brief(read.cases)) == ("", (), ["ünï failed", "b passed"])


@pytest.mark.parametrize(
    "bad", [b"\x00", b"\x1b[31m", b"\xff", b"\xed\xa0\x80", b"&#0;", b"&#x1B;", b"\xef\xbf\xbf", b"\x0c"]
)
def test_characters_that_xml_does_not_allow_cost_no_case(bad: bytes) -> None:
    read = told(junit(case("a", f"<failure>{'x' * 10}BAD</failure>"), case("b"), case("BAD")).replace(b"BAD", bad))
    assert read.problem == ""
    assert [each.outcome for each in read.cases] == ["failed", "passed", "passed"]
    assert len(read.notes) == 1 and "XML does not allow" in read.notes[0]


def test_a_reference_at_a_border_of_two_pieces_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shuntyard.ingest.junit_xml.MIB", 7)
    read = told(junit(*(case(f"&#x1b;{n}&amp;&#31;é") for n in range(20))))
    assert [each.case for each in read.cases] == [f"?{n}&?é" for n in range(20)]


def test_what_breaks_off_after_bad_characters_keeps_the_cases_before() -> None:
    read = told(junit(case("a\x01"), case("b"))[:-30])
    assert brief(read.cases) == ["a? passed", "b passed"][: len(read.cases)] and read.cases
    assert "not whole XML" in read.problem


@given(st.binary(max_size=300))
def test_bad_bytes_in_a_message_cost_no_case(noise: bytes) -> None:
    """Whatever is printed to a message that is not escaped for markup."""
    noise = noise.replace(b"<", b"").replace(b"&", b"").replace(b"]]>", b"")
    read = told(
        b'<testsuite><testcase name="a"><failure>' + noise + b'</failure></testcase><testcase name="b"/></testsuite>'
    )
    assert (read.problem, brief(read.cases)) == ("", ["a failed", "b passed"])


def test_times_and_start_are_those_of_the_outermost_suites() -> None:
    inner = '<testsuite time="9"><testcase name="a" time="9"/></testsuite>'
    read = told(
        f'<testsuites><testsuite time="2" timestamp="T">{inner}</testsuite><testsuite time="3"/></testsuites>'.encode()
    )
    assert (read.duration_s, read.started_at) == (5.0, "T")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("<testsuite>", "testsuite"),
        ("<?xml ?><!-- a <b> --><a:b c='d'>", "a:b"),
        ("<!DOCTYPE x [<!ENTITY", "!DOCTYPE"),
        ("<!-- never ends", ""),
        ("< x", ""),
        ("no", ""),
    ],
)
def test_root(head: str, name: str) -> None:
    assert root(head) == name
