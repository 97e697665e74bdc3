"""Runs the suite for each row of a unit, and writes down what happened, as run-shard does."""

from __future__ import annotations

import json
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

from shuntyard.arms import LOG, TESTS, now
from shuntyard.engine.leavings import drop_all_but_files
from shuntyard.errors import ShuntyardError
from shuntyard.incontainer.order import Order
from shuntyard.incontainer.places import Ready, place
from shuntyard.incontainer.told import error_of, read_cases, read_hardware
from shuntyard.ingest.record import outcome_of
from shuntyard.ingest.recordfile import write_record
from shuntyard.passed import CONTAINER
from shuntyard.plan import Row, Unit
from shuntyard.proc.log import read_tail
from shuntyard.proc.run import Finished, run
from shuntyard.result import CaseResult, Hardware, Outcome, ShardResult
from shuntyard.run_report import in_one_line
from shuntyard.setting import Setting

FACTS = "tested.json"
_NO_ENGINE = "no container engine works here"
_NO_IMAGE = "no image was named"


def run_rows(setting: Setting, unit: Unit, order: Order) -> list[ShardResult]:
    """One result for each row. Raises KeyboardInterrupt, with what is known so far written down."""
    if order.engine is None:
        setting.console.warn(
            f"{_why(order)}: the suite runs on this machine, in a fresh virtual environment of the wheels.",
            title="not in a container",
        )
    results = []
    for row in unit.rows:
        with setting.console.group(row.id):
            results.append(_test_row(setting, row, order))
        setting.console.say(in_one_line(results[-1]))
    return results


def _test_row(setting: Setting, row: Row, order: Order) -> ShardResult:
    folder = setting.results / row.id / "r1"
    if folder.exists():  # an earlier run's results would count as this one's
        shutil.rmtree(folder)
    out = folder / TESTS
    out.mkdir(parents=True)
    started_at = now()
    try:
        with place(order, setting, row, out) as ready:
            _note(folder, order, ready)
            finished = _run(setting, ready, order, folder / LOG)
        drop_all_but_files(out)
    except ShuntyardError as error:
        finished = Finished(exit_code=error.exit_code, error=f"{error.message} ({error.hint})".removesuffix(" ()"))
    result = _result(setting, row, order, finished, folder, started_at)
    write_record(setting.results, result)
    if finished.interrupted:
        raise KeyboardInterrupt
    return result


def _run(setting: Setting, ready: Ready, order: Order, log: Path) -> Finished:
    setting.console.say(f"$ {shlex.join(ready.argv)}")
    finished = run(
        ready.argv, env=ready.env, cwd=setting.workspace, log=log, timeout_s=order.limit_s, echo=setting.echo
    )
    if finished.left_behind:
        setting.console.say(f"Ended what was left running: {', '.join(finished.left_behind)}")
    return finished


def _result(
    setting: Setting, row: Row, order: Order, finished: Finished, folder: Path, started_at: str
) -> ShardResult:  # fmt: skip
    out = folder / TESTS
    cases, problem = read_cases(out, _how(finished, order.limit_s))
    log = read_tail(folder / LOG) if (folder / LOG).exists() else ""
    error = error_of(finished, order.limit_s, cases, problem, log)
    hardware = read_hardware(out, setting.hardware) if cases else Hardware(class_="", backend="")
    return ShardResult(
        pipeline=setting.pipeline,
        key=replace(setting.key, row_id=row.id),
        config=row.suite.id,
        arm=row.arm,
        ran="python",
        outcome=_outcome(finished.exit_code, cases, error),
        exit_code=finished.exit_code,
        shard_index=setting.shard.index,
        shard_of=setting.shard.of,
        error=error,
        hardware=hardware,
        started_at=started_at,
        duration_s=finished.duration_s,
        peak_memory_mb=finished.peak_memory_mb,
        cases=(*cases, *([_container_case(order)] if cases else [])),
    )


def _outcome(exit_code: int, cases: tuple[CaseResult, ...], error: str) -> Outcome:
    """Where every test was skipped, nothing was tested, whatever pytest's exit code says."""
    if exit_code == 0 and cases and all(case.outcome == "skipped" for case in cases):
        return "empty"
    return outcome_of(exit_code, cases, error)


def _container_case(order: Order) -> CaseResult:
    """What was not tested is "not run" in the results as well, not only in a warning that nobody keeps."""
    if order.engine is not None:
        return CaseResult(case=CONTAINER, outcome="passed", message=order.image.digest)
    why = f"not run: {_why(order)}; the suite ran in a virtual environment"
    return CaseResult(case=CONTAINER, outcome="skipped", message=why)


def _why(order: Order) -> str:
    return _NO_ENGINE if order.image.name else _NO_IMAGE


def _how(finished: Finished, limit_s: float) -> str:
    if finished.interrupted:
        return "the run was interrupted"
    if finished.timed_out:
        return f"the run timed out after {limit_s:g} s"
    return f"its process ended (exit code {finished.exit_code})"


def _note(folder: Path, order: Order, ready: Ready) -> None:
    """What it ran in, beside the result: the image's digest and its labels."""
    text = json.dumps({**ready.facts, "labels": dict(order.image.labels)}, indent=1, sort_keys=True)
    (folder / FACTS).write_text(text + "\n", encoding="utf-8")
