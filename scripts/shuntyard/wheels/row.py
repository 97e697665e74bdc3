"""The row of a matrix that packages are built or checked in: what it is called, and its result on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path

from shuntyard.ci import github
from shuntyard.contract import Input, Value
from shuntyard.evidence import artifact_name, handover_artifact
from shuntyard.hardware.registry import detect
from shuntyard.ingest.facts import results_folder
from shuntyard.ingest.recordfile import write_record
from shuntyard.locate import run_key
from shuntyard.result import BAD_CASES, Outcome, RunKey, ShardResult
from shuntyard.unit import check_name, read_unit
from shuntyard.wheels.ledger import Ledger

INPUTS = (
    Input(name="unit", type="json", help="toJSON(matrix.plan), where a matrix of rows runs this.", default="null"),
    Input(name="row", help="The row's name, where there is no unit.", default="package"),
    Input(name="pipeline", help="The pipeline that it belongs to.", default="packages"),
    Input(name="instance", help="The name of this call, where one run calls the pipeline twice.", default=""),
    Input(name="results", help="The folder for results; empty takes one in the runner's own.", default=""),
)
_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The row, and where its result goes. `values` are its axes as the matrix has them."""

    pipeline: str
    instance: str
    key: RunKey
    config: str
    arm: str
    artifact: str
    results: Path
    started_at: str
    values: Mapping[str, str]

    @property
    def logs(self) -> Path:
        """The folder of its one execution."""
        return self.results / self.key.row_id / "r1"

    def handover(self, kind: str, axes: Mapping[str, str]) -> str:
        """The name of the artifact that hands its files on."""
        values = [axes[name] for name in sorted(axes)] or [self.key.row_id]
        return handover_artifact(self.pipeline, self.instance, kind, [value.replace(" ", "_") for value in values])


def read_place(inputs: Mapping[str, Value], env: Mapping[str, str], workspace: Path) -> Place:
    """The place; its folders are made. Raises ShuntyardError that names the input at fault."""
    pipeline, instance, name = str(inputs["pipeline"]), str(inputs["instance"]), str(inputs["row"])
    unit = read_unit(str(inputs["unit"])) if json.loads(str(inputs["unit"])) is not None else None
    row = unit.rows[0] if unit else None
    for what, text in (
        ("the pipeline", pipeline),
        ("the row", name),
        *([("the instance", instance)] if instance else []),
    ):
        check_name(what, text)
    artifact = artifact_name(pipeline, instance, unit.id if unit else name)
    place = Place(
        pipeline=pipeline,
        instance=instance,
        key=run_key(workspace, env, row.id if row else name),
        config=row.suite.id if row else name,
        arm=row.arm if row else "",
        artifact=artifact,
        results=results_folder(str(inputs["results"]), env, artifact).absolute(),
        started_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        values=dict(row.values) if row else {},
    )
    place.logs.mkdir(parents=True, exist_ok=True)
    return place


def outcome(ledger: Ledger) -> Outcome:
    """Of the row: a machine's fault is an error, a package's a failure; where nothing ran, nothing has passed."""
    if any(case.outcome == "error" for case in ledger.cases):
        return "error"
    if any(case.outcome in BAD_CASES for case in ledger.cases):
        return "failed"
    return "passed" if any(case.outcome == "passed" for case in ledger.cases) else "empty"


def write(place: Place, ledger: Ledger, duration_s: float) -> Outcome:
    """The result and its findings as files, and as a summary; returns the outcome."""
    verdict = outcome(ledger)
    told = [case.message for case in ledger.cases if case.outcome == "error"]
    record = ShardResult(
        pipeline=place.pipeline,
        key=place.key,
        config=place.config,
        arm=place.arm,
        ran=place.arm,
        outcome=verdict,
        exit_code=0 if verdict == "passed" else 1,
        error=told[0] if told else "",
        hardware=detect(),
        started_at=place.started_at,
        duration_s=duration_s,
        peak_memory_mb=0.0,
        cases=tuple(ledger.cases),
    )
    findings = [asdict(finding) for finding in ledger.findings]
    (place.logs / "findings.json").write_text(json.dumps(findings, indent=1) + "\n", encoding="utf-8")
    write_record(place.results, record)
    return verdict


def tell(ledger: Ledger, env: Mapping[str, str]) -> None:
    """Every case as a line, every fault and finding as an annotation where there are any."""
    for case in ledger.cases:
        print(f"{case.outcome:<8} {case.case}  ({case.call_s:.1f} s)")
    faults = [f"{case.case}: {case.message}" for case in ledger.cases if case.outcome in BAD_CASES]
    for fault in faults[:_SHOWN]:
        print(github.annotation("error", fault, title="packages") if env.get("GITHUB_ACTIONS") else f"error: {fault}")
    if len(faults) > _SHOWN:
        print(f"and {len(faults) - _SHOWN} more faults: they are in the result")
