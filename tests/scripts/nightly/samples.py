"""Two pipelines over thirty made-up nights, in a real Parquet history: one night of every class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

from shuntyard.report import Job, Report, RowReport, Run, RunOrigin
from shuntyard.result import BAD_CASES, CaseOutcome, CaseResult, Outcome
from shuntyard.store import open_store
from shuntyard.store.intake import from_report
from shuntyard.store.tables import build

RBE, INTEGRATION = "nightly-rbe", "nightly-integration"
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, 30)
REPOSITORY = "made-up/history"
ROWS: dict[str, tuple[str, ...]] = {RBE: ("py311", "py312"), INTEGRATION: ("py311", "py312")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """What goes wrong in the rows of a run: a case, or an error of the whole row (`fault`: its result is lost)."""

    case: str = ""
    message: str = ""
    outcome: CaseOutcome = "failed"
    fault: str = ""
    rows: tuple[str, ...] = ("py311", "py312")


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """How a pipeline's night went; `experimental` is what its experimental row (ROCm 7.2.0) met."""

    bad: Bad | None = None
    experimental: Bad | None = None
    skipped: bool = False
    jobs: Mapping[str, str] = field(default_factory=dict)
    hour: int = 2
    attempt: int = 1
    run_id: str = ""
    rows: tuple[str, ...] | None = None


def report(pipeline: str, day: date, went: Went | None = None, *, repository: str = REPOSITORY) -> Report:
    """One run of a night: two stable rows on ROCm 7.1.1 and an experimental one on 7.2.0."""
    went = went or Went()
    began = datetime.combine(day, time(went.hour, 7), timezone.utc)
    names = ROWS[pipeline] if went.rows is None else went.rows
    rows = [_row(pipeline, name, "7.1.1", began, _of(went.bad, name), went.skipped) for name in names]
    if went.rows is None:
        rows.append(_row(pipeline, "py311", "7.2.0", began, went.experimental, False))
    run_id = went.run_id or f"{day.toordinal()}{1 if pipeline == RBE else 2}"
    outcomes = {row.outcome for row in rows}
    verdict: Outcome = next((o for o in ("error", "failed", "empty") if o in outcomes), "passed" if rows else "error")
    return Report(
        pipeline=pipeline,
        run=RunOrigin(
            provider="github", repository=repository, sha=f"{day.toordinal():040x}", run_id=run_id,
            attempt=went.attempt, url=f"https://github.com/{repository}/actions/runs/{run_id}",
        ),
        verdict=verdict,
        headline="",
        generated_at=began.isoformat(),
        rows=tuple(rows),
        jobs=tuple(Job(name=name, result=result) for name, result in went.jobs.items()),
    )  # fmt: skip


def _of(bad: Bad | None, row: str) -> Bad | None:
    return bad if bad and row in bad.rows else None


def _row(pipeline: str, python: str, rocm: str, began: datetime, bad: Bad | None, skipped: bool) -> RowReport:
    row = f"{python}-rocm{rocm}"
    whole = bad is not None and not bad.case
    cases = [] if whole else _cases(pipeline, skipped)
    if bad and bad.case:
        cases.append(CaseResult(case=bad.case, outcome=bad.outcome, message=bad.message, call_s=1.5))
    failed = any(case.outcome in BAD_CASES for case in cases)
    outcome: Outcome = "error" if whole else "failed" if failed else "passed"
    seconds = 5400.0 if pipeline == RBE else 900.0
    run = Run(
        unit=row,
        folder=f"{pipeline}--{row}/{row}/r1",
        repetition=1,
        fault="missing" if bad and bad.fault == "missing" else "",
        outcome=outcome,
        reason=bad.message if bad and whole else "",
        started_at="" if bad and bad.fault else began.isoformat(),
        duration_s=0.0 if bad and bad.fault else seconds,
        exit_code=int(outcome != "passed"),
        cases=tuple(cases),
    )
    values = {"python": python, "rocm": rocm}
    return RowReport(
        id=row,
        unit=row,
        config="all",
        arm="",
        values=values,
        outcome=outcome,
        tests=len({case.case for case in cases}),
        failed=int(failed),
        skipped=sum(case.outcome == "skipped" for case in cases),
        runs=(run,),
    )


