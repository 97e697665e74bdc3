"""A pipeline file → a workflow: its jobs, what each passes to its action, when it runs, what it may do."""

from __future__ import annotations

from dataclasses import replace

from generator import schema
from generator.closing import GATE, gate_job, with_used_outputs, workflow_outputs
from generator.faults import suggest
from generator.inputs import SELECT_ACTION, needed_inputs, workflow_inputs, workflow_secrets, workflow_triggers
from generator.load import Pipeline, Toolkit
from generator.needs import check_needs, needs_of
from generator.pipeline import (
    AllNeeds,
    Composite,
    Condition,
    Fallback,
    InputRef,
    Job,
    JobOutput,
    Joined,
    Lookup,
    MatrixField,
    Secret,
    Step,
    StepOutput,
    Uses,
    Value,
    Variable,
    Workflow,
)
from generator.rowvalues import SELECT, ValueReader
from generator.source import KeyPath
from shuntyard.contract import Input
from shuntyard.errors import Problem, ProblemsFound

CHECKOUT = Step(id="checkout", uses=Uses("marketplace", "actions/checkout"), with_={"persist-credentials": False})
SELECT_MINUTES = 10
FLAGS_VARIABLE = "SHUNTYARD_FLAGS"  # a rollout or an alert changes it; it takes effect with the next run
SELECTED = ("matrix", "plan", "count", "artifacts")
__all__ = ["CHECKOUT", "FLAGS_VARIABLE", "GATE", "SELECT", "assemble"]


def assemble(toolkit: Toolkit, composites: dict[str, Composite], pipeline: Pipeline) -> Workflow:
    """The pipeline's workflow. Raises ProblemsFound with every fault in its jobs, gate, inputs and outputs."""
    assembler = _Assembler(toolkit, composites, pipeline)
    workflow = assembler.workflow()
    if assembler.problems:
        raise ProblemsFound(assembler.problems)
    return workflow


