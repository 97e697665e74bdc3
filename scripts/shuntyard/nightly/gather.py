"""A history → nights. The only file here that asks it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shuntyard.analyses.query import Chosen, Connection, Scope
from shuntyard.errors import ShuntyardError
from shuntyard.nightly.attempts import Attempt, Facts, Shards, attempts, by_night, shards
from shuntyard.nightly.cadence import absent, night_of, nights
from shuntyard.nightly.experimental import Experimental, experimental
from shuntyard.nightly.night import Night, NightRun, Pipeline, PipelineNight
from shuntyard.nightly.record import CaseFacts, RowFacts, Summed, sum_up

CASES = 300  # of one run that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the page is about. `now` is UTC without a zone; `turn` is the UTC hour from which a run counts for the next
    day's night; `patterns` name the experimental rows (experimental.py)."""

    pipelines: tuple[Pipeline, ...]
    now: datetime
    days: int = 30
    turn: int = 0
    repository: str = ""
    patterns: tuple[str, ...] = ()


def gather(connection: Connection, asked: Asked) -> tuple[Night, ...]:
    """The nights, the newest first. Raises ShuntyardError where runs of several repositories would be taken for one."""
    days = nights(asked.now, asked.days, asked.turn)
    names = [pipeline.name for pipeline in asked.pipelines]
    since = datetime.combine(days[-1], datetime.min.time()) - timedelta(days=1)
    chosen = Chosen(connection, Scope(since=since, repository=asked.repository, pipelines=tuple(names)))
    about = {"pipelines": names, "repository": asked.repository}
    first = {row["pipeline"]: night_of(row["first"], asked.turn) for row in chosen.rows("nightly_first", **about)}
    runs = chosen.rows("nightly_runs", since=since, **about)
    _one_repository(runs)
    counted = by_night(runs, asked.turn)
    rows = _rows(chosen, runs)
    told = [part["run_key"] for found in counted.values() for part in found[0].parts]
    cases = _by_run(chosen.rows("nightly_cases", keys=told, limit=CASES)) if told else {}
    test = experimental(asked.patterns)

    def result(pipeline: Pipeline, day: date) -> PipelineNight:
        found = counted.get((pipeline.name, day))
        if not found:
            state = absent(pipeline, day, first=first.get(pipeline.name), now=asked.now, turn=asked.turn)
            return PipelineNight(pipeline=pipeline, state=state)
        run = _run(found, rows, cases, test)
        return PipelineNight(pipeline=pipeline, state=run.outcome, run=run)

    return tuple(Night(day=day, results=tuple(result(each, day) for each in asked.pipelines)) for day in days)


def newest_outcome(chosen: Chosen, runs: Sequence[Facts], test: Experimental) -> str | None:
    """The outcome of the newest of some runs, as sql/nightly_runs gives them; None for none."""
    found = attempts(runs)
    return _summed(found[0], shards(found[0], _rows(chosen, runs), {}), test).outcome if found else None


def _rows(chosen: Chosen, runs: Sequence[Facts]) -> dict[str, list[Facts]]:
    return _by_run(chosen.rows("nightly_rows", keys=[run["run_key"] for run in runs])) if runs else {}


def _one_repository(runs: Iterable[Facts]) -> None:
    found = sorted({str(run["repository"]) for run in runs})
    if len(found) > 1:
        names = ", ".join(found[:5])
        raise ShuntyardError(f"the history has these pipelines of several repositories: {names}", hint="name one")


def _by_run(rows: Iterable[Facts]) -> dict[str, list[Facts]]:
    found: dict[str, list[Facts]] = defaultdict(list)
    for row in rows:
        found[row["run_key"]].append(row)
    return found


def _run(
    found: Sequence[Attempt],
    rows: Mapping[str, Sequence[Facts]],
    cases: Mapping[str, Sequence[Facts]],
    test: Experimental,
) -> NightRun:
    counts, newest = found[0], found[0].parts[0]
    taken = shards(counts, rows, cases)
    summed = _summed(counts, taken, test)
    return NightRun(
        run_id=counts.run_id,
        attempt=counts.number,
        repository=newest["repository"],
        sha=newest["sha"],
        url=newest["url"],
        began=counts.began,
        outcome=summed.outcome,
        rows=summed.rows,
        tests=summed.tests,
        tests_failed=summed.tests_failed,
        duration_s=taken.duration_s,
        signs=summed.signs,
        aside=summed.aside,
        note=summed.note,
        earlier=tuple(
            (f"{each.run_id} attempt {each.number}", _summed(each, shards(each, rows, {}), test).outcome)
            for each in found[1:]
        ),
    )


def _summed(attempt: Attempt, taken: Shards, test: Experimental) -> Summed:
    calls = attempt.calls
    jobs = {(str(job["name"]), str(job["result"])) for call in calls for job in json.loads(call["other_jobs"] or "[]")}
    return sum_up(
        [_row(row, test) for row in taken.rows],
        [
            CaseFacts(row=case["row_id"], case=case["case"], outcome=case["outcome"], message=case["message"])
            for case in taken.cases
        ],
        sorted(jobs),
        verdict=next((call["verdict"] for call in calls if call["verdict"] != "passed"), "passed"),
    )


def _row(parts: Sequence[Facts], test: Experimental) -> RowFacts:
    worst = max(parts, key=lambda part: part["badness"])
    values = {str(name): str(value) for name, value in json.loads(worst["row_values"] or "{}").items()}
    return RowFacts(
        row=worst["row_id"],
        outcome=worst["outcome"],
        experimental=test(worst["row_id"], values),
        error=worst["error"],
        fault=worst["fault"],
        tests=sum(part["tests"] for part in parts),
        bad=sum(part["bad"] for part in parts),
        skipped=sum(part["skipped"] for part in parts),
    )
