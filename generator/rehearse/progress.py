"""What a person sees while act works: a line when a job starts or ends, and on a terminal what runs now."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from generator.rehearse.observe import Job
from shuntyard.human import duration
from shuntyard.text import line

WIDTH = 100


class Progress:
    """Fed with each job that a line is about."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self.stream = stream
        self.clock = clock
        self.live = stream.isatty()
        self.started = clock()
        self.running: dict[int, Job] = {}
        self.told: set[int] = set()
        self.shown = ""

    def say(self, text: str) -> None:
        """A line that stays."""
        self._clear()
        print(text, file=self.stream, flush=True)

    def note(self, job: Job | None) -> None:
        """Tells of the job when it has begun or ended."""
        if job is None or not job.steps:
            return
        if id(job) not in self.told and not job.result:
            self.told.add(id(job))
            self.running[id(job)] = job
            if not self.live:
                self.say(f"  started   {label(job)}")
        elif job.result and id(job) in self.running:
            del self.running[id(job)]
            self.say(f"  {_word(job):<9} {label(job)}  {duration(job.seconds)}")

    def tick(self) -> None:
        """Shows what runs now, on a terminal only."""
        if not self.live:
            return
        names = ", ".join(label(job) for job in self.running.values())
        text = line(f"  {self.elapsed:.0f} s  {names}", WIDTH) if names else ""
        if text != self.shown:
            self._clear()
            self.stream.write(text)
            self.stream.flush()
            self.shown = text

    def finish(self) -> None:
        """Leaves the terminal's line empty."""
        self._clear()

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return self.clock() - self.started

    def _clear(self) -> None:
        if self.shown:
            self.stream.write("\r\x1b[K")
            self.shown = ""


def label(job: Job) -> str:
    """The job's id, and its unit or its other matrix values."""
    values = [str(value) for value in job.matrix.values() if isinstance(value, str | int | float)]
    return line(" ".join([job.id, str(job.matrix["unit"]) if "unit" in job.matrix else ", ".join(values)]).strip(), 80)


def _word(job: Job) -> str:
    if job.refusals:
        return "left out"
    return "failed" if job.failed_step or (job.result == "failure" and not job.matrix) else "done"
