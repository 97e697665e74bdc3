"""Runs that wait for cards, event by event (a heap of ends, arrivals and failures; time jumps from one to the next).

The model. A run arrives with its jobs; a job holds its cards from its start to its end, and only a failing card ends it
before. Waiting runs are served by priority, then first come first served; the head of the queue is not overtaken, so a
run that needs many cards is not starved by small ones (and what stands behind it waits with it). Placement is *per job*
(a job starts as soon as its cards are free) or *gang* (a run's jobs start all at once). A run of a group supersedes one
of the same group that wholly waits, as GitHub's concurrency groups do. A card that fails kills its job, which goes back
to the head of its run with its work lost; the card is away until it is repaired.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from shuntyard.errors import ShuntyardError

PATIENCE = 10.0  # where more is asked for than is there, the backlog is served for so many months and no longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that is asked for at `at_s`. `jobs` are the seconds of each job, set-up included; each takes `cards` cards.
    The lowest `priority` goes first. Runs of one `group` (if not empty) supersede each other while they wait. `due_s`:
    when it should have ended, because the next one begins."""

    at_s: float
    kind: str
    jobs: tuple[float, ...]
    cards: int = 1
    priority: int = 0
    group: str = ""
    due_s: float = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """Each card fails after `mtbf_h` hours on average (exponentially distributed) and is away for `repair_h` hours."""

    mtbf_h: float
    repair_h: float = 24.0


