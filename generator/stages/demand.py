"""A stage and durations → the scenario that is simulated."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.ladder.effective import planned_shards, setup_of
from generator.stages.read import Staged
from shuntyard.capacity import durations
from shuntyard.capacity.scenario import Scenario
from shuntyard.capacity.simulate import Failures
from shuntyard.errors import ShuntyardError

DIFFERS = 0.10  # a stated amount of work that is off by more is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The seconds of each test in scope on the hardware that is planned for, and where they are from."""

    files: Mapping[str, float]
    source: str
    measured: bool

    @property
    def hours(self) -> float:
        return math.fsum(self.files.values()) / 3600


def work(staged: Staged, times_file: Path | None, scope_file: Path | None) -> Work:
    """From a times file, cut to the tests that the scope file names (one a line), if any; else what the stages state,
    in even parts. Raises ShuntyardError for files that cannot be read or have another form."""
    tests = staged.block.tests
    if times_file is None:
        if scope_file is not None:
            raise ShuntyardError("a scope needs durations", hint="pass --durations too")
        even = tests.hours * tests.slowdown * 3600 / tests.files
        files = {f"file {number}": even for number in range(tests.files)}
        said = f"stated, not measured: {tests.hours:g} h in {tests.files:,} files{_slower(tests.slowdown)}"
        return Work(files=files, source=said, measured=False)
    found = durations.choose(_times(times_file), tests.job, tests.configs)
    files = dict(found.files)
    said = f"{times_file.name}, {' and '.join(found.lists)}"
    if scope_file is not None:
        names = [line.strip() for line in _text(scope_file).splitlines() if line.strip()]
        unknown = sum(1 for name in dict.fromkeys(names) if name not in files)
        files = durations.fill(files, names)
        said += f", {len(files):,} tests of {scope_file.name}"
        said += f" ({unknown:,} of them unknown: the {durations.UNKNOWN_QUANTILE:.0%} quantile)" if unknown else ""
    said += _slower(tests.slowdown)
    return Work(files=durations.slowed(files, tests.slowdown), source=said, measured=True)


def _slower(factor: float) -> str:
    return f", {factor:g} times as long" if factor != 1 else ""


def scenario(staged: Staged, stage: int, files: Mapping[str, float]) -> Scenario:
    """What the stage asks for, with the shards that are rendered for it."""
    block, item = staged.block, staged.item(stage)
    load = block.load
    return Scenario(
        name=staged.pipeline,
        files=files,
        percent=float(item.share),
        cards=item.cards,
        shards=planned_shards(block, item),
        cards_per_job=item.cards_per_job,
        a_day=item.runs_a_day,
        pushes=item.pull_requests,
        pushes_a_workday=float(load.pushes_a_workday),
        pushes_per_change=float(load.pushes_per_pull_request),
        labelled=load.labelled / 100,
        first=load.first,
        supersede=item.supersede,
        gang=load.placement == "gang",
        setup=setup_of(block),
        split_s=60.0 * block.tests.split_minutes,
        signal_s=60.0 * item.signal_minutes if item.signal_minutes else None,
        failures=Failures(mtbf_h=float(load.card_mtbf_hours), repair_h=float(load.repair_hours))
        if load.card_mtbf_hours
        else None,
    )


def disagrees(staged: Staged, found: Work) -> str:
    """What to write instead, where the stated hours are more than DIFFERS away from the measured ones; else empty."""
    stated, hours = staged.block.tests.hours, found.hours / staged.block.tests.slowdown
    if not found.measured or abs(hours / stated - 1) <= DIFFERS:
        return ""
    mark = staged.document.mark(("stages", "tests", "hours"))
    place = f"{staged.document.file}:{mark.line}:{mark.column}"
    return f"{place}: the durations come to {hours:.1f} h, not {stated:g}; shards are planned from what stands there"


def _times(path: Path) -> durations.Times:
    try:
        return durations.checked(json.loads(_text(path)))
    except (json.JSONDecodeError, RecursionError) as error:
        raise ShuntyardError(f"{path} is no JSON", hint=durations.FORM) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ShuntyardError(f"{path} cannot be read: {error.strerror}", hint="check the path") from error
    except UnicodeDecodeError as error:
        raise ShuntyardError(f"{path} is not UTF-8 text", hint=durations.FORM) from error
