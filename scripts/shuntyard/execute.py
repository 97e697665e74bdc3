"""Runs one row of a unit once, falls back where the Python runner failed, and writes down what happened."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from shuntyard import wire
from shuntyard.arms import LOG, TESTS, has_shell_entry, now, run_python, run_shell
from shuntyard.attempt import Attempt, Kind, error_of
from shuntyard.fallback import fallback_reason
from shuntyard.plan import Row, Unit
from shuntyard.proc.run import run
from shuntyard.result import ShardResult, absence, judge, untested
from shuntyard.run_report import in_one_line
from shuntyard.setting import Place, Setting
from shuntyard.unit import abba

RESULT = "result.json"
PREPARE_TIMEOUT_S = 3600
_FAILED_RUNNER = "runner"  # the folder of the attempt that the shell entry replaced


def run_unit(setting: Setting, unit: Unit, preparation: Sequence[Sequence[str]]) -> list[ShardResult]:
    """Prepares, then runs each row `repeats` times, interleaved; when preparation fails, each run is an error.

    Raises KeyboardInterrupt, with what is known so far written down, and ShuntyardError for a bad setting.
    """
    fault = prepare(setting, preparation)
    results = []
    for row, repetition in abba(unit.rows, setting.repeats):
        times = f", {repetition} of {setting.repeats}" if setting.repeats > 1 else ""
        with setting.console.group(f"{row.id}{times}"):
            result = _failed_row(setting, row, repetition, fault) if fault else run_row(setting, row, repetition)
        setting.console.say(in_one_line(result))
        results.append(result)
    return results


def prepare(setting: Setting, commands: Sequence[Sequence[str]]) -> str:
    """Runs each command once, before anything is measured; what it leaves running goes on. Returns what failed, or "".

    Raises KeyboardInterrupt.
    """
    for number, argv in enumerate(commands, 1):
        shown = " ".join(argv)
        with setting.console.group(f"prepare: {shown}"):
            finished = run(
                argv, env=setting.env, cwd=setting.workspace, log=setting.results / f"prepare-{number}.txt",
                timeout_s=PREPARE_TIMEOUT_S, echo=setting.echo, keep_children=True,
            )  # fmt: skip
        if finished.interrupted:
            raise KeyboardInterrupt
        if finished.exit_code:
            how = finished.error or ("timed out" if finished.timed_out else f"exit code {finished.exit_code}")
            return f"preparation failed: {shown}: {how}"
    return ""


def run_row(setting: Setting, row: Row, repetition: int) -> ShardResult:
    """Runs the row and writes `<results>/<row id>/r<repetition>/result.json`. Raises ShuntyardError for a bad setting.

    An interrupt is written down too, and raises KeyboardInterrupt after that.
    """
    place = Place(setting=setting, row=row, repetition=repetition, folder=fresh_folder(setting, row, repetition))
    attempt = run_shell(place) if row.arm == "shell" else run_python(place)
    reason = fallback_reason(attempt) if row.arm == "python" else ""
    if reason and has_shell_entry(place):
        setting.console.warn(f"The Python runner failed, the shell entry takes over: {reason}", title=row.id)
        _put_aside(place)
        attempt = run_shell(place)
    elif reason:
        attempt = attempt._replace(
            problems=(*attempt.problems, f"no shell entry to fall back on: {setting.shell_entry}")
        )
        setting.console.warn(f"The Python runner failed: {reason}", title=row.id)
    result = _result(place, attempt, reason if attempt.kind == "shell" and row.arm == "python" else "")
    write_result(place.folder, result)
    if attempt.interrupted:
        raise KeyboardInterrupt
    return result


def _failed_row(setting: Setting, row: Row, repetition: int, error: str) -> ShardResult:
    """The result of a row that could not be run at all."""
    place = Place(setting=setting, row=row, repetition=repetition, folder=fresh_folder(setting, row, repetition))
    kind: Kind = "shell" if row.arm == "shell" else "pytest"
    result = _result(place, Attempt(kind=kind, could_not_start=error, exit_code=1, started_at=now()), "")
    write_result(place.folder, result)
    return result


def write_result(folder: Path, result: ShardResult) -> None:
    """`result.json`, whole or not at all."""
    part = folder / f"{RESULT}.part"
    part.write_text(json.dumps(wire.encode(result), indent=1) + "\n", encoding="utf-8")
    part.replace(folder / RESULT)


def fresh_folder(setting: Setting, row: Row, repetition: int) -> Path:
    folder = setting.results / row.id / f"r{repetition}"
    if folder.exists():  # an earlier run's results would count as this one's
        import shutil  # noqa: PLC0415 - 5 ms that nearly no run needs

        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def _put_aside(place: Place) -> None:
    kept = place.folder / _FAILED_RUNNER
    kept.mkdir()
    for name in (LOG, TESTS):
        if (place.folder / name).exists():
            (place.folder / name).rename(kept / name)


def _result(place: Place, attempt: Attempt, fallback: str) -> ShardResult:
    setting, row, shard = place.setting, place.row, place.setting.shard
    error = error_of(attempt)
    outcome, absent = judge(attempt.judged_exit_code, attempt.cases, error), absence(attempt.cases)
    return ShardResult(
        pipeline=setting.pipeline,
        key=replace(setting.key, row_id=row.id),
        config=row.suite.id,
        arm=row.arm,
        ran="shell" if attempt.kind == "shell" else "python",
        outcome=untested(outcome, absent, shard.of),
        exit_code=attempt.exit_code,
        shard_index=shard.index,
        shard_of=shard.of,
        repetition=place.repetition,
        fallback_reason=fallback,
        error=error or (absent if outcome == "empty" else ""),
        hardware=setting.hardware,
        started_at=attempt.started_at,
        duration_s=attempt.duration_s,
        peak_memory_mb=attempt.peak_memory_mb,
        cases=attempt.cases,
    )