@dataclass(slots=True, eq=False)
class Ran:
    """What became of a run: when it began and ended (seconds; NaN: it was superseded, or never did), and the
    card-seconds that failing cards took from it. `number` counts arrivals; the rest is the simulation's own."""

    run: Run
    number: int
    began_s: float = math.nan
    ended_s: float = math.nan
    superseded: bool = False
    lost_s: float = 0.0
    waiting: deque[float] = field(default_factory=deque)
    running: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Every run in the order of arrival, and what the cards did: card-seconds in use until `until_s`, and at all."""

    runs: tuple[Ran, ...]
    busy_until_s: float
    busy_s: float
    failures: int
    most_busy: int


def simulate(
    runs: Sequence[Run],
    *,
    cards: int,
    until_s: float,
    gang: bool = False,
    failures: Failures | None = None,
    seed: int = 0,
) -> Record:
    """Serves all runs on so many cards, also those that wait when `until_s` (the end of the month) has come; PATIENCE
    ends that, and runs that have not ended by then never do. The seed is for failures.

    Raises ShuntyardError for a run that can never start.
    """
    for run in runs:
        needed = run.cards * (len(run.jobs) if gang else 1)
        if needed > cards:
            raise ShuntyardError(f"a run needs {needed} cards at once, and there are {cards}", hint="use fewer shards")
    return _Yard(runs, cards, until_s, gang, failures, Random(seed)).serve()  # noqa: S311 - a simulation


class _Yard:
    """The state of one simulation."""

    def __init__(
        self, runs: Sequence[Run], cards: int, until_s: float, gang: bool, failures: Failures | None, rng: Random
    ) -> None:
        ordered = sorted(runs, key=lambda run: run.at_s)
        self.arrivals = [Ran(run, number) for number, run in enumerate(ordered)]
        self.cards, self.free, self.away = cards, cards, 0
        self.until_s, self.gang, self.failures, self.rng = until_s, gang, failures, rng
        self.queue: list[tuple[int, int, Ran]] = []  # priority, order of arrival, run
        self.ends: list[tuple[float, int]] = []  # when, job
        self.jobs: dict[int, tuple[Ran, float, float]] = {}  # job → its run, begin, seconds; a killed one is gone
        self.repairs: list[float] = []
        self.by_group: dict[str, Ran] = {}
        self.started = self.failed = self.most_busy = 0
        self.busy_s = self.busy_until_s = self.now = 0.0
        self.left = 0  # runs that have arrived and neither ended nor been superseded

    def serve(self) -> Record:
        failing = self._next_failure() if self.failures else math.inf
        index, total = 0, len(self.arrivals)
        while index < total or self.left:
            arrives = self.arrivals[index].run.at_s if index < total else math.inf
            ends = self.ends[0][0] if self.ends else math.inf
            repaired = self.repairs[0] if self.repairs else math.inf
            now = min(arrives, ends, repaired, failing)
            if now > self.until_s * PATIENCE:
                break
            self._pass_time(now)
            if ends == now:
                self._end()
            elif repaired == now:
                heapq.heappop(self.repairs)
                self.away -= 1
                self.free += 1
            elif arrives == now:
                self._arrive(self.arrivals[index])
                index += 1
            else:
                self._fail()
                failing = self._next_failure()
            if self.queue and self.free:
                self._place()
        return Record(
            runs=tuple(self.arrivals), busy_until_s=self.busy_until_s, busy_s=self.busy_s, failures=self.failed,
            most_busy=self.most_busy,
        )  # fmt: skip

    def _pass_time(self, now: float) -> None:
        busy = self.cards - self.free - self.away
        self.busy_s += busy * (now - self.now)
        if self.now < self.until_s:
            self.busy_until_s += busy * (min(now, self.until_s) - self.now)
        self.now = now

    def _arrive(self, ran: Ran) -> None:
        run = ran.run
        ran.waiting.extend(sorted(run.jobs, reverse=True))
        if not run.jobs:
            ran.began_s = ran.ended_s = self.now
            return
        if run.group:
            before = self.by_group.get(run.group)
            if before and math.isnan(before.began_s):
                before.superseded = True
                before.waiting.clear()
                self.left -= 1
            self.by_group[run.group] = ran
        self._stand(ran)
        self.left += 1

    def _stand(self, ran: Ran) -> None:
        """Puts the run into the queue, at the place of its priority and arrival."""
        heapq.heappush(self.queue, (ran.run.priority, ran.number, ran))

    def _place(self) -> None:
        """Starts what fits, from the head of the queue."""
        while self.queue:
            ran = self.queue[0][2]
            fitting = self.free // ran.run.cards
            wanted = len(ran.waiting)
            if self.gang and math.isnan(ran.began_s) and fitting < wanted:
                return
            starting = min(fitting, wanted)
            for _ in range(starting):
                self._start(ran)
            if ran.waiting:
                return
            heapq.heappop(self.queue)

    def _start(self, ran: Ran) -> None:
        if math.isnan(ran.began_s):
            ran.began_s = self.now
        seconds = ran.waiting.popleft()
        self.free -= ran.run.cards
        self.most_busy = max(self.most_busy, self.cards - self.free - self.away)
        ran.running += 1
        self.started += 1
        self.jobs[self.started] = (ran, self.now, seconds)
        heapq.heappush(self.ends, (self.now + seconds, self.started))

    def _end(self) -> None:
        _, job = heapq.heappop(self.ends)
        held = self.jobs.pop(job, None)
        if held is None:  # a failing card had killed it
            return
        ran = held[0]
        self.free += ran.run.cards
        ran.running -= 1
        if not ran.running and not ran.waiting:
            ran.ended_s = self.now
            self.left -= 1

    def _next_failure(self) -> float:
        """All cards together fail as one Poisson process."""
        if self.failures is None:
            return math.inf
        return self.now + self.rng.expovariate(self.cards / (self.failures.mtbf_h * 3600))

    def _fail(self) -> None:
        """One of the cards, whichever, fails; one that is away already does not fail again."""
        if self.failures is None:
            return
        which = self.rng.randrange(self.cards)
        if which >= self.cards - self.away:
            return
        self.failed += 1
        self.away += 1
        heapq.heappush(self.repairs, self.now + self.failures.repair_h * 3600)
        if which < self.free:
            self.free -= 1
            return
        job = self._holder(which - self.free)
        ran, began, seconds = self.jobs.pop(job)
        ran.running -= 1
        ran.lost_s += (self.now - began) * ran.run.cards
        self.free += ran.run.cards - 1
        stands = bool(ran.waiting)  # it is in the queue as long as jobs of it wait
        ran.waiting.appendleft(seconds)
        if not stands:
            self._stand(ran)

    def _holder(self, which: int) -> int:
        """The job that holds the busy card of that number, counting from 0 in the order in which jobs began."""
        for job, (ran, _, _) in self.jobs.items():
            which -= ran.run.cards
            if which < 0:
                return job
        raise AssertionError("more cards are busy than jobs hold")
