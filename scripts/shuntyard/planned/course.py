"""The pieces of every card in turn: what runs next, when a card stops, and what is said meanwhile."""

from __future__ import annotations

import tempfile
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from shuntyard.human import count, duration
from shuntyard.planned.cards import Task, run_cards
from shuntyard.planned.job import Job
from shuntyard.planned.piece import Running, folder_name, never_run
from shuntyard.proc.log import read_tail
from shuntyard.proc.run import Finished
from shuntyard.result import BAD_CASES, CaseResult
from shuntyard.text import clip, visible

_SHOWN, _SHOWN_VERBOSE = 20_000, 20_000_000  # bytes of a log


class Course(NamedTuple):
    """What came of a job. `pieces` have run, at least in part; `unrun` stand for files that were not begun; `errors`
    are what went wrong outside of any piece."""

    pieces: tuple[Running, ...]
    unrun: tuple[CaseResult, ...]
    errors: tuple[str, ...]
    duration_s: float
    peak_memory_mb: float
    interrupted: bool


def run_course(job: Job, folder: Path) -> Course:
    """Runs every piece of the job; each leaves a folder below `folder`."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="shuntyard-caches-") as caches:
        cards = [_Card(job, number, folder, Path(caches)) for number in range(len(job.cards))]
        deadline = started + job.limit_s
        interrupted = run_cards(
            len(cards),
            lambda card: cards[card].next_task(deadline - time.monotonic()),
            lambda card, finished: cards[card].ended(finished),
        )
    unrun = [case for card in cards for case in card.unrun(interrupted)]
    late = sum(card.is_late for card in cards)
    errors = [f"the time limit of {job.limit_s / 60:g} min was over before {count(late, 'card')} had begun every piece"]
    return Course(
        pieces=tuple(running for card in cards for running in card.pieces),
        unrun=tuple(unrun),
        errors=(*(errors if late else ()), *(["interrupted"] if interrupted else ())),
        duration_s=time.monotonic() - started,
        peak_memory_mb=sum(max((each.peak_memory_mb for each in card.pieces), default=0.0) for card in cards),
        interrupted=interrupted,
    )


class _Card:
    """One card: its pieces that are left, the one that runs, those that have run."""

    def __init__(self, job: Job, number: int, folder: Path, caches: Path) -> None:
        self.pieces: list[Running] = []
        self.is_late = False
        self._job, self._number = job, number
        self._folder, self._cache = folder / f"card-{number}", caches / str(number)
        self._left = deque(job.cards[number])
        self._again = False
        self._stopped = ""

    def next_task(self, left_s: float) -> Task | None:
        """What runs next on the card; `left_s` seconds are left for all of it."""
        if left_s <= 0 and (self._left or self._again):
            self.is_late = self.is_late or bool(self._left)
            self._again = False
            self._stopped = f"the time limit of the job ({self._job.limit_s / 60:g} min) was over"
        while not self._stopped and not self._again and self._left:
            piece = self._left.popleft()
            folder = self._folder / folder_name(len(self.pieces) + 1, piece)
            self.pieces.append(Running(self._job, piece, self._number, folder))
            if self._is_there(self.pieces[-1]):
                return self.pieces[-1].task(left_s, self._cache)
            self._say_end()
        return self.pieces[-1].task(left_s, self._cache) if self._again else None

    def _is_there(self, running: Running) -> bool:
        workspace = self._job.setting.workspace
        file = (workspace / running.path).resolve()
        if file.is_file() and file.is_relative_to(workspace):
            return True
        running.errors.append(f"the repository does not have {running.path}")
        return False

    def ended(self, finished: Finished) -> None:
        running = self.pieces[-1]
        self._again = running.took(finished)
        if self._again:
            crashed = next(case.case for case in reversed(running.cases) if case.outcome == "crashed")
            self._say(f"{running.piece.id}: goes on after {crashed}, which crashed")
            return
        self._say_end()
        if finished.interrupted:
            self._stopped = "the run was interrupted"

    def _say_end(self) -> None:
        running = self.pieces[-1]
        bad = [case for case in running.cases if case.outcome in BAD_CASES]
        told = [count(len(running.cases), "test"), *([f"{len(bad)} bad"] if bad else []), duration(running.duration_s)]
        word = "failed" if running.blocks else "passed, though not all of it" if bad else "passed"
        self._say(f"{running.piece.id}: {word}, {', '.join(told)}")
        for error in running.errors:
            self._say(error)
        if running.left_behind:
            self._say(f"ended what was left running: {', '.join(running.left_behind)}")
        verbose = bool(self._job.plan.flags.get("ci-verbose-test-logs"))
        if verbose or bad or running.errors:
            self._show(running, _SHOWN_VERBOSE if verbose else _SHOWN)
        if running.blocks and not self._job.keeps_going:
            self._stopped = f"{running.path} failed before it, and without keep-going that ends the card"

    def _show(self, running: Running, size: int) -> None:
        console = self._job.setting.console
        with console.group(f"card {self._number}: {running.piece.id}"):
            for log in running.logs:
                for each in read_tail(log, size).splitlines():
                    print("|", clip(visible(each).replace("##[", "## ["), 2000))  # no command to the runner

    def _say(self, text: str) -> None:
        self._job.setting.console.say(f"card {self._number}: {text}")

    def unrun(self, interrupted: bool) -> Sequence[CaseResult]:
        """The files of the pieces that were not begun."""
        why = self._stopped or ("the run was interrupted" if interrupted else "its card ended")
        paths = [Running(self._job, piece, self._number, self._folder).path for piece in self._left]
        return [never_run(path, why) for path in paths]
