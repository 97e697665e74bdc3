"""Plans and folders of results for the tests of the analysis, as a run would leave them."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from shuntyard import wire
from shuntyard.evidence import artifact_name
from shuntyard.plan import Plan, Row, Shard, Suite, Unit
from shuntyard.result import BAD_CASES, CaseOutcome, CaseResult, Hardware, RunKey, ShardResult, judge

PIPELINE = "python-runner-ab"
CONFIGURATIONS = (
    *("smoke", "python", "docs_test", "distributed", "jit_legacy", "inductor", "inductor_distributed"),
    *("inductor_cpp_wrapper", "huggingface", "torchbench", "timm", "benchmark"),
)
START = datetime(2026, 11, 20, 3, 17, tzinfo=timezone.utc)
TRACEBACK = """\
def test_all_reduce_sums_over_ranks():
        tensor = torch.ones(4) * (rank + 1)
        dist.all_reduce(tensor)
>       assert tensor.tolist() == [3.0, 3.0, 3.0, 3.0]
E       AssertionError: assert [1.0, 1.0, 1.0, 1.0] == [3.0, 3.0, 3.0, 3.0]
E         At index 0 diff: 1.0 != 3.0

test/test_distributed.py:41: AssertionError"""


def make_row(config: str, arm: str) -> Row:
    """A row as the pipeline `config × arm` makes it."""
    suite = Suite(id=config, tests=(f"test_{config}",))
    return Row(id=f"{config}.{arm}", values={"config": config, "arm": arm}, runner="linux", suite=suite, arm=arm)


def make_unit(config: str, arms: Iterable[str] = ("shell", "python"), shard: Shard | None = None) -> Unit:
    """One job that runs the arms of a configuration."""
    shard = shard or Shard()
    name = config if shard.of == 1 else f"{config}.s{shard.index}of{shard.of}"
    return Unit(id=name, runs_on=("ubuntu-24.04",), rows=tuple(make_row(config, arm) for arm in arms), shard=shard)


def make_plan(configs: Iterable[str] = ("docs_test",), arms: Iterable[str] = ("shell", "python")) -> Plan:
    """One unit a configuration."""
    arms = tuple(arms)
    return Plan(pipeline=PIPELINE, units=tuple(make_unit(config, arms) for config in configs))


def make_cases(*outcomes: CaseOutcome, prefix: str = "test_it", message: str = "boom") -> tuple[CaseResult, ...]:
    """One case an outcome."""
    return tuple(
        CaseResult(
            case=f"{prefix}.py::test_{index}",
            outcome=outcome,
            call_s=0.1 * (index + 1),
            message=message if outcome in BAD_CASES else "",
        )
        for index, outcome in enumerate(outcomes)
    )


def make_result(
    row: Row, cases: tuple[CaseResult, ...] = (), *, repetition: int = 1, seconds: float = 2.0
) -> ShardResult:
    """A result that a healthy run of the row leaves."""
    code = 1 if any(case.outcome in BAD_CASES for case in cases) else 0
    return ShardResult(
        pipeline=PIPELINE,
        key=RunKey(provider="github", repository="o/r", sha="c0ffee" * 7, run_id="77", attempt=1, row_id=row.id),
        config=row.suite.id,
        arm=row.arm,
        ran=row.arm,
        outcome=judge(code, cases),
        exit_code=code,
        repetition=repetition,
        hardware=Hardware(architecture="x86_64", count=2),
        started_at=(START + timedelta(seconds=60 * repetition)).isoformat(),
        duration_s=seconds,
        peak_memory_mb=210.0,
        cases=cases,
    )


def write_result(root: Path, unit_id: str, result: ShardResult, instance: str = "") -> Path:
    """Lays the result where the job's artifact has it; gives its file."""
    name = artifact_name(result.pipeline, instance, unit_id)
    folder = root / name / result.key.row_id / f"r{result.repetition}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "log.txt").write_text("collected 3 items\n", encoding="utf-8")
    path = folder / "result.json"
    path.write_text(json.dumps(wire.encode(result)), encoding="utf-8")
    return path


def write_passing(root: Path, plan: Plan, repeats: int = 1) -> None:
    """A result with two passing cases and a skipped one for each row and repetition of the plan."""
    for unit in plan.units:
        for row in unit.rows:
            for repetition in range(1, repeats + 1):
                result = make_result(row, make_cases("passed", "passed", "skipped"), repetition=repetition)
                result = replace(result, shard_index=unit.shard.index, shard_of=unit.shard.of)
                write_result(root, unit.id, result)


def write_realistic(root: Path, repeats: int = 3) -> Plan:
    """Twelve configurations in two arms, with what happens on a real night: failures, a fallback, a lost result."""
    plan = make_plan(CONFIGURATIONS)
    chance = random.Random(20261120)
    for unit in plan.units:
        size, base = chance.randint(6, 90), chance.choice((1.4, 9.0, 42.0, 130.0)) * chance.uniform(0.7, 1.4)
        usual: list[CaseOutcome] = ["skipped" if chance.random() < 0.06 else "passed" for _ in range(size)]
        memory = chance.uniform(180, 2600)
        for repetition in range(1, repeats + 1):
            for row in unit.rows:
                result = _realistic(row, usual, repetition, base * (1.04 if row.arm == "python" else 1), chance)
                path = write_result(root, unit.id, replace(result, peak_memory_mb=memory * chance.uniform(0.9, 1.1)))
                if (row.id, repetition) == ("torchbench.python", repeats):
                    shutil.rmtree(path.parent)
                if (row.id, repetition) == ("timm.shell", 1):
                    path.write_text(path.read_text(encoding="utf-8")[:400], encoding="utf-8")
    return plan


def _realistic(
    row: Row, usual: list[CaseOutcome], repetition: int, seconds: float, chance: random.Random
) -> ShardResult:
    outcomes = list(usual)
    if row.suite.id == "distributed" or (row.id, repetition) == ("jit_legacy.python", 2):
        outcomes[3] = "failed"
    cases = make_cases(*outcomes, prefix=f"test/test_{row.suite.id}", message=TRACEBACK)
    cases = tuple(replace(case, call_s=chance.lognormvariate(-2.5, 1.4)) for case in cases)
    result = make_result(row, cases, repetition=repetition, seconds=seconds * chance.uniform(0.97, 1.05))
    if row.id == "inductor_cpp_wrapper.python":
        reason = "the Python runner failed before the first case: ModuleNotFoundError: No module named 'ninja'"
        return replace(result, ran="shell", fallback_reason=reason)
    return result
