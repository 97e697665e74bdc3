"""What every reader of test results does with a case: bound its texts, read its numbers, merge what was told twice."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from shuntyard.result import CaseOutcome, CaseResult

MESSAGE_LIMIT = 4000  # characters of a case's message that a result keeps
CASE_LIMIT = 1000  # characters of a case's id; parametrised ids can hold whole documents
METRICS_LIMIT = 32
HIGHEST_S = 1e9  # seconds (30 years): what is longer is no time, and a result that holds it is refused when collected
UNNAMED = "(unnamed)"
_DIGEST = 16  # hexadecimal digits
WORST_LAST: tuple[CaseOutcome, ...] = ("passed", "skipped", "xfailed", "xpassed", "failed", "error", "crashed")


def bound(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """At most `limit` characters, from both ends: the head says what failed, the tail of a traceback says why.

    Half a surrogate pair, which no file can hold as UTF-8, becomes a question mark.
    """
    text = _writable(text)
    if len(text) <= limit:
        return text
    mark = "\n[...]\n"
    tail = (limit - len(mark)) // 2
    return text[: limit - len(mark) - tail] + mark + text[-tail:]


def case_id(text: str) -> str:
    """A case's id, at most CASE_LIMIT characters. A longer one ends in a digest of the whole: two long ids stay two."""
    text = _writable(text)
    if len(text) <= CASE_LIMIT:
        return text
    from hashlib import blake2b  # noqa: PLC0415 - 3 ms that nearly no run needs

    return f"{text[: CASE_LIMIT - _DIGEST - 1]}~{blake2b(text.encode(), digest_size=_DIGEST // 2).hexdigest()}"


def _writable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def seconds(text: object) -> float:
    """A time in seconds, also as `1,234.5`; 0 for what is none, is negative, or is longer than HIGHEST_S."""
    try:
        value = float(str(text).replace(",", ""))
    except ValueError:
        return 0.0
    return value if 0 < value <= HIGHEST_S else 0.0


def metric(text: object) -> float | None:
    """A finite number, or None."""
    try:
        value = float(str(text))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def merge(cases: Iterable[CaseResult]) -> tuple[CaseResult, ...]:
    """Each case once, in order of its first mention.

    One told twice keeps its worst outcome, because a failure must not vanish behind a later pass: a script ran pytest
    twice, or JUnit XML has one entry for the call and one for the teardown. Its times add up.
    """
    merged: dict[str, CaseResult] = {}
    for case in cases:
        merged[case.case] = _together(merged[case.case], case) if case.case in merged else case
    return tuple(merged.values())


def _together(one: CaseResult, other: CaseResult) -> CaseResult:
    worse = max(one, other, key=lambda case: WORST_LAST.index(case.outcome))
    messages = dict.fromkeys(case.message for case in (one, other) if case.message and case.outcome == worse.outcome)
    return replace(
        worse,
        setup_s=min(one.setup_s + other.setup_s, HIGHEST_S),
        call_s=min(one.call_s + other.call_s, HIGHEST_S),
        attempt=max(one.attempt, other.attempt),
        message=bound("\n\n".join(messages)),
        metrics={**one.metrics, **other.metrics},
    )