def _cases(pipeline: str, skipped: bool) -> list[CaseResult]:
    names = (
        [f"//jax/tests:{name}_test_gpu" for name in ("pmap", "pjit", "sharding", "collective")]
        if pipeline == RBE
        else [f"tests/integration/test_{name}.py::test_{name}" for name in ("imports", "devices", "matmul")]
    )
    why = "needs 8 devices, 1 is there" if skipped else ""
    return [
        CaseResult(case=name, outcome="skipped" if skipped else "passed", call_s=1.0, message=why) for name in names
    ]


PJIT = Bad(
    case="//jax/tests:pjit_test_gpu", message="AssertionError: Not equal to tolerance rtol=1e-06", rows=("py312",)
)
BUILD = Bad(
    case="//jaxlib/rocm:solver_kernels", message="could not be built: error: use of undeclared identifier 'hipsolverDn'"
)
API = Bad(case="//jax/tests:lax_test_gpu", message="AttributeError: module 'jax.lax' has no attribute 'pcast'")
SAME = Bad(case="tests/integration/test_pjit.py::test_two_devices", message="AssertionError: Not equal to tolerance")
WHEEL = Bad(message="auditwheel: jax_rocm7_plugin is linked to too-recent versioned symbols", rows=("py311",))
DEPENDENCY = Bad(
    case="tests/integration/test_imports.py::test_import", message="E  ModuleNotFoundError: No module named 'numpy'"
)
IMPORT = Bad(
    case="tests/integration/test_imports.py::test_plugin",
    message="ImportError: _solver.so: undefined symbol: hipsolverDnDgetrf",
)
LOST = Bad(message="no result.json came", fault="missing")
EXECUTOR = Bad(case="//jax/tests:pmap_test_gpu", outcome="error", message="the remote executor failed: UNAVAILABLE")
UNKNOWN = Bad(case="tests/integration/test_matmul.py::test_matmul", message="assert 1.0 == 2.0")
STRANGE = Bad(case="//jax/tests:pmap_test_gpu", message="hipErrorNoBinaryForGpu")

# By how many nights ago; a night that is not named passed on both sides.
NIGHTS: dict[int, tuple[Went | None, Went | None]] = {
    1: (Went(), Went(bad=WHEEL)),
    2: (Went(bad=PJIT), Went(bad=SAME)),
    4: (Went(bad=BUILD), Went()),
    6: (Went(), Went(bad=DEPENDENCY)),
    7: (Went(), None),
    9: (Went(bad=API), Went()),
    10: (Went(bad=EXECUTOR), Went()),
    11: (Went(bad=LOST), Went(bad=LOST)),
    13: (Went(bad=PJIT), Went(bad=WHEEL)),
    14: (Went(), Went(bad=IMPORT)),
    16: (Went(), Went(bad=UNKNOWN)),
    18: (None, None),
    19: (Went(bad=PJIT), None),
    21: (Went(experimental=STRANGE), Went()),
    22: (Went(experimental=STRANGE, jobs={"test": "failure"}), Went(skipped=True)),
    24: (Went(bad=PJIT), Went()),
}


def reports(nights: Mapping[int, tuple[Went | None, Went | None]], days: int) -> list[Report]:
    """The runs of so many nights, oldest first; tonight (0) both ran unless it is named."""
    found = []
    for ago in reversed(range(days)):
        for pipeline, went in zip((RBE, INTEGRATION), nights.get(ago, (Went(), Went())), strict=True):
            if went is not None:
                found.append(report(pipeline, TODAY - timedelta(days=ago), went))
    return found


def keep(folder: Path, found: Sequence[Report]) -> Path:
    """A history with these runs."""
    store = open_store(str(folder))
    for each in found:
        assert store.append(build(from_report(each), NOW)) == "added"
    return folder


def make(folder: Path, days: int = 28) -> Path:
    """The made-up history: `days` nights, so that the first of thirty lie before its first run."""
    return keep(folder, reports(NIGHTS, days))
