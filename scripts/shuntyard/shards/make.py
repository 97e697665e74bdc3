"""Makes a plan: scope, lists, filters, pieces, cards. Reads what is named; the day and the network are arguments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from shuntyard.contract import Value
from shuntyard.errors import ShuntyardError
from shuntyard.filters.rows import Row
from shuntyard.lists.fetch import Web
from shuntyard.scope.judge import Judge
from shuntyard.scope.measure import judge_all, measure
from shuntyard.scope.read import read_scope
from shuntyard.shards.cards import lay_out
from shuntyard.shards.discover import find_tests
from shuntyard.shards.durations import DEFAULT, Borrow, Durations, Estimator, read_borrow
from shuntyard.shards.pieces import Piece, cut
from shuntyard.shards.planfile import Left, PlanFile, PlannedRow
from shuntyard.shards.sources import read_disabled, read_filtered, read_list, read_quarantined


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """A row with what it runs."""

    row: Row
    tests: int
    pieces: tuple[Piece, ...]
    unknown_s: float
    sources: Mapping[str, int]


def make_plan(
    inputs: Mapping[str, Value], env: Mapping[str, str], *, shipped: Path, access: Web, lists: Web, today: date
) -> PlanFile:
    """The plan that the inputs of plan-shards describe. `access` asks GitHub, `lists` fetches lists, without a token.

    Raises ShuntyardError for an input that is wrong; a remote list that is away becomes a note instead.
    """
    share, cards, cards_per_job = float(inputs["share"]), int(inputs["cards"]), int(inputs["cards-per-job"])
    if not 0 <= share <= 100:
        raise ShuntyardError(f"{share:g} is no percentage", hint="write a number from 0 to 100")
    judge = Judge(read_scope(shipped, str(inputs["scope"])))
    notes: list[str] = []
    listed = read_list(str(inputs["durations"]), "durations", lists, notes)
    durations = Durations({} if listed is None else listed)
    filtered = read_filtered(inputs, env, access, lists, notes)
    present = find_tests(Path(str(inputs["tests"]))) if inputs["tests"] else None
    configs = {row.config or DEFAULT for row in filtered.rows.kept} or {DEFAULT}
    by_config = {config: durations.names(config) if present is None else present for config in configs}
    verdicts = judge_all(judge, set().union(*by_config.values()))
    if not verdicts:
        raise ShuntyardError("; ".join(["there is no test to plan", *notes]), hint="name `tests` or `durations`")
    enabled = {verdict.test for verdict in verdicts if verdict.enabled(share)}
    borrow, split_s = read_borrow(str(inputs["borrow"])), float(inputs["split-seconds"])
    if split_s <= 0:
        raise ShuntyardError(f"tests cannot be split at {split_s:g} s", hint="write seconds, such as 600")
    hardware = str(inputs["hardware"])
    work = [
        _work(row, by_config[row.config or DEFAULT] & enabled, judge, durations, hardware, borrow, split_s)
        for row in filtered.rows.kept
    ]
    notes += _notes_on(work, hardware)
    layout = lay_out([item.pieces for item in work], cards, cards_per_job, fewest=bool(inputs["fewest-jobs"]))
    if layout.cards % cards_per_job:
        notes.append(f"{layout.cards % cards_per_job} of {cards} cards make no whole job of {cards_per_job}")
    measured = measure(judge, verdicts, share)
    if measured.unreviewed:
        notes.append(f"{measured.unreviewed} tests fit no rule of the scope {judge.scope.name}")
    quarantined = read_quarantined(str(inputs["quarantine"]), env.get("GITHUB_REPOSITORY", ""), today, notes)
    return PlanFile(
        scope=judge.scope.name,
        share=share,
        hardware=hardware,
        cards=cards,
        cards_per_job=cards_per_job,
        tests=measured.tests,
        in_scope=measured.in_scope,
        enabled=measured.enabled,
        makespan_s=layout.makespan_s,
        bound_s=layout.bound_s,
        enough=layout.enough,
        unused=layout.unused,
        unstable=filtered.unstable,
        flags=filtered.flags,
        reenabled=filtered.reenabled,
        rows=tuple(_planned(item) for item in work),
        jobs=layout.jobs,
        left=tuple(Left(name=v.test, reason=why) for v in verdicts if (why := v.why_not(share))),
        left_rows=tuple(Left(name=gone.row.name, reason=gone.reason) for gone in filtered.rows.removed),
        disabled=tuple(read_disabled(inputs, lists, filtered.reenabled, notes)),
        quarantined=quarantined,
        notes=tuple(notes),
    )


def _work(
    row: Row,
    tests: Collection[str],
    judge: Judge,
    durations: Durations,
    hardware: str,
    borrow: Borrow | None,
    split_s: float,
) -> _Work:
    estimator = Estimator(durations, hardware, row.config or DEFAULT, borrow)
    estimates = {test: estimator.estimate(test) for test in sorted(tests)}
    pieces = [
        piece for test, estimate in estimates.items() for piece in cut(test, estimate, judge.whole(test), split_s)
    ]
    sources = Counter(str(estimate.source) for estimate in estimates.values())
    return _Work(
        row=row, tests=len(estimates), pieces=tuple(pieces), unknown_s=estimator.unknown_s, sources=dict(sources)
    )


def _planned(work: _Work) -> PlannedRow:
    return PlannedRow(
        config=work.row.config,
        mode=work.row.mode,
        unstable=work.row.unstable,
        values=dict(work.row.values),
        tests=work.tests,
        pieces=len(work.pieces),
        seconds=sum(piece.estimate_s for piece in work.pieces),
        unknown_s=work.unknown_s,
        sources=dict(work.sources),
    )


def _notes_on(work: Sequence[_Work], hardware: str) -> list[str]:
    """Rows whose plan rests on guesses."""
    return [
        f"{item.row.name}: no duration on {hardware} is known, so its estimates are guesses"
        for item in work
        if item.tests and not item.sources.get("measured")
    ]
