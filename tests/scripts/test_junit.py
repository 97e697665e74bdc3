"""JUnit XML of several dialects, whole, broken and hostile."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.cases import MESSAGE_LIMIT
from shuntyard.junit import MOST_CASES, Reader, parse
from shuntyard.result import CaseResult

PYTEST = b"""<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" tests="6">
<testcase classname="pkg.test_a.TestX" name="test_ok[1]" time="0.5"><properties>
  <property name="speed" value="12.5"/><property name="note" value="fast"/>
  <property name="case_id" value="pkg/test_a.py::TestX::test_ok[1]"/>
  <property name="setup_s" value="0.25"/><property name="call_s" value="0.125"/></properties></testcase>
<testcase classname="test_a" name="test_fail" time="0.001"><failure message="assert 1 == 2">def test_fail():
&gt;   assert 1 == 2</failure></testcase>
<testcase classname="test_a" name="test_skip" time="0">
  <skipped type="pytest.skip" message="no gpu">a.py:8: no gpu</skipped></testcase>
<testcase classname="test_a" name="test_xfail" time="0"><skipped type="pytest.xfail" message="later"/></testcase>
<testcase classname="test_a" name="test_down" time="1"></testcase>
<testcase classname="test_a" name="test_down" time="0">
  <error message="failed on teardown with &quot;boom&quot;">trace</error></testcase>
<testcase classname="" name="test_broken" time="0"><error message="collection failure">ImportError</error></testcase>
</testsuite></testsuites>"""


def test_reads_what_pytest_writes() -> None:
    read = parse(PYTEST)
    assert (read.problem, read.foreign) == ("", False)
    cases = {case.case: case for case in read.cases}
    assert {name: case.outcome for name, case in cases.items()} == {
        "pkg/test_a.py::TestX::test_ok[1]": "passed",
        "test_a::test_fail": "failed",
        "test_a::test_skip": "skipped",
        "test_a::test_xfail": "xfailed",
        "test_a::test_down": "error",
        "test_broken": "error",
    }
    ok = cases["pkg/test_a.py::TestX::test_ok[1]"]
    assert (ok.setup_s, ok.call_s, ok.metrics) == (0.25, 0.125, {"speed": 12.5})
    assert cases["test_a::test_fail"].call_s == 0.001
    assert cases["test_a::test_fail"].message == "assert 1 == 2\ndef test_fail():\n>   assert 1 == 2"
    assert cases["test_a::test_skip"].message == "no gpu\na.py:8: no gpu"
    assert 'failed on teardown with "boom"' in cases["test_a::test_down"].message


def test_reads_a_lone_suite_and_nested_suites() -> None:
    inner = b'<testsuite><testcase classname="c" name="b" time="1,000.5"/></testsuite>'
    cases = parse(b'<testsuite><testcase name="a"/>' + inner + b"</testsuite>").cases
    assert [(case.case, case.call_s) for case in cases] == [("a", 0.0), ("c::b", 1000.5)]


def test_a_case_with_a_failure_and_an_error_is_an_error() -> None:
    (case,) = parse(b'<testsuite><testcase name="a"><failure>x</failure><error>y</error></testcase></testsuite>').cases
    assert (case.outcome, case.message) == ("error", "y")


def test_a_failure_outside_any_case_is_no_case() -> None:
    assert (
        parse(b"<testsuite><failure/><properties><property name='a' value='1'/></properties></testsuite>").cases == ()
    )


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE testsuite [<!ENTITY a "aaaa">]><testsuite><testcase name="&a;"/></testsuite>',
        b'<!DOCTYPE testsuite SYSTEM "file:///etc/passwd"><testsuite/>',
        b'<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite><testcase>&x;</testcase></testsuite>',
    ],
)
def test_any_document_type_or_entity_is_refused(document: bytes) -> None:
    read = parse(document)
    assert read.cases == ()
    assert "document type" in read.problem


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"   ",
        b"not xml",
        b"{}",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="klingon"?><testsuite/>',
        b"<testsuite>" * 200,
    ],
)
def test_what_is_not_xml_is_a_problem_and_nothing_raises(document: bytes) -> None:
    assert parse(document).problem


def test_other_xml_is_foreign() -> None:
    read = parse(b'<coverage><testcase name="a"/></coverage>')
    assert (read.foreign, read.cases, read.problem) == (True, (), "")


@given(st.integers(0, len(PYTEST) - 20))
def test_a_document_that_breaks_off_yields_the_cases_before_the_break(end: int) -> None:
    read = parse(PYTEST[:end])
    assert read.problem
    assert len(read.cases) <= PYTEST[:end].count(b"</testcase>")
    assert {case.case for case in read.cases} <= {case.case for case in parse(PYTEST).cases}


def test_messages_are_bounded() -> None:
    text = "x" * 3_000_000
    (case,) = parse(
        f'<testsuite><testcase name="a"><failure message="{text}">{text}</failure></testcase></testsuite>'.encode()
    ).cases
    assert len(case.message) <= MESSAGE_LIMIT


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n\t", min_codepoint=32, max_codepoint=0xD7FF), max_size=30
)


@given(st.lists(st.tuples(TEXTS.filter(str.strip), st.booleans(), TEXTS), unique_by=lambda each: each[0], max_size=8))
def test_reads_back_any_text(cases: list[tuple[str, bool, str]]) -> None:
    body = "".join(
        f"<testcase name={quoteattr(name)}>{f'<failure>{escape(text)}</failure>' if bad else ''}</testcase>"
        for name, bad, text in cases
    )
    read = parse(f"<testsuite>{body}</testsuite>".encode())
    expected = [
        CaseResult(case=n, outcome="failed" if bad else "passed", message=t.strip() if bad else "")
        for n, bad, t in cases
    ]
    assert list(read.cases) == expected


@given(st.binary(max_size=200))
def test_never_raises(data: bytes) -> None:
    assert parse(data).cases == () or not parse(data).foreign


def test_reruns_are_counted_but_only_the_last_attempt_is_kept() -> None:
    """A row's result has each case once; who wants the attempts reads them with `attempts`."""
    document = b'<testsuite><testcase name="a"><flakyFailure/><flakyError/></testcase></testsuite>'
    assert parse(document).cases == (CaseResult(case="a", outcome="passed", attempt=3),)
    reader = Reader(attempts=True)
    assert reader.feed(document, last=True)
    assert [(case.outcome, case.attempt) for case in reader.cases] == [("failed", 1), ("error", 2), ("passed", 3)]


