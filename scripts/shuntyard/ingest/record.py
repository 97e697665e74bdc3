"""What files say, and the caller's facts → one ShardResult. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shuntyard.cases import HIGHEST_S, bound
from shuntyard.errors import ShuntyardError
from shuntyard.ingest.combine import Combined
from shuntyard.ingest.facts import Facts, is_moment
from shuntyard.ingest.told import Source
from shuntyard.result import BAD_CASES, CaseResult, Hardware, Outcome, ShardResult, judge
from shuntyard.rows import final_cases
from shuntyard.unit import check_name

_NO_TESTS = 5  # pytest's exit code
_NAMED = 3  # how many problems the error names


def make_record(facts: Facts, sources: Sequence[Source], combined: Combined) -> ShardResult:
    """The record of one execution. Raises ShuntyardError when nobody says which row or pipeline it is.

    What the caller says counts; then what a result.json among the files says, where there is one; then what the files
    say of the commands that wrote them: the earliest start, the sum of their times, the worst exit code.
    """
    told = _own_result(sources)
    row = facts.key.row_id or (told.key.row_id if told else "")
    pipeline = facts.pipeline or (told.pipeline if told else "")
    for name, value in (("row", row), ("pipeline", pipeline)):
        if not value:
            raise ShuntyardError(f"input '{name}' is missing", hint="only a single result.json says it itself")
        check_name(f"the {name}", value)  # it becomes part of a path
    # A test.xml out of Bazel's cache tells of the run that made it.
    clocks = [source for source in sources if source.format == "bazel-events"] or sources
    error = _error(combined.problems) or (told.error if told else "")
    exit_code = _exit_code(facts, sources, combined.cases)
    arm = facts.arm or (told.arm if told else "")
    return ShardResult(
        pipeline=pipeline,
        key=replace(facts.key, row_id=row),
        config=facts.config or (told.config if told else "") or row,
        arm=arm,
        ran=facts.ran or (told.ran if told else "") or arm,
        outcome=outcome_of(exit_code, combined.cases, error),
        exit_code=exit_code,
        shard_index=facts.shard_index,
        shard_of=facts.shard_of,
        repetition=facts.repetition,
        fallback_reason=told.fallback_reason if told else "",
        error=error,
        hardware=told.hardware if told and facts.hardware == Hardware() else facts.hardware,
        started_at=facts.started_at or min(filter(is_moment, (each.told.started_at for each in clocks)), default=""),
        duration_s=_duration(facts, clocks),
        peak_memory_mb=facts.peak_memory_mb or (max(told.peak_memory_mb, 0.0) if told else 0.0),
        cases=combined.cases,
    )


def _own_result(sources: Sequence[Source]) -> ShardResult | None:
    """What a result.json says besides its cases, when it is the only one."""
    found = [source.told.result for source in sources if source.told.result]
    return found[0] if len(found) == 1 else None


def _error(problems: Sequence[str]) -> str:
    more = f"; and {len(problems) - _NAMED:,} more" if len(problems) > _NAMED else ""
    return bound("; ".join(problems[:_NAMED]) + more) if problems else ""


def _exit_code(facts: Facts, sources: Sequence[Source], cases: Sequence[CaseResult]) -> int:
    """The caller's; else the first of the files' that is not 0; else 5 where nothing ran, 1 where a case is bad."""
    if facts.exit_code is not None:
        return facts.exit_code
    codes = [code for source in sources if (code := source.told.exit_code) is not None]
    if any(codes):
        return next(code for code in codes if code)
    if any(case.outcome in BAD_CASES for case in final_cases(cases)):
        return 1
    return 0 if cases else _NO_TESTS


def outcome_of(exit_code: int, cases: tuple[CaseResult, ...], error: str) -> Outcome:
    """As run-shard judges, by each case's last attempt; but where nothing was tested, nothing has passed."""
    outcome = judge(exit_code, final_cases(cases), error)
    return "empty" if outcome == "passed" and not cases else outcome


def _duration(facts: Facts, sources: Sequence[Source]) -> float:
    if facts.duration_s is not None:
        return facts.duration_s
    return min(sum(source.told.duration_s for source in sources), HIGHEST_S)
