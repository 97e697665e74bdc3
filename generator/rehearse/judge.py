"""The log, the artifacts and the expectations → verdicts on every job and row. Pure but for reading the artifacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from generator import callee
from generator.rehearse.chosen import Chosen, read_chosen
from generator.rehearse.judge_jobs import NEVER_RAN, Circumstances, judge_jobs, worst
from generator.rehearse.judge_rows import Call, judge_rows
from generator.rehearse.observe import Job, Log
from generator.rehearse.outcome import JobVerdict, RowVerdict
from generator.rehearse.placement import Called, place
from generator.rehearse.prepare import Stage
from generator.rehearse.scene import Scene
from generator.rehearse.survey import File
from generator.shape import mapping
from shuntyard.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Judged:
    """Every verdict, the rows of the calls in order, and the jobs as the caller lists them."""

    rows: tuple[RowVerdict, ...]
    jobs: tuple[JobVerdict, ...]


def judge(scene: Scene, stage: Stage, log: Log, evidence: Sequence[Evidence], stopped: str) -> Judged:
    """`stopped` is why the run was ended before its time, empty when it was not."""
    return _Judge(scene, stage, log, evidence, stopped).judge()


class _Judge:
    """One judgement."""

    def __init__(self, scene: Scene, stage: Stage, log: Log, evidence: Sequence[Evidence], stopped: str) -> None:
        self.scene, self.stage, self.evidence, self.stopped = scene, stage, evidence, stopped
        self.complaint = log.complaint
        self.jobs = scene.caller.jobs
        self.files = {name: file for name in self.jobs if (file := self._called_file(self.jobs[name]))}
        called = {name: Called(name=_workflow_name(file), jobs=file.jobs) for name, file in self.files.items()}
        self.placed = place(log.jobs.values(), scene.caller.name, self.jobs, called)
        self.rows: list[RowVerdict] = []
        self.verdicts: list[JobVerdict] = []

    def judge(self) -> Judged:
        groups = {name: self._groups(name) for name in self.files}
        calls = {name: self._judge_called(name, group) for name, group in groups.items() if group}
        own = self._judge_own(calls)
        for name in self.files:
            if name not in calls:
                # act says nothing of a call all of whose jobs are skipped: then their own conditions are the reason.
                started = own[name].reason == NEVER_RAN
                calls[name] = self._judge_called(name, {name: []}, outside=None if started else own[name])
        own = self._judge_own(calls)
        for name in self.jobs:
            self.verdicts += calls.get(name) or [own[name]]
        return Judged(tuple(self.rows), tuple(self.verdicts))

    def _judge_own(self, calls: Mapping[str, Sequence[JobVerdict]]) -> dict[str, JobVerdict]:
        """The verdicts on the caller's jobs; `calls` are those of the called workflows' jobs, by calling job."""
        known = {name: _sum_up(name, found) for name, found in calls.items()}
        return judge_jobs("", self.jobs, self.placed.own, self._circumstances(self._caller_blocked()), known)

    def _groups(self, name: str) -> dict[str, list[Job]]:
        """The observed runs of a called workflow, by the name to show: the job's, or one of its matrix."""
        found = {
            group: jobs for group, jobs in self.placed.called.get(name, {}).items() if any(job.ran for job in jobs)
        }
        return {name if len(found) == 1 else f"{name} ({group})": jobs for group, jobs in found.items()}

    def _judge_called(
        self, name: str, groups: Mapping[str, Sequence[Job]], outside: JobVerdict | None = None
    ) -> list[JobVerdict]:
        """The verdicts on a called workflow's jobs; its rows are judged on the way."""
        file = self.files[name]
        given = frozenset(key for key, value in mapping(self.jobs[name].get("with")).items() if value not in ("", None))
        around = replace(self._circumstances(self.stage.blocked[file.tree, file.path]), outside=outside, given=given)
        verdicts = []
        for label, jobs in groups.items():
            by_id: dict[str, list[Job]] = {}
            for job in jobs:
                by_id.setdefault(job.id, []).append(job)
            chosen = read_chosen(jobs)
            emptied = bool(chosen.whole) and not chosen.kept
            judged = judge_jobs(label, file.jobs, by_id, replace(around, emptied=emptied))
            verdicts += list(judged.values())
            call = Call(
                label=label, jobs=file.jobs, observed=jobs, verdicts=judged, stopped=self.stopped, outside=outside
            )
            self._judge_rows(name, call, chosen)
        return verdicts

    def _judge_rows(self, name: str, call: Call, chosen: Chosen) -> None:
        for expected in self.scene.expected:
            if expected.call.job == name:
                globs = self.scene.order.rows
                self.rows += judge_rows(expected, call, chosen, self.evidence, globs, self.scene.obstacle)

    def _circumstances(self, blocked: Mapping[str, str]) -> Circumstances:
        return Circumstances(blocked=blocked, complaint=self.complaint, stopped=self.stopped)

    def _caller_blocked(self) -> Mapping[str, str]:
        return self.stage.blocked.get(("caller", self.scene.caller.path), {})

    def _called_file(self, job: Mapping[str, Any]) -> File | None:
        """The workflow that a job of the caller calls, where it is at hand."""
        if not isinstance(job.get("uses"), str):
            return None
        meant = callee.parse(job["uses"], self.scene.toolkit.settings.repository)
        tree = "toolkit" if meant.kind == "toolkit" else "caller"
        return next((f for f in self.stage.survey.files.values() if (f.tree, f.path) == (tree, meant.path)), None)


def _sum_up(name: str, verdicts: Sequence[JobVerdict]) -> JobVerdict:
    """A call's verdict, for the jobs that need it: the worst of its jobs."""
    found = worst(verdicts)
    assert found is not None, "a workflow has jobs"
    return JobVerdict(call="", job=name, verdict=found.verdict, reason=found.reason)


def _workflow_name(file: File) -> str:
    name = file.document.data.get("name") if isinstance(file.document.data, dict) else None
    return name if isinstance(name, str) and name else file.path.rsplit("/", 1)[-1]
