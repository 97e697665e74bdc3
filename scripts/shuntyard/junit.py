"""JUnit XML → cases. Takes what pytest, CTest, Bazel, gtest, Maven and others write: <testcase> at any depth.

There is no standard; the dialects agree on testsuites, testsuite, testcase, failure, error and skipped. Expat reads it
as a stream, so a document that breaks off still yields the cases before the break. Any document type declaration is
refused: no test tool writes one, and entities can be made to grow without end (CWE-776).
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple
from xml.parsers import expat

from shuntyard.cases import METRICS_LIMIT, UNNAMED, WORST_LAST, bound, case_id, merge, metric, seconds
from shuntyard.result import CaseOutcome, CaseResult

MOST_CASES = 500_000  # elements; a shard has at most some 100,000, and `<testcase/>` takes 11 bytes of a hostile file
_ROOTS = ("testsuites", "testsuite")
_DETAILS = ("failure", "error", "skipped")
# Attempts before the one that counts (Maven Surefire's flaky*, PyTorch's rerun), and after the one told (rerun*).
_EARLIER: dict[str, CaseOutcome] = {"flakyFailure": "failed", "flakyError": "error", "rerun": "failed"}
_LATER: dict[str, CaseOutcome] = {"rerunFailure": "failed", "rerunError": "error"}
_KINDS = frozenset((*_DETAILS, *_EARLIER, *_LATER))
_NOT_RUN = {"notrun": "was not run", "disabled": "disabled"}  # gtest, absl, CTest: `status`, without an element
_EXPECTED_FAILURE = ("pytest.xfail", "XFAIL")  # pytest, unittest-xml-reporting
_TEXT_LIMIT = 1_000_000  # characters collected for one message before it is bounded
_TOKEN_LIMIT = 16 * 1024 * 1024  # bytes of one tag or comment, which expat holds whole
_DEPTH_LIMIT = 100
_MOST_ELEMENTS = 5_000_000  # some 5 s; 500,000 cases with ten elements each have as many
_MOST_DETAILS = 100  # of a case
_MOST_PROPERTIES = 1000  # of a case
_NAME_LIMIT = 200  # characters of a metric's name
_OURS = ("case_id", "setup_s", "call_s")


class JUnit(NamedTuple):
    """The cases of one file; `problem` says why it is not whole. `foreign` marks sound XML that is not JUnit at all."""

    cases: tuple[CaseResult, ...] = ()
    problem: str = ""
    foreign: bool = False


class _RefusedError(Exception):
    """Why a document is not read further."""


class _Draft:
    """The case that is being read: what its details and its properties said so far."""

    __slots__ = ("attributes", "details", "later", "properties", "retries")

    def __init__(self, attributes: dict[str, str]) -> None:
        self.attributes = attributes
        self.details: list[tuple[CaseOutcome, str]] = []
        self.retries: list[tuple[CaseOutcome, str]] = []
        self.later = False  # whether the retries came after what the details tell
        self.properties: dict[str, str] = {}


def parse(data: bytes) -> JUnit:
    """The cases of a JUnit XML document. Never raises for its content; a case told twice is merged."""
    reader = Reader()
    reader.feed(data, last=True)
    return JUnit(cases=merge(reader.cases), problem=reader.problem, foreign=reader.foreign)


class Reader:
    """Takes a document piece by piece. `cases` has one entry for each <testcase>, also for those of one name.

    With `attempts`, what an element tells of earlier attempts becomes entries of their own before it. `problem` says
    why nothing is read any more; `bad_text` that characters are to blame which XML does not allow, or another encoding
    than declared. `suite` is the first name of a root or suite, `started_at` the first timestamp, as they are written;
    `duration_s` adds up what the outermost elements with a time say.
    """

    def __init__(self, *, attempts: bool = False) -> None:
        self.cases: list[CaseResult] = []
        self.problem = ""
        self.bad_text = False
        self.foreign = False
        self.suite = self.started_at = ""
        self.duration_s = 0.0
        self._attempts = attempts
        self._fed = 0
        self._elements = 0
        self._timed = 0  # the depth of the outermost element with a time
        self._path: list[str] = []
        self._draft: _Draft | None = None
        self._draft_depth = 0
        self._detail: tuple[str, CaseOutcome, str] | None = None
        self._detail_depth = 0
        self._text: list[str] = []
        self._text_size = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def feed(self, data: bytes, *, last: bool = False) -> bool:
        """Takes the next piece; False when there is no use in more."""
        try:
            self._parser.Parse(data, last)
            self._fed += len(data)
            if self._fed - self._parser.CurrentByteIndex > _TOKEN_LIMIT and not last:
                raise _RefusedError(f"it has a tag or a comment of more than {_TOKEN_LIMIT:,} bytes")
        except _RefusedError as error:
            self.problem = str(error)
        except expat.ExpatError as error:
            self.problem = f"not whole XML: {error}"
            self.bad_text = expat.errors.messages[error.code] in _BAD_TEXT
        except (LookupError, ValueError) as error:  # an encoding that Python does not know
            self.problem = f"not readable: {error}"
        return not self.problem

    def _refuse(self, *_: object) -> None:
        raise _RefusedError("it declares a document type or an entity, which test results never need")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        path = self._path
        if not path and tag not in _ROOTS:
            self.foreign = True
        path.append(tag)
        if len(path) > _DEPTH_LIMIT:
            raise _RefusedError(f"its elements are nested more than {_DEPTH_LIMIT} deep")
        self._elements += 1
        if self._elements > _MOST_ELEMENTS:
            raise _RefusedError(f"it has more than {_MOST_ELEMENTS:,} elements; the others were not read")
        if self.foreign:
            return
        draft = self._draft
        if draft is None:
            if tag == "testcase":
                self._draft, self._draft_depth = _Draft(attributes), len(path)
            elif tag in _ROOTS:
                self._take_suite(attributes)
        elif tag in _KINDS and path[-2] == "testcase":
            kind = _EARLIER.get(tag) or _LATER.get(tag) or _outcome(tag, attributes)
            self._detail = (tag, kind, attributes.get("message", ""))
            self._detail_depth = len(path)
            self._text, self._text_size = [], 0
        elif (
            tag == "property" and path[-3:-1] == ["testcase", "properties"] and len(draft.properties) < _MOST_PROPERTIES
        ):
            draft.properties[attributes.get("name", "")] = attributes.get("value", "")

    def _take_suite(self, attributes: dict[str, str]) -> None:
        self.suite = self.suite or attributes.get("name", "")[:200]
        self.started_at = self.started_at or attributes.get("timestamp", "")[:50]
        if "time" in attributes and (not self._timed or len(self._path) <= self._timed):
            self._timed = len(self._path)
            self.duration_s += seconds(attributes["time"])

    def _characters(self, text: str) -> None:
        if self._detail is not None and self._text_size < _TEXT_LIMIT:
            self._text.append(text)
            self._text_size += len(text)

    def _end(self, _: str) -> None:
        depth = len(self._path)
        self._path.pop()
        draft = self._draft
        if draft is None:
            return
        if self._detail is not None:
            if depth == self._detail_depth:
                self._take_detail(draft, *self._detail)
                self._detail = None
        elif depth == self._draft_depth:
            if len(self.cases) >= MOST_CASES:
                raise _RefusedError(f"it has more than {MOST_CASES:,} cases; the others were not read")
            self.cases += _finish(draft, self._attempts)
            self._draft = None

    def _take_detail(self, draft: _Draft, tag: str, kind: CaseOutcome, message: str) -> None:
        told = draft.details if tag in _DETAILS else draft.retries
        if len(told) < _MOST_DETAILS:
            told.append((kind, _join(message, "".join(self._text))))
        draft.later = draft.later or tag in _LATER


_BAD_TEXT = (
    expat.errors.XML_ERROR_INVALID_TOKEN,
    expat.errors.XML_ERROR_BAD_CHAR_REF,
    expat.errors.XML_ERROR_PARTIAL_CHAR,
)


def _outcome(tag: str, attributes: dict[str, str]) -> CaseOutcome:
    if tag == "skipped":
        return "xfailed" if attributes.get("type") in _EXPECTED_FAILURE else "skipped"
    # A unittest that was expected to fail and passed fails its run; unittest-xml-reporting calls that an error.
    return "failed" if tag == "failure" or attributes.get("type") == "UnexpectedSuccess" else "error"


def _join(message: str, text: str) -> str:
    """The short message and the long text, without saying the one twice."""
    message, text = message.strip(), text.strip()
    return bound(text if not message or text.startswith(message) else f"{message}\n{text}".strip())


def _finish(draft: _Draft, attempts: bool) -> list[CaseResult]:
    """The case, after its earlier attempts where those are wanted."""
    told = draft.attributes
    name = draft.properties.get("case_id") or "::".join(filter(None, (told.get("classname", ""), told.get("name", ""))))
    name = case_id(name) or UNNAMED
    if not draft.details and told.get("status") in _NOT_RUN:
        draft.details.append(("skipped", _NOT_RUN[told["status"]]))
    if not draft.retries:
        return [_case(name, draft, 1)]
    if not attempts:
        return [_case(name, draft, len(draft.retries) + 1)]
    retries = [CaseResult(case=name, outcome=kind, message=text) for kind, text in draft.retries]
    told_case = _case(name, draft, 1)
    order = [told_case, *retries] if draft.later else [*retries, told_case]
    return [replace(case, attempt=number) for number, case in enumerate(order, 1)]


def _case(name: str, draft: _Draft, attempt: int) -> CaseResult:
    """The journal's plugin leaves three properties; without them the whole time counts as the call's."""
    time, details = seconds(draft.attributes.get("time", "")), draft.details
    if not draft.properties and not details:
        return CaseResult(case=name, outcome="passed", call_s=time, attempt=attempt)
    numbers = {
        name: value
        for name, text in draft.properties.items()
        if name not in _OURS and len(name) <= _NAME_LIMIT and (value := metric(text)) is not None
    }
    outcome: CaseOutcome = max((outcome for outcome, _ in details), key=WORST_LAST.index, default="passed")
    call = draft.properties.get("call_s")
    return CaseResult(
        case=name,
        outcome=outcome,
        setup_s=seconds(draft.properties.get("setup_s")),
        call_s=time if call is None else seconds(call),
        attempt=attempt,
        message=bound("\n\n".join(message for kind, message in details if kind == outcome)),
        metrics=dict(list(numbers.items())[:METRICS_LIMIT]),
    )
