"""act's JSON lines → what each job and step did. Pure.

A job's own result is not taken at its word where it has a matrix: after one row fails, act 0.2.89 reports its passing
siblings as failed too. So steps are what counts.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from generator.rehearse.standins.step import NOT_EXERCISED, STEP_ID
from generator.shape import mapping, texts

TAIL = 15  # lines of a job's log that are kept to show why it failed
_CONTINUED = "Failed but continue next step"
_COMPLAINT = re.compile(r"Error: (?!Job '.*' failed$)", re.DOTALL)
_CANCELLED = "this step has been cancelled"
_UNSUPPORTED = "Skipping unsupported platform"


@dataclass(slots=True, kw_only=True)
class Step:
    """One step, at one stage (Pre, Main or Post). `id` has more than one part inside a composite action."""

    id: tuple[str, ...]
    stage: str
    name: str
    result: str = ""
    seconds: float = 0.0
    continued: bool = False

    @property
    def failed(self) -> bool:
        """Whether it fails its job."""
        return self.result == "failure" and not self.continued


@dataclass(slots=True, kw_only=True)
class Job:
    """One job that act started, or said that it would not. `name` is act's path of it; times are the reader's."""

    name: str
    id: str
    matrix: dict[str, Any]
    started: float
    ended: float = 0.0
    result: str = ""
    unsupported: bool = False
    cancelled: bool = False
    steps: dict[tuple[str, tuple[str, ...]], Step] = field(default_factory=dict)
    outputs: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    tails: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=TAIL)))

    @property
    def seconds(self) -> float:
        return max(self.ended - self.started, 0.0)

    @property
    def ran(self) -> bool:
        return bool(self.steps) or bool(self.result)

    def tail(self) -> tuple[str, ...]:
        """The end of the log of the step that fails it, else of its last step that said anything."""
        step = self.failed_step
        said = self.tails[step.id[0]] if step else next(reversed(self.tails.values()), ())
        return tuple(said)

    @property
    def forgiven_step(self) -> Step | None:
        """The first step of the job itself that failed and does not fail it."""
        own = (step for step in self.steps.values() if len(step.id) == 1)
        return next((step for step in own if step.result == "failure" and step.continued), None)

    @property
    def failed_step(self) -> Step | None:
        """The first step of the job itself that fails it."""
        return next((step for step in self.steps.values() if len(step.id) == 1 and step.failed), None)


@dataclass(slots=True)
class Log:
    """Everything read so far. `loose` are the lines that belong to no job, act's complaints among them."""

    jobs: dict[tuple[str, str], Job] = field(default_factory=dict)
    loose: list[str] = field(default_factory=list)

    def read(self, text: str, now: float) -> Job | None:
        """Takes one line in; the job that it is about."""
        line = _parse(text)
        if line is None or not line.get("job"):
            self.loose.append(str(line.get("msg", "")) if line else text)
            return None
        job = self._job(line, now)
        job.ended = now
        if line.get("command"):
            _read_command(job, line)
        elif line.get("raw_output"):
            job.tails["".join(_step_id(line)[:1])].append(str(line.get("msg", "")).rstrip("\n"))
        else:
            _read_message(job, line)
        return job

    @property
    def complaint(self) -> str:
        """Why act did not run the workflow, or not all of it, in its own words; empty when it did.

        That a job failed is no complaint.
        """
        start = next((i for i, line in enumerate(self.loose) if _COMPLAINT.match(line)), None)
        return "" if start is None else "\n".join(self.loose[start:]).removeprefix("Error: ").strip()

    def _job(self, line: dict[str, Any], now: float) -> Job:
        name, matrix = str(line["job"]).strip(), mapping(line.get("matrix"))
        key = name, json.dumps(matrix, sort_keys=True)
        if key not in self.jobs:
            self.jobs[key] = Job(name=name, id=str(line.get("jobID", "")), matrix=matrix, started=now)
        return self.jobs[key]


def _parse(text: str) -> dict[str, Any] | None:
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None


def _read_command(job: Job, line: dict[str, Any]) -> None:
    """`::set-output::`, `::error::`. A refusal counts only in a stand-in's own step: a test could print one."""
    step = _step_id(line)
    if line["command"] == "set-output":
        job.outputs.setdefault(step, {})[str(line.get("name", ""))] = str(line.get("arg", ""))
    elif line["command"] == "error":
        title = mapping(line.get("kvPairs")).get("title", "")
        message = str(line.get("arg", ""))
        if title == NOT_EXERCISED and step[-1:] == (STEP_ID,):
            job.refusals.append(message)
        else:
            job.errors.append(message)
            job.tails["".join(step[:1])].append(f"error: {message}")


def _read_message(job: Job, line: dict[str, Any]) -> None:
    message = str(line.get("msg", ""))
    if line.get("jobResult"):
        job.result = str(line["jobResult"])
    if _UNSUPPORTED in message:
        job.unsupported = True
    if message.startswith(_CANCELLED):
        job.cancelled = True
    if line.get("level") == "error":
        job.errors.append(message)
    if not line.get("stage"):
        return
    key = str(line["stage"]), _step_id(line)
    step = job.steps.setdefault(key, Step(id=key[1], stage=key[0], name=str(line.get("step", ""))))
    if message == _CONTINUED:
        step.continued = True
    if line.get("stepResult"):
        step.result = str(line["stepResult"])
        took = line.get("executionTime")
        step.seconds = took / 1e9 if isinstance(took, int) else 0.0


def _step_id(line: dict[str, Any]) -> tuple[str, ...]:
    return tuple(texts(line.get("stepID")))
