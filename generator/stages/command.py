"""`shuntyard stage` at work: today's stage, the next one's criteria, the capacity plan of all."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import replace
from datetime import datetime, timezone

from generator.ladder.effective import effective
from generator.problems import show as show_problems
from generator.stages import criteria, demand, show
from generator.stages.plan import StagePlan, Tell, plan
from generator.stages.read import Staged, find_stages
from shuntyard import wire
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS, Problem


def run(arguments: argparse.Namespace) -> int:
    staged = _asked(find_stages(arguments.root, arguments.pipeline), arguments)
    now = effective(staged.pipeline, staged.block, staged.stage)
    results, unread = _criteria(staged, arguments)
    work = demand.work(staged, arguments.durations, arguments.scope)
    plans = plan(staged, work, days=arguments.simulate, seed=arguments.seed, tell=_teller())
    disagrees = demand.disagrees(staged, work)
    last = staged.block.ladder[-1].stage
    if arguments.json:
        data = {
            "schema": 1,
            "effective": wire.encode(now),
            "criteria": wire.encode(results),
            "plans": [_as_json(each) for each in plans],
            "durations": work.source,
            "told": [disagrees] if disagrees else [],
            "problems": wire.encode(unread),
        }
        print(json.dumps(data, indent=2, allow_nan=False))
    else:
        print(show.stage(now, last), end="\n\n")
        print(show.criteria(now.stage + 1, results) if now.stage < last else "this is the last stage", end="\n\n")
        print(show.capacity(plans, work.source, arguments.simulate))
        if disagrees:
            print(f"\nlook at this: {disagrees}")
    show_problems(unread, "text", sys.stderr)
    chosen = next(each for each in plans if each.stage.stage == now.stage)
    return EXIT_PROBLEMS if unread or not chosen.keeps else EXIT_GOOD


def _asked(staged: Staged, arguments: argparse.Namespace) -> Staged:
    """The stages as the options would have them. Raises ShuntyardError for a stage that there is not."""
    if arguments.stage is not None:
        staged = replace(staged, stage=staged.item(arguments.stage).stage)
    if arguments.slowdown is not None:
        tests = staged.block.tests.model_copy(update={"slowdown": arguments.slowdown})
        staged = replace(staged, block=staged.block.model_copy(update={"tests": tests}))
    return staged


def _criteria(staged: Staged, arguments: argparse.Namespace) -> tuple[tuple[criteria.Result, ...], tuple[Problem, ...]]:
    """Those of the stage after this one; measured where a history is given."""
    if staged.stage == staged.block.ladder[-1].stage:
        return (), ()
    following = staged.item(staged.stage + 1)
    history = arguments.history or os.environ.get("SHUNTYARD_HISTORY", "")
    if not history:
        return criteria.unmeasured(staged.block, following), ()
    now = arguments.at or datetime.now(timezone.utc).replace(tzinfo=None)
    found, unread = criteria.measure(
        staged.pipeline, staged.block, following, history=history, repository=arguments.repository, now=now
    )
    return found, tuple(unread)


def _as_json(each: StagePlan) -> object:
    """As it is, with what its properties say."""
    return {**wire.encode(each), "keeps": each.keeps}


def _teller() -> Tell:
    started = time.monotonic()

    def tell(text: str) -> None:
        print(f"{time.monotonic() - started:5.1f} s  {text}", file=sys.stderr, flush=True)

    return tell
