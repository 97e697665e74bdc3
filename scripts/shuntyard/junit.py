"""JUnit XML → cases. Takes what pytest, CTest, Bazel, Maven and others write: <testcase> at any depth.

There is no standard; the dialects agree on testsuites, testsuite, testcase, failure, error and skipped. Expat reads it
as a stream, so a document that breaks off still yields the cases before the break. Any document type declaration is
refused: no test tool writes one, and entities can be made to grow without end (CWE-776).
"""

from __future__ import annotations

from typing import NamedTuple
from xml.parsers import expat

from shuntyard.cases import CASE_LIMIT, METRICS_LIMIT, WORST_LAST, bound, merge, metric, seconds
from shuntyard.result import CaseOutcome, CaseResult

_ROOTS = ("testsuites", "testsuite")
_DETAILS = ("failure", "error", "skipped")
_TEXT_LIMIT = 1_000_000  # characters collected for one message before it is bounded
_DEPTH_LIMIT = 100


class JUnit(NamedTuple):
    """The cases of one file; `problem` says why it is not whole. `foreign` marks sound XML that is not JUnit at all."""

    cases: tuple[CaseResult, ...] = ()
    problem: str = ""
    foreign: bool = False


class _RefusedError(Exception):
    """Why a document is not read further."""


class _Draft:
    """The case that is being read: what its details and its properties said so far."""

    def __init__(self, case: str, time_s: float) -> None:
        self.case, self.time_s = case, time_s
        self.details: list[tuple[CaseOutcome, str]] = []
        self.properties: dict[str, str] = {}


def parse(data: bytes) -> JUnit:
    """The cases of a JUnit XML document. Never raises for its content; a case told twice is merged."""
    reader = _Reader()
    problem = ""
    try:
        reader.parser.Parse(data, True)
    except _RefusedError as error:
        problem = str(error)
    except expat.ExpatError as error:
        problem = f"not whole XML: {error}"
    except (LookupError, ValueError) as error:  # an encoding that Python does not know
        problem = f"not readable: {error}"
    return JUnit(cases=merge(reader.cases), problem=problem, foreign=reader.foreign)


class _Reader:
    """Expat's handlers, and what they found."""

    def __init__(self) -> None:
        self.cases: list[CaseResult] = []
        self.foreign = False
        self._path: list[str] = []
        self._draft: _Draft | None = None
        self._detail: tuple[CaseOutcome, str] | None = None
        self._text: list[str] = []
        self._text_size = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _refuse(self, *_: object) -> None:
        raise _RefusedError("it declares a document type or an entity, which test results never need")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self._path and tag not in _ROOTS:
            self.foreign = True
        self._path.append(tag)
        if len(self._path) > _DEPTH_LIMIT:
            raise _RefusedError(f"its elements are nested more than {_DEPTH_LIMIT} deep")
        if self.foreign:
            return
        if tag == "testcase" and self._draft is None:
            names = [attributes.get("classname", ""), attributes.get("name", "")]
            self._draft = _Draft("::".join(filter(None, names)), seconds(attributes.get("time", "")))
        elif self._draft is not None and tag in _DETAILS and self._path[-2] == "testcase":
            self._detail = (_outcome(tag, attributes), attributes.get("message", ""))
            self._text, self._text_size = [], 0
        elif self._draft is not None and tag == "property" and self._path[-3:-1] == ["testcase", "properties"]:
            self._draft.properties[attributes.get("name", "")] = attributes.get("value", "")

    def _characters(self, text: str) -> None:
        if self._detail is not None and self._text_size < _TEXT_LIMIT:
            self._text.append(text)
            self._text_size += len(text)

    def _end(self, tag: str) -> None:
        self._path.pop()
        if self._draft is None:
            return
        if self._detail is not None and tag in _DETAILS:
            outcome, message = self._detail
            self._draft.details.append((outcome, _join(message, "".join(self._text))))
            self._detail = None
        elif tag == "testcase" and "testcase" not in self._path:
            self.cases.append(_finish(self._draft))
            self._draft = None


def _outcome(tag: str, attributes: dict[str, str]) -> CaseOutcome:
    if tag == "skipped":
        return "xfailed" if attributes.get("type") == "pytest.xfail" else "skipped"
    return "failed" if tag == "failure" else "error"


def _join(message: str, text: str) -> str:
    """The short message and the long text, without saying the one twice."""
    message, text = message.strip(), text.strip()
    return bound(text if not message or text.startswith(message) else f"{message}\n{text}".strip())


def _finish(draft: _Draft) -> CaseResult:
    """The journal's plugin leaves three properties; without them the whole time counts as the call's."""
    own = draft.properties.pop("case_id", "")
    setup, call = draft.properties.pop("setup_s", None), draft.properties.pop("call_s", None)
    numbers = {name: value for name, text in draft.properties.items() if (value := metric(text)) is not None}
    outcome: CaseOutcome = max((outcome for outcome, _ in draft.details), key=WORST_LAST.index, default="passed")
    return CaseResult(
        case=bound(own or draft.case, CASE_LIMIT),
        outcome=outcome,
        setup_s=seconds(setup),
        call_s=draft.time_s if call is None else seconds(call),
        message=bound("\n\n".join(message for kind, message in draft.details if kind == outcome)),
        metrics=dict(list(numbers.items())[:METRICS_LIMIT]),
    )
