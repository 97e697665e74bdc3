"""pytest-reportlog, `--report-log=FILE`: one JSON object a line, each written when it happens.

Source: pytest-reportlog's README; pytest's TestReport and CollectReport as `pytest_report_to_serializable` gives them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any, BinaryIO

from shuntyard.cases import HIGHEST_S, METRICS_LIMIT, UNNAMED, WORST_LAST, bound, case_id, metric, seconds
from shuntyard.ingest.text import Broken, lines, of, parse_line, whole, words
from shuntyard.ingest.told import STREAM_LIMIT, Told
from shuntyard.junit import MOST_CASES
from shuntyard.result import CaseOutcome, CaseResult

SUMMARY = "pytest's --report-log (pytest-reportlog)"
LIMIT = STREAM_LIMIT
_PHASES = frozenset(("setup", "call", "teardown"))
_MOST_ENTRIES = 200  # of a traceback, and properties of a case


def fits(head: str) -> bool:
    return head.startswith("{") and '"$report_type"' in head.partition("\n")[0]


def read(file: BinaryIO) -> Told:
    session, broken = _Session(), Broken()
    for number, line in lines(file, broken):
        try:
            record = parse_line(line)
            if not isinstance(record, dict):
                raise ValueError("is no object")
        except ValueError as error:
            broken.add(number, error)
            continue
        if not session.take(record):
            broken.stop(number, f"they are of more than {MOST_CASES:,} cases")
            break
    return session.told(broken)


class _Draft:
    """One attempt at one case, from its phases so far."""

    __slots__ = ("call_s", "messages", "metrics", "name", "outcome", "phases", "rerun", "setup_s")

    def __init__(self, name: str) -> None:
        self.name = name
        self.outcome: CaseOutcome = "passed"
        self.messages: list[str] = []
        self.setup_s = self.call_s = 0.0
        self.metrics: dict[str, float] = {}
        self.phases: set[str] = set()
        self.rerun = False

    def take(self, record: dict[str, Any]) -> None:
        phase = words(record.get("when"), 20)
        if record.get("$report_type") == "TestReport":
            self.phases.update({phase} & _PHASES)
            time_s = seconds(record.get("duration", 0))
            if phase == "setup":
                self.setup_s = min(self.setup_s + time_s, HIGHEST_S)
            elif phase == "call":
                self.call_s = min(self.call_s + time_s, HIGHEST_S)
        outcome = _outcome(record, phase)
        self.rerun = self.rerun or record.get("outcome") == "rerun"
        worse = WORST_LAST.index(outcome) - WORST_LAST.index(self.outcome)
        if worse > 0:
            self.outcome, self.messages = outcome, []
        if worse >= 0 and outcome != "passed" and len(self.messages) < _MOST_ENTRIES:
            self.messages.append(bound(_message(record)))
        if len(self.metrics) < _MOST_ENTRIES:
            self.metrics |= _metrics(record.get("user_properties"))

    def case(self, number: int, crashed: bool) -> CaseResult:
        outcome, messages = self.outcome, self.messages
        if crashed and outcome == "passed":
            outcome, messages = "crashed", ["was running when the log breaks off"]
        return CaseResult(
            case=self.name,
            outcome=outcome,
            setup_s=self.setup_s,
            call_s=self.call_s,
            attempt=number,
            message=bound("\n\n".join(filter(None, messages))),
            metrics=dict(list(self.metrics.items())[:METRICS_LIMIT]),
        )


class _Session:
    """What the lines so far have said: for each case its attempts; for what was only collected, what went wrong."""

    def __init__(self) -> None:
        self._cases: dict[str, list[_Draft]] = {}
        self._collected: list[CaseResult] = []
        self._count = 0
        self._exit: int | None = None
        self._began = self._ended = False
        self._first = self._last = 0.0

    def take(self, record: dict[str, Any]) -> bool:
        """False when there are too many cases to go on."""
        kind = words(record.get("$report_type") or record.get("_report_type"), 50)
        if kind == "SessionStart":
            self._began, self._ended = True, False
        elif kind == "SessionFinish":
            self._ended, self._exit = True, whole(record.get("exitstatus"))
        elif kind == "CollectReport" and record.get("outcome") in ("failed", "skipped"):
            outcome: CaseOutcome = "error" if record["outcome"] == "failed" else "skipped"
            name = case_id(words(record.get("nodeid"))) or UNNAMED
            self._collected.append(CaseResult(case=name, outcome=outcome, message=bound(_message(record))))
            self._count += 1
        elif "nodeid" in record and "when" in record:  # TestReport, and SubTestReport of pytest-subtests
            self._take_phase(record)
        return self._count <= MOST_CASES

    def _take_phase(self, record: dict[str, Any]) -> None:
        """A case's setup begins an attempt: pytest-rerunfailures and pytest-repeat log every one of them."""
        name = case_id(words(record["nodeid"])) or UNNAMED
        drafts = self._cases.setdefault(name, [])
        again = drafts and record["when"] == "setup" and (drafts[-1].phases or drafts[-1].rerun)
        if not drafts or again:
            drafts.append(_Draft(name))
            self._count += 1
        drafts[-1].take(record)
        start, stop = seconds_since_1970(record.get("start")), seconds_since_1970(record.get("stop"))
        self._first = min(filter(None, (self._first, start)), default=0.0)
        self._last = max(self._last, stop)

    def told(self, broken: Broken) -> Told:
        return Told(
            cases=[*self._collected, *self._finished()],
            problem=broken.problem("" if self._ended else "the log breaks off: the session's end is missing"),
            started_at=_moment(self._first),
            duration_s=seconds(self._last - self._first),
            exit_code=self._exit if self._ended else None,
        )

    def _finished(self) -> Iterator[CaseResult]:
        """Attempts that follow a rerun belong together; any other repetition is the case once more."""
        for drafts in self._cases.values():
            number = 0
            for draft, before in zip(drafts, [None, *drafts], strict=False):
                number = number + 1 if before and before.rerun else 1
                crashed = not self._ended and draft is drafts[-1] and "teardown" not in draft.phases and not draft.rerun
                yield draft.case(number, crashed)


