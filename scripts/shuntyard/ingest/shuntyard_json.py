"""Our own result.json: result.ShardResult as `wire.encode` writes it."""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO

from shuntyard.cases import CASE_LIMIT, HIGHEST_S, MESSAGE_LIMIT, UNNAMED, bound, case_id, seconds
from shuntyard.collect import parse_result
from shuntyard.ingest.text import MOST_MARKS
from shuntyard.ingest.told import DOCUMENT_LIMIT, Told
from shuntyard.result import CaseResult

SUMMARY = "result.json, as run-shard and ingest-results write it"
LIMIT = DOCUMENT_LIMIT


def fits(head: str) -> bool:
    return head.startswith("{") and all(f'"{name}"' in head for name in ("schema", "pipeline", "key", "row_id"))


def read(file: BinaryIO) -> Told:
    data = file.read(LIMIT + 1)
    if data.count(b",") + data.count(b"[") + data.count(b"{") > MOST_MARKS:
        raise ValueError(f"holds more than {MOST_MARKS:,} values")
    result, reason = parse_result(data.removeprefix(b"\xef\xbb\xbf"))
    if result is None:
        raise ValueError(reason)
    return Told(
        cases=[_within_bounds(case) for case in result.cases],
        started_at=result.started_at,
        duration_s=max(result.duration_s, 0.0),
        exit_code=result.exit_code,
        result=replace(result, cases=()),
    )


def _within_bounds(case: CaseResult) -> CaseResult:
    """The case with what every other format is held to: a time is none below 0, an attempt none below 1."""
    right = 0 <= case.setup_s <= HIGHEST_S and 0 <= case.call_s <= HIGHEST_S and 1 <= case.attempt < 2**31
    if right and case.case and len(case.case) <= CASE_LIMIT and len(case.message) <= MESSAGE_LIMIT:
        return case
    return replace(
        case,
        case=case_id(case.case) or UNNAMED,
        setup_s=seconds(case.setup_s),
        call_s=seconds(case.call_s),
        attempt=min(max(case.attempt, 1), 2**31 - 1),
        message=bound(case.message),
    )