@pytest.mark.parametrize("status", ["notrun", "disabled"])
def test_what_was_not_run_has_not_passed(status: str) -> None:
    (case,) = parse(f'<testsuite><testcase name="a" status="{status}"/></testsuite>'.encode()).cases
    assert case.outcome == "skipped"


def test_an_unexpected_success_fails() -> None:
    error = b'<testsuite><testcase name="a"><error type="UnexpectedSuccess"/></testcase></testsuite>'
    assert parse(error).cases[0].outcome == "failed"


@given(st.lists(st.integers(1, 60), max_size=30))
def test_a_document_in_pieces_is_the_same_document(sizes: list[int]) -> None:
    reader, position = Reader(), 0
    for size in sizes:
        assert reader.feed(PYTEST[position : position + size])
        position += size
    reader.feed(PYTEST[position:], last=True)
    assert [case.case for case in reader.cases if case.case != "test_a::test_down"] == [
        case.case for case in parse(PYTEST).cases if case.case != "test_a::test_down"
    ]


def test_a_token_that_never_ends_is_given_up() -> None:
    reader = Reader()
    assert reader.feed(b"<testsuite><!--")
    assert not all(reader.feed(b"x" * 2**20) for _ in range(20))
    assert "more than 16,777,216 bytes" in reader.problem


@pytest.mark.slow
def test_more_cases_than_anyone_has_are_given_up() -> None:
    read = parse(b"<testsuite>" + b'<testcase name="a"/>' * (MOST_CASES + 1) + b"</testsuite>")
    assert len(read.cases) == 1 and "more than 500,000 cases" in read.problem


def test_a_case_without_a_name_has_one() -> None:
    assert parse(b"<testsuite><testcase/></testsuite>").cases[0].case == "(unnamed)"