def _outcome(record: dict[str, Any], phase: str) -> CaseOutcome:
    """pytest's own reading of a report: a failure outside the call is an error; `wasxfail` marks what was expected."""
    told = record.get("outcome")
    if told in ("failed", "rerun"):
        return "failed" if phase == "call" else "error"
    if told == "skipped":
        return "xfailed" if "wasxfail" in record else "skipped"
    return "xpassed" if told == "passed" and phase == "call" and "wasxfail" in record else "passed"


def _message(record: dict[str, Any]) -> str:
    """Why: `longrepr` is a text, [path, line, reason], or a traceback in parts; an expected failure has its reason."""
    told = record.get("longrepr")
    if isinstance(record.get("wasxfail"), str) and record["wasxfail"]:
        return words(record["wasxfail"]).removeprefix("reason: ")
    if isinstance(told, list):
        return words(told[2]).removeprefix("Skipped: ") if len(told) == 3 else ""
    if isinstance(told, dict):
        crash = words(of(told, "reprcrash", "message"))
        return "\n".join(filter(None, (crash, *_traceback(of(told, "reprtraceback", "reprentries")))))
    return words(told)


def _traceback(entries: object) -> Iterator[str]:
    for entry in entries[:_MOST_ENTRIES] if isinstance(entries, list) else ():
        told = of(entry, "data", "lines")
        yield from (words(line, 2000) for line in (told[:_MOST_ENTRIES] if isinstance(told, list) else ()))
        place = of(entry, "data", "reprfileloc")
        if isinstance(place, dict):
            yield f"{words(place.get('path'), 500)}:{whole(place.get('lineno'))}: {words(place.get('message'), 500)}"


def _metrics(properties: object) -> dict[str, float]:
    found: dict[str, float] = {}
    for pair in properties[:_MOST_ENTRIES] if isinstance(properties, list) else ():
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) and len(pair[0]) <= _MOST_ENTRIES:
            value = metric(pair[1])
            if value is not None:
                found[pair[0]] = value
    return found


def seconds_since_1970(value: object) -> float:
    """A moment from 1970 to 2100; 0 for anything else."""
    return float(value) if isinstance(value, (int, float)) and 0 < value < 4_102_444_800 else 0.0


def _moment(value: float) -> str:
    return datetime.fromtimestamp(value, timezone.utc).isoformat(timespec="seconds") if value else ""