class _Assembler:
    """One assembly; collects problems on the way."""

    def __init__(self, toolkit: Toolkit, composites: dict[str, Composite], pipeline: Pipeline) -> None:
        self.toolkit = toolkit
        self.composites = composites
        self.model = pipeline.model
        self.document = pipeline.document
        self.problems: list[Problem] = []
        self.selects = any(job.matrix for job in self.model.jobs.values())
        self.inputs, problems = workflow_inputs(pipeline, composites)
        self.problems += problems

    def workflow(self) -> Workflow:
        self.problems += check_needs(self.model.jobs, self.document, reserved=(SELECT, GATE))
        secrets = workflow_secrets(self.model, self.composites)
        triggers, problems = workflow_triggers(self.toolkit, self.model, self.document, self.inputs, secrets)
        self.problems += problems
        triggers = replace(triggers, needed=needed_inputs(self.model, self.composites))
        jobs = [self._select_job()] if self.selects else []
        jobs += [self._job(name, job) for name, job in self.model.jobs.items()]
        if self.model.gate:
            gate, problems = gate_job(self.model, self.document, self.selects, self._hub())
            self.problems += problems
            jobs.append(gate)
        outputs, problems = workflow_outputs(self.model, self.document, jobs, self.composites)
        self.problems += problems
        return Workflow(
            name=self.model.pipeline,
            summary=self.model.summary,
            source=self.document.file,
            triggers=triggers,
            jobs=with_used_outputs(self.model, jobs),
            outputs=outputs,
        )

    def _fault(self, path: KeyPath, message: str, hint: str = "", rule: str = "jobs") -> None:
        self.problems.append(self.document.problem(path, message, hint=hint, rule=rule))

    def _input(self, name: str) -> InputRef:
        home = self.model.at_home.get(name, "")
        return InputRef(name, str(home).lower() if isinstance(home, bool) else str(home))

    # --- jobs

    def _select_job(self) -> Job:
        steps: list[Step] = []
        overrides: dict[str, Value] = {"variable-flags": Variable(FLAGS_VARIABLE)}
        if "matrix" in self.inputs:
            when = InputRef("matrix")
            steps.append(replace(CHECKOUT, when=when))
            compile_with: dict[str, Value] = {"matrix": when}
            steps.append(Step(id="compile-matrix", uses=Uses("own", "compile-matrix"), with_=compile_with, when=when))
            overrides["compiled"] = StepOutput("compile-matrix", "compiled")
        if self.model.rows == "own":
            overrides["pipeline"] = self.model.pipeline
        steps.append(self._step(SELECT_ACTION, overrides))
        return Job(
            id=SELECT,
            steps=tuple(steps),
            runs_on=self._hub(),
            timeout_minutes=SELECT_MINUTES,
            condition=Condition(
                abroad=self.model.abroad,
                no_forks=not self.model.triggers.forks,
                labels=self._labels(),
                no_labels=not self.model.triggers.forks and not self._labels(),
            ),
            permissions={"contents": "read"},
            outputs={name: StepOutput(SELECT_ACTION, name) for name in self._selected()},
        )

    def _or_input(self, name: str, value: Value) -> Value:
        """A value of a job's `with`. One that depends on the row or the size gives way to what a caller sets."""
        if name in self.inputs and isinstance(value, MatrixField | Lookup | Joined):
            return Fallback(self._input(name), value)
        return value

    def _labels(self) -> tuple[str, ...]:
        """The labels whose `labeled` events start the pipeline."""
        triggers = self.model.triggers
        return tuple(triggers.labels) if triggers.labels_as == "events" else ()

    def _selected(self) -> list[str]:
        """The outputs of the selection that the other jobs use."""
        groups = ["groups"] if any(job.axes for job in self.model.jobs.values()) else []
        size = ["size"] if self.model.sizes else []
        used = [item.name for job in self.model.jobs.values() for item in self._action_inputs(job.action)]
        return [*SELECTED, *groups, *size, *(["call"] if "call" in used else []), *self._named()]

    def _action_inputs(self, action: str) -> tuple[Input, ...]:
        return self.composites[action].inputs if action in self.composites else ()

    def _job(self, name: str, job: schema.Job) -> Job:
        path: KeyPath = ("jobs", name)
        needs = needs_of(job)
        composite = self.composites.get(job.action)
        if composite is None:
            self._fault(
                (*path, "action"), f"unknown action {job.action!r}", suggest(job.action, self.composites), "contract"
            )
            return Job(id=name, steps=(), runs_on=self._hub(), timeout_minutes=job.timeout_minutes)
        if self.selects and SELECT not in needs:
            needs.insert(0, SELECT)
        self._check_with(path, job, composite)
        reader = ValueReader(self.model, self.document, name)
        values = reader.values()
        self.problems += reader.problems
        steps = [CHECKOUT] if composite.workspace else []
        values = {key: self._or_input(key, value) for key, value in values.items()}
        steps.append(self._step(job.action, {**self._bindings(job, needs), **values}))
        return Job(
            id=name,
            steps=tuple(steps),
            runs_on=self._runs_on(path, job),
            timeout_minutes=job.timeout_minutes,
            needs=tuple(needs),
            matrix=JobOutput(SELECT, "groups" if job.axes else "matrix") if job.matrix else None,
            group="-".join(job.axes),
            tolerated=job.tolerated,
            tolerant=bool(job.matrix and self.model.experimental),
            condition=self._condition(path, job),
            permissions={**({"contents": "read"} if composite.workspace else {}), **composite.permissions},
        )

    def _condition(self, path: KeyPath, job: schema.Job) -> Condition:
        if job.when and job.when not in self.inputs:
            hint = f"{suggest(job.when, self.inputs)}; inputs are listed in `triggers.call`"
            self._fault((*path, "when"), f"the pipeline has no input {job.when!r}", hint, "contract")
        given = self._input(job.when) if job.when and job.when in self.inputs else None
        abroad = self.model.abroad and not self.selects  # else the selection says so for all
        if job.always:
            return Condition(abroad=abroad, given=given, always=True, unless_skipped=SELECT if self.selects else "")
        return Condition(abroad=abroad, given=given, positive=JobOutput(SELECT, "count") if job.matrix else None)

    def _bindings(self, job: schema.Job, needs: list[str]) -> dict[str, Value]:
        """What the toolkit itself passes between the jobs, by the input's name."""
        bindings: dict[str, Value] = {"needs": AllNeeds(tuple(needs))} if needs else {}
        if self.selects:
            bindings["plan"] = JobOutput(SELECT, "plan")
            bindings["artifacts"] = JobOutput(SELECT, "artifacts")
            bindings["call"] = JobOutput(SELECT, "call")
        if job.rows:
            bindings["unit"] = MatrixField("plan", as_json=True)
            chosen = self._input("python-version") if "python-version" in self.inputs else None
            bindings["python-version"] = MatrixField("python", or_input=chosen)
        bindings["pipeline"] = JobOutput(SELECT, "pipeline") if self._named() else self.model.pipeline
        return bindings

    def _named(self) -> tuple[str, ...]:
        """The output that names the pipeline, where only the selection knows which one the caller asked for."""
        return ("pipeline",) if self.selects and self.model.rows == "caller" else ()

    def _step(self, action: str, bound: dict[str, Value]) -> Step:
        """A step that runs an own action: bound values first, then the workflow's inputs of the same names."""
        with_: dict[str, Value] = {}
        for item in self._action_inputs(action):
            if item.name in bound:
                with_[item.name] = bound[item.name]
            elif item.secret:
                with_[item.name] = Secret(item.secret)
            elif item.name in self.inputs:
                with_[item.name] = self._input(item.name)
        return Step(id=action, uses=Uses("own", action), with_=with_)

    def _check_with(self, path: KeyPath, job: schema.Job, composite: Composite) -> None:
        names = [item.name for item in composite.inputs]
        for name in job.with_:
            if name not in names:
                self._fault(
                    (*path, "with", name), f"{job.action} has no input {name!r}", suggest(name, names), "contract"
                )

    def _runs_on(self, path: KeyPath, job: schema.Job) -> tuple[str, ...]:
        if job.runner is None:
            return self._hub()
        if job.runner not in self.toolkit.runners:
            hint = suggest(job.runner, self.toolkit.runners)
            self._fault((*path, "runner"), f"unknown runner {job.runner!r}", hint, "runners")
            return ()
        return tuple(self.toolkit.runners[job.runner].labels)

    def _hub(self) -> tuple[str, ...]:
        runner = self.toolkit.runners.get(self.toolkit.settings.hub)
        return tuple(runner.labels) if runner else ()
