"""GitHub Actions: symbols become expressions here, and nowhere else."""

from __future__ import annotations

import json

from generator import schema
from generator.load import Toolkit
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
    Temp,
    Uses,
    Value,
    Variable,
    Workflow,
)
from generator.targets import style
from generator.targets.github_events import on
from shuntyard.contract import Input


class GitHub:
    """Renders for one toolkit: its repository, its pins."""

    def __init__(self, toolkit: Toolkit) -> None:
        self.settings: schema.ToolkitFile = toolkit.settings
        self.pins = toolkit.pins
        environment = style.environment("github")
        environment.filters["value"] = lambda value: style.scalar(self.spell(value))
        environment.globals["uses"] = self.uses
        environment.globals["condition"] = self.condition
        environment.globals["when"] = self.when
        environment.globals["script_environment"] = self.script_environment
        environment.globals["run_line"] = run_line
        environment.globals["job_name"] = job_name
        self.environment = environment

    def workflow(self, workflow: Workflow) -> str:
        """`.github/workflows/<name>.yml`"""
        text = self.environment.get_template("workflow.yml.j2").render(
            workflow=workflow, triggers=on(workflow), has_instance=_has_instance(workflow)
        )
        return style.yaml_file(workflow.source, text, comments=self.comments())

    def action(self, composite: Composite) -> str:
        """`actions/<name>/action.yml`"""
        text = self.environment.get_template("action.yml.j2").render(action=composite)
        return style.yaml_file(composite.source, text, comments=self.comments())

    def actionlint(self, toolkit: Toolkit) -> str:
        """`.github/actionlint.yaml`: the labels of self-hosted runners, so that actionlint knows them."""
        labels = sorted({label for runner in toolkit.runners.values() if not runner.hosted for label in runner.labels})
        own = [label for label in labels if label not in ("self-hosted", "linux", "x64", "arm64", "windows", "macos")]
        data = {"self-hosted-runner": {"labels": own}}
        return f"# {style.headline('matrices/runners.yml')}\n" + style.dump_yaml(data, comments={})

    def zizmor(self) -> str:
        """`.github/zizmor.yml`: callers may follow this toolkit's own version; every other action needs a commit."""
        policies = {f"{self.settings.repository}/*": "ref-pin", "*": "hash-pin"}
        data = {"rules": {"unpinned-uses": {"config": {"policies": policies}}}}
        return f"# {style.headline('matrices/toolkit.yml')}\n" + style.dump_yaml(data, comments={})

    def comments(self) -> dict[str, str]:
        """The version that each pinned commit is, as a comment behind it."""
        return {f"{name}@{pin.commit}": pin.version for name, pin in self.pins.items()}

    def uses(self, uses: Uses) -> str:
        """The reference of an action. An own action's form is decided here for all files."""
        if uses.kind == "marketplace":
            return f"{uses.name}@{self.pins[uses.name].commit}"
        if self.settings.self_reference == "local":
            return f"$/actions/{uses.name}"
        return f"{self.settings.repository}/actions/{uses.name}@{self.settings.version}"

    def spell(self, value: Value) -> str | int | bool:
        """A value as GitHub reads it. A literal holds no expression: the loader refuses `${{`, and so does this."""
        if isinstance(value, str | int | bool):
            if isinstance(value, str) and "${{" in value:
                raise ValueError(f"a literal must not hold an expression: {value!r}")
            return value
        if isinstance(value, AllNeeds):
            results = ", ".join(f'"{job}": {{"result": "${{{{ needs.{job}.result }}}}"}}' for job in value.jobs)
            return f"{{{results}}}"
        if isinstance(value, Temp):
            return "${{ runner.temp }}/" + value.path
        if isinstance(value, Joined):
            return "".join(str(self.spell(part)) for part in value.parts)
        return "${{ " + self.expression(value) + " }}"

    def expression(self, value: Value) -> str:
        """A symbol as an expression, without its braces."""
        match value:
            case InputRef(name=name, home=""):
                return f"inputs.{name}"
            case InputRef(name=name, home=home):
                at_home = f"github.repository == {quoted(self.settings.repository)}"
                return f"inputs.{name} || ({at_home} && {quoted(home)}) || ''"
            case StepOutput(step=step, name=name):
                return f"steps.{step}.outputs.{name}"
            case JobOutput(job=job, name=name):
                return f"needs.{job}.outputs.{name}"
            case MatrixField(name=name, key=key) if key:
                return f"matrix.{name}[{quoted(key)}]"
            case MatrixField(name=name, as_json=True):
                return f"toJSON(matrix.{name})"
            case MatrixField(name=name, or_input=InputRef() as ref):
                return f"matrix.{name} || {self.expression(ref)}"
            case MatrixField(name=name):
                return f"matrix.{name}"
            case Variable(name=name):
                return f"vars.{name}"
            case Secret(name=name):
                return f"secrets.{name}"
            case Fallback(first=first, then=Joined(parts=parts)):
                texts = [quoted(part) if isinstance(part, str) else self.expression(part) for part in parts]
                holes = "".join(f"{{{index}}}" for index in range(len(texts)))
                return f"{self.expression(first)} || format({quoted(holes)}, {', '.join(texts)})"
            case Fallback(first=first, then=then):
                return f"{self.expression(first)} || {self.expression(then)}"
            case Lookup(by=by, table=table):
                return f"fromJSON({quoted(json.dumps(table))})[{self.expression(by)}]"
            case _:
                raise TypeError(f"not a symbol: {value!r}")

    def condition(self, condition: Condition) -> str:
        """A job's `if:`; empty when it has none."""
        parts = []
        if condition.abroad:
            parts.append(f"github.repository != {quoted(self.settings.repository)}")
        if condition.no_forks:
            own = "github.event.pull_request.head.repo.full_name == github.repository"
            parts.append(f"github.event_name != 'pull_request' || {own}")
        if condition.labels:
            wanted = " || ".join(f"github.event.label.name == {quoted(label)}" for label in condition.labels)
            parts.append("github.event.action != 'unlabeled'")
            parts.append(f"github.event.action != 'labeled' || {wanted}")
        if condition.no_labels:
            parts.append("github.event.action != 'unlabeled'")
            parts.append("github.event.action != 'labeled'")
        if condition.given:
            given = self.expression(condition.given)
            parts.append(f"({given}) != ''" if "||" in given else f"{given} != ''")
        if condition.positive:
            parts.append(f"{self.expression(condition.positive)} != '0'")
        if condition.always:
            parts.append("always()")
        if condition.unless_skipped:
            parts.append(f"needs.{condition.unless_skipped}.result != 'skipped'")
        if len(parts) > 1:
            parts = [f"({part})" if " || " in part else part for part in parts]
        return "${{ " + " && ".join(parts) + " }}" if parts else ""

    def when(self, step: Step) -> str:
        """A step's `if:`; empty when it has none."""
        parts = ["always()"] if step.always else []
        path = step.with_.get("path")
        if step.always and isinstance(path, StepOutput):  # a step that ended before it said where left nothing
            parts.append(f"{self.expression(path)} != ''")
        if step.when:
            parts.append(f"inputs.{step.when.name} != ''")
        return "${{ " + " && ".join(parts) + " }}" if parts else ""

    def script_environment(self, step: Step, inputs: tuple[Input, ...]) -> dict[str, str | int | bool]:
        """The variables that carry a script's inputs."""
        known = {item.name: item for item in inputs}
        environment = {Input(name=name, help="").variable: self.spell(value) for name, value in step.with_.items()}
        assert all(value.name in known for value in step.with_.values() if isinstance(value, InputRef))
        if step.interpreter:
            environment["SHUNTYARD_PYTHON"] = self.spell(step.interpreter)
        if step.token:
            environment["GH_TOKEN"] = "${{ github.token }}"  # noqa: S105 - an expression, no token
        return environment


def run_line(uses: Uses, interpreter: StepOutput | None) -> str:
    """The one line that starts a script: its path is fixed, its inputs travel through the environment.

    `-S` and `-E` keep site-packages and PYTHON* variables of the tested project out of a runner-side script.
    """
    script = f'"$GITHUB_ACTION_PATH/../../scripts/{uses.name.replace("-", "_")}.py"'
    return f'"$SHUNTYARD_PYTHON" {script}' if interpreter else f"python3 -SE {script}"


def quoted(text: str) -> str:
    """A string literal of the expression language: the only escape is a doubled quote."""
    return "'" + text.replace("'", "''") + "'"


def _has_instance(workflow: Workflow) -> bool:
    return any(item.name == "instance" for item in workflow.triggers.inputs)


def job_name(job: Job) -> str:
    """What a job is called in the checks list: its id, and its unit."""
    return f"{job.id} ${{{{ matrix.unit }}}}" if job.matrix else job.id
