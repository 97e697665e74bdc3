"""Real Parquet histories of two arms, made to be healthy or to trip alerts, and tools that act on this machine only."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

from shuntyard.report import Report, RowReport, Run, RunOrigin
from shuntyard.result import BAD_CASES, CaseOutcome, CaseResult, Hardware
from shuntyard.store import Store, open_store
from shuntyard.store.intake import from_report
from shuntyard.store.tables import build

NOW = datetime(2026, 11, 22, 12, 0)
GPU = Hardware(class_="gpu", vendor="amd", architecture="gfx942", backend="rocm", count=8, memory_gb=192.0)
PIPELINE = "python-runner-ab"
CASES = ("test/test_a.py::test_one", "test/test_a.py::test_two", "test/test_a.py::test_slow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """How one arm of a configuration behaves in a run: seconds of a repetition, how much slower its last case is, in
    how many repetitions it fell back, and the outcomes of its first case, one a repetition."""

    seconds: float = 10.0
    slower: float = 1.0
    fallbacks: int = 0
    reason: str = "the Python runner failed before the first case"
    outcomes: Mapping[int, CaseOutcome] = field(default_factory=dict)
    error: bool = False


def night(
    days_ago: float,
    arms: Mapping[tuple[str, str], Arm],
    *,
    repeats: int = 6,
    pipeline: str = PIPELINE,
    sha: str = "",
    cases: Sequence[str] = CASES,
    url: str = "https://ci.example/runs/1",
    hardware: Hardware = GPU,
    now: datetime = NOW,
) -> Report:
    """One run: each configuration in each arm, so many repetitions, the same noise every time it is asked."""
    chance = random.Random(f"{days_ago} {sorted(arms)}")
    began = now.replace(tzinfo=timezone.utc) - timedelta(days=days_ago)
    rows = []
    for (config, arm), behaviour in arms.items():
        runs = []
        for repetition in range(1, repeats + 1):
            noise = chance.uniform(0.99, 1.01)
            fell_back = repetition <= behaviour.fallbacks
            found = [] if behaviour.error else _cases(cases, behaviour, repetition, noise)
            bad = any(each.outcome in BAD_CASES for each in found)
            runs.append(
                Run(
                    unit=config,
                    folder=f"{pipeline}--{config}/{config}.{arm}/r{repetition}",
                    repetition=repetition,
                    outcome="error" if behaviour.error else "failed" if bad else "passed",
                    ran="shell" if fell_back else arm,
                    fallback_reason=behaviour.reason if fell_back else "",
                    exit_code=int(bad or behaviour.error),
                    started_at=(began + timedelta(seconds=20 * repetition)).isoformat(),
                    duration_s=behaviour.seconds * noise + 2 * (behaviour.slower - 1),
                    peak_memory_mb=200.0 * noise,
                    hardware=hardware,
                    cases=tuple(found),
                )
            )
        row = RowReport(
            id=f"{config}.{arm}" if arm else config, unit=config, config=config, arm=arm, outcome="passed",
            runs=tuple(runs),
        )  # fmt: skip
        rows.append(row)
    origin = RunOrigin(
        provider="github", repository="o/r", sha=sha or f"{int(days_ago * 1000):040x}", run_id=f"{days_ago:g}", url=url,
    )  # fmt: skip
    return Report(
        pipeline=pipeline, run=origin, verdict="passed", headline="", generated_at=began.isoformat(), rows=tuple(rows)
    )


def _cases(names: Sequence[str], arm: Arm, repetition: int, noise: float) -> list[CaseResult]:
    outcomes: list[CaseOutcome] = ["passed"] * len(names)
    outcomes[0] = arm.outcomes.get(repetition, "passed")
    slow = [1.0] * (len(names) - 1) + [arm.slower]
    return [
        CaseResult(case=name, outcome=outcome, setup_s=0.1, call_s=2.0 * noise * factor)
        for name, outcome, factor in zip(names, outcomes, slow, strict=True)
    ]


def healthy(*configs: str) -> dict[tuple[str, str], Arm]:
    """Two equal arms of each configuration."""
    return {(config, arm): Arm() for config in configs for arm in ("shell", "python")}


def keep(folder: Path, reports: Sequence[Report]) -> Store:
    """A store with these runs."""
    store = open_store(str(folder))
    for report in reports:
        assert store.append(build(from_report(report), NOW)) == "added"
    return store


def week(
    folder: Path, arms: Callable[[int], Mapping[tuple[str, str], Arm]], nights: int = 6, now: datetime = NOW
) -> Path:
    """A history of nights, the last one some hours ago; `arms` tells how each night went, the newest is 0."""
    keep(folder, [night(index + 0.3, arms(index), now=now) for index in reversed(range(nights))])
    return folder
