"""A small toolkit with a rollout, and real Parquet histories for it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

from shuntyard.report import Report, RowReport, Run, RunOrigin
from shuntyard.result import CaseResult, Hardware
from shuntyard.store import open_store
from shuntyard.store.intake import from_report
from shuntyard.store.tables import build
from tests.generator.yard import Yard

NOW = datetime(2026, 11, 22, 4, 0)
AT = "2026-11-22T04:00"
CASES = (CaseResult(case="test_a.py::test_one", outcome="passed", setup_s=0.1, call_s=1.0),)

ROLLOUT = """\
baseline: shell
candidate: python
pipelines: [nightly]
phases:
  - phase: "1"
    title: Smoke
    configurations: [unit]
    done: true
    criteria:
      - {criterion: It works, condition: success_rate > 99.5%}
  - phase: 2A # low risk
    title: Low risk
    configurations: [docs]
    lasts: 7
    criteria:
      - {criterion: No new failures, condition: tests == equivalent or improved}
      - {criterion: As fast, condition: execution_time within 10% of baseline}
      - {criterion: No fallback, condition: fallback_rate == 0%}
  - phase: 2B
    title: Medium risk
    configurations: [gloo]
    least: 10
    criteria:
      - {criterion: Fallback rate, condition: fallback_rate < 5%}
  - phase: 2C
    title: High risk
    configurations: [inductor]
    criteria:
      - {criterion: Fallback rate, condition: fallback_rate < 5%, devices: 2}
  - phase: "3"
    title: Everything
    configurations: all
    days: 28
    criteria:
      - {criterion: Everywhere, condition: configuration_coverage == 100%}
"""


def with_rollout(yard: Yard, *, on: str = "unit") -> Yard:
    """The yard with a rollout; of its configurations only `on` is switched on."""
    yard.put("rollout", ROLLOUT)
    for name, old in (("docs", "docs: {"), ("gloo", "gloo: {")):
        if name not in on.split():
            yard.edit("suites", old, f"{old}python-runner: false, ")
    return yard


def make_history(
    folder: Path,
    ratios: Mapping[str, float],
    *,
    nights: int = 4,
    fallbacks: Mapping[str, int] | None = None,
    last: datetime = NOW,
    cards: int = 1,
) -> str:
    """A Parquet history: six pairs of each configuration a night, up to the night before `last`, with a CV of 3 %. The
    new runner takes `ratios` times as long; so many of its runs of a configuration, the first ones, fell back."""
    store = open_store(str(folder))
    left = dict(fallbacks or {})
    for night in range(nights, 0, -1):
        start = (last - timedelta(days=night)).replace(tzinfo=timezone.utc)
        run = RunOrigin(provider="github", repository="o/r", sha=f"sha{night}", run_id=f"{start.timestamp():.0f}")
        report = Report(
            pipeline="nightly", run=run,
            verdict="passed", headline="", generated_at=start.isoformat(),
            rows=tuple(
                _row(config, arm, ratio if arm == "python" else 1.0, start, left if arm == "python" else {}, cards)
                for config, ratio in ratios.items()
                for arm in ("shell", "python")
            ),
        )  # fmt: skip
        assert store.append(build(from_report(report), last)) == "added"
    return str(folder)


def _row(config: str, arm: str, ratio: float, start: datetime, fallbacks: dict[str, int], cards: int) -> RowReport:
    chance = random.Random(f"{config} {arm} {start}")
    runs = []
    for repetition in range(1, 7):
        fell_back = fallbacks.get(config, 0) > 0
        if fell_back:
            fallbacks[config] -= 1
        runs.append(
            Run(
                unit=config, folder=f"{config}.{arm}/r{repetition}", repetition=repetition, outcome="passed",
                ran="shell" if fell_back else arm, fallback_reason="no pytest" if fell_back else "",
                started_at=(start + timedelta(minutes=repetition)).isoformat(),
                duration_s=60 * ratio * chance.lognormvariate(0, 0.03),
                peak_memory_mb=200 * chance.lognormvariate(0, 0.02),
                hardware=Hardware(class_="gpu", vendor="amd", architecture="gpu_rocm", backend="rocm", count=cards),
                cases=CASES,
            )
        )  # fmt: skip
    return RowReport(
        id=f"{config}.{arm}", unit=config, config=config, arm=arm, values={"config": config, "arm": arm},
        outcome="passed", runs=tuple(runs),
    )  # fmt: skip
