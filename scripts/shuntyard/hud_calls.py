"""Which callbacks a run makes, from its inputs, its environment and its files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from shuntyard import handover, hud, origin, wire
from shuntyard.errors import ShuntyardError
from shuntyard.report import SCHEMA, Report
from shuntyard.shards.planfile import KIND, UPSTREAM


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to report: `rows` are the ids of the plan's rows, for callbacks before there is a report."""

    status: hud.Status
    place: hud.Place
    by_row: bool
    rows: tuple[str, ...] = ()
    conclusion: str = ""
    artifact_url: str = ""

    @classmethod
    def read(cls, texts: Mapping[str, str], env: Mapping[str, str]) -> Wanted:
        """From the inputs, by name, and GitHub's variables. Raises ShuntyardError outside of a run."""
        about = origin.read_origin(env)
        if not about.run_id:
            raise ShuntyardError("this is no run of GitHub Actions", hint="the relay knows runs by GITHUB_RUN_ID")
        plan = origin.read_plan(texts["plan"])
        place = hud.Place(
            workflow=env.get("GITHUB_WORKFLOW", ""),
            url=about.url,
            run_id=about.run_id,
            attempt=about.attempt,
            job=texts["job-name"],
        )
        return cls(
            status=cast(hud.Status, texts["status"]),
            place=replace(place, job=place.job or (plan.pipeline if plan else "") or env.get("GITHUB_JOB", "")),
            by_row=texts["each"] == "row",
            rows=tuple(row.id for unit in plan.units for row in unit.rows) if plan else (),
            conclusion=texts["conclusion"],
            artifact_url=texts["artifact-url"],
        )


def bodies(wanted: Wanted, dispatch: Mapping[str, Any], report: Report | None, now: str) -> list[dict[str, Any]]:
    """The callbacks, one for the run or one for each row. Raises ShuntyardError where the rows are not known."""
    place = wanted.place
    key = f"{place.run_id}-{place.attempt}-{place.job}"
    if not wanted.by_row:
        return [_body(wanted, dispatch, replace(place, check_run=key), now, report)]
    names = {row.id: row for row in report.rows} if report else dict.fromkeys(wanted.rows)
    if not names:
        raise ShuntyardError("no row is known", hint="pass plan, or report")
    calls = []
    for name, row in names.items():
        leg = replace(place, job=f"{place.job} {name}", check_run=f"{key}-{name}")
        calls.append(_body(wanted, dispatch, leg, now, report, row))
    return calls


def _body(
    wanted: Wanted, dispatch: Mapping[str, Any], place: hud.Place, now: str, report: Report | None, row: Any = None
) -> dict[str, Any]:
    return hud.callback(
        dispatch,
        place,
        wanted.status,
        now=now,
        conclusion=wanted.conclusion,
        row=row,
        report=report,
        artifact_url=wanted.artifact_url,
    )


def planned_commit(plans: Path) -> str:
    """The upstream commit that the plans below a folder are for. Raises ShuntyardError where they name none, or two."""
    found = {handover.read(file.parent, kind=KIND).facts.get(UPSTREAM, "") for file in plans.rglob(handover.MANIFEST)}
    if len(found) != 1 or not all(found):
        told = f"{len(found)} upstream commits" if all(found) and found else "no upstream commit"
        raise ShuntyardError(f"the plans in {plans} name {told}", hint="plan-shards reads it from the tests' checkout")
    return found.pop()


def read_dispatch(commit: str, event: str, event_file: str) -> dict[str, Any]:
    """What the callback answers: a nightly's own word, or the payload of the dispatch that started the run."""
    if commit or event:
        return hud.self_report(commit, event)
    try:
        record = json.loads(Path(event_file).read_text(encoding="utf-8")) if event_file else {}
    except (OSError, ValueError) as error:
        raise ShuntyardError(f"the event file cannot be read: {error}") from error
    return hud.check_dispatch(record.get("client_payload") if isinstance(record, dict) else None)


def read_report(path: Path) -> Report:
    """A report.json, or the one in a folder. Raises ShuntyardError that says what is wrong with it."""
    file = path / "report.json" if path.is_dir() else path
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        schema = record.get("schema", SCHEMA) if isinstance(record, dict) else SCHEMA
        if schema != SCHEMA:
            raise ValueError(f"it has schema {str(schema)[:20]}; this version of Shuntyard reads {SCHEMA}")
        return wire.decode(Report, record)
    except (OSError, ValueError, RecursionError) as error:
        raise ShuntyardError(f"{file} is no report: {error}", hint="analyse-results writes report.json") from error


def write_test_runs(report: Report, path: Path) -> int:
    """Writes the report's test runs as JSON Lines; gives how many there are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    count = 0
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        for record in hud.uploads(report, {}):
            file.write(json.dumps(record) + "\n")
            count += 1
    temporary.replace(path)
    return count
