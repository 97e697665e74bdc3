"""From a plan and the evidence to a Report: rows, pairs, totals, and one verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from shuntyard.evidence import Evidence
from shuntyard.human import count
from shuntyard.join import join, split_foreign
from shuntyard.pairs import pair_up
from shuntyard.plan import EXPERIMENTAL, Plan
from shuntyard.report import Job, Report, RowReport, Run, RunOrigin, Totals
from shuntyard.result import Outcome
from shuntyard.rows import worst

_NAMED = 10  # how many names a note lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What an analysis is about, besides the results: which pipeline (and which call of it), the repetitions that each
    row should have (0: as many as were found), what the other jobs came to, where and when."""

    pipeline: str
    instance: str = ""
    repeats: int = 0
    jobs: tuple[Job, ...] = ()
    origin: RunOrigin = field(default_factory=RunOrigin)
    generated_at: str = ""


def analyse(plan: Plan | None, evidence: Sequence[Evidence], about: Occasion) -> Report:
    """The report of one run of a pipeline.

    `plan` is None when nobody knows what was selected; then nothing can be called missing. A job that went wrong while
    every row passed makes the verdict "error": something happened that no result tells of.
    """
    own, foreign = split_foreign(evidence, plan, about.pipeline, about.instance)
    rows = join(plan, own, pipeline=about.pipeline, instance=about.instance, repeats=about.repeats)
    broken = [job for job in about.jobs if job.result not in ("success", "skipped")]
    verdict = _verdict(rows)
    if broken and verdict in ("passed", "empty"):
        verdict = "error"
    return Report(
        pipeline=about.pipeline,
        instance=about.instance,
        run=_complete(about.origin, own),
        verdict=verdict,
        headline=_headline(verdict, rows, plan, broken),
        generated_at=about.generated_at,
        totals=_totals(rows),
        rows=rows,
        pairs=pair_up(rows),
        jobs=about.jobs,
        notes=tuple(_notes(plan, own, foreign)),
    )


def _verdict(rows: Sequence[RowReport]) -> Outcome:
    """The worst outcome of the rows that decide; where there are none but experimental ones, nothing stands against."""
    deciding = [row.outcome for row in rows if row.stage != EXPERIMENTAL]
    return worst(deciding) if deciding or not rows else "passed"


def _complete(origin: RunOrigin, evidence: Sequence[Evidence]) -> RunOrigin:
    """The origin with what only the results know: which commit was really tested, and all else outside CI."""
    keys = [item.result.key for item in evidence if item.result]
    if not keys:
        return origin
    return replace(
        origin,
        provider=origin.provider or keys[0].provider,
        repository=origin.repository or keys[0].repository,
        sha=Counter(key.sha for key in keys).most_common(1)[0][0] or origin.sha,
        run_id=origin.run_id or keys[0].run_id,
    )


def _headline(verdict: Outcome, rows: Sequence[RowReport], plan: Plan | None, broken: Sequence[Job]) -> str:
    if not rows:
        jobs = ", ".join(f"{job.name} ({job.result})" for job in broken)
        if plan is None and broken:
            return f"Nothing is known about what was selected: see {jobs}."
        return f"Nothing was selected{f', and something went wrong: see {jobs}' if jobs else ''}."
    trials = [row for row in rows if row.stage == EXPERIMENTAL]
    tried = f" {_trials(trials)}" if trials else ""
    rows = [row for row in rows if row.stage != EXPERIMENTAL]
    if not rows:
        return f"Only experimental rows ran, which decide nothing.{tried}"
    outcomes = Counter(row.outcome for row in rows)
    faults = sum(1 for row in rows for run in row.runs if run.fault)
    parts = []
    if faults:
        parts.append(f"{count(faults, 'result')} missing or unusable")
    errors = sum(1 for row in rows if row.outcome == "error" and not any(run.fault for run in row.runs))
    if errors:
        parts.append(f"{count(errors, 'row')} ended in an error")
    if outcomes["failed"]:
        parts.append(f"{count(outcomes['failed'], 'row')} failed")
    if outcomes["empty"]:
        parts.append(f"{count(outcomes['empty'], 'row')} tested nothing")
    if not parts and verdict == "error":
        return (
            f"Every row passed, but not every job: {', '.join(f'{job.name} ({job.result})' for job in broken)}.{tried}"
        )
    if not parts:
        fallbacks = sum(row.fallbacks for row in rows)
        after = f", with {count(fallbacks, 'fallback')}" if fallbacks else ""
        return f"{'The only row' if len(rows) == 1 else f'All {len(rows):,} rows'} passed{after}.{tried}"
    return f"{'; '.join(parts)}; {outcomes['passed']:,} of {count(len(rows), 'row')} passed.{tried}"


def _trials(rows: Sequence[RowReport]) -> str:
    bad = [row.id for row in rows if row.outcome != "passed"]
    more = f" and {len(bad) - _NAMED:,} more" if len(bad) > _NAMED else ""
    said = f"did not pass: {', '.join(bad[:_NAMED])}{more}" if bad else "all passed"
    return f"Experimental, {count(len(rows), 'row')}: {said}."


def _totals(rows: Sequence[RowReport]) -> Totals:
    runs = [run for row in rows for run in row.runs]
    return Totals(
        rows=len(rows),
        runs=len(runs),
        tests=sum(row.tests for row in rows),
        failed=sum(row.failed for row in rows),
        skipped=sum(row.skipped for row in rows),
        fallbacks=sum(row.fallbacks for row in rows),
        faults=sum(1 for run in runs if run.fault),
        wall_s=_wall(runs),
        machine_s=sum(run.duration_s for run in runs),
    )


def _wall(runs: Sequence[Run]) -> float:
    """Seconds from the first start to the last end; 0 where no run says when it started."""
    spans = [(start, run.duration_s) for run in runs if (start := _moment(run.started_at))]
    if not spans:
        return 0.0
    first = min(start for start, _ in spans)
    return max((start - first).total_seconds() + seconds for start, seconds in spans)


def _moment(text: str) -> datetime | None:
    """An ISO 8601 time with its zone; None for anything else."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return moment if moment.utcoffset() is not None else None
    except ValueError:
        return None


def _notes(plan: Plan | None, evidence: Sequence[Evidence], foreign: Sequence[str]) -> list[str]:
    notes = []
    if plan is None and evidence:
        notes.append("No plan was given, so a result that is missing altogether cannot be noticed.")
    if foreign:
        more = f" and {len(foreign) - _NAMED:,} more" if len(foreign) > _NAMED else ""
        notes.append(f"Artifacts of other runs of this workflow were left out: {', '.join(foreign[:_NAMED])}{more}.")
    keys = [item.result.key for item in evidence if item.result]
    for what, values in (("commits", {key.sha for key in keys}), ("runs", {key.run_id for key in keys})):
        if len(values) > 1:
            notes.append(f"The results come from {len(values)} different {what}: {', '.join(sorted(values)[:_NAMED])}.")
    return notes
