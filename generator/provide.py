"""What a caller of a pipeline provides, as tables: machines, secrets, permissions, and the workflow that calls it."""

from __future__ import annotations

from generator.caller import caller_workflow, permissions
from generator.load import Pipeline, Toolkit
from generator.pipeline import Workflow
from generator.reference import cell
from shuntyard.plan import EXPERIMENTAL, CompiledPipeline


def provided(toolkit: Toolkit, pipeline: Pipeline, workflow: Workflow, compiled: CompiledPipeline) -> str:
    """The block for the pipeline's page, as Markdown; empty where the pipeline cannot be called."""
    if pipeline.model.triggers.call is None:
        return ""
    tables = [_machines(toolkit, pipeline, compiled), _secrets(workflow), _granted(workflow)]
    return "\n\n".join([*tables, _call(toolkit, pipeline, workflow)])


def _machines(toolkit: Toolkit, pipeline: Pipeline, compiled: CompiledPipeline) -> str:
    runners = {**toolkit.runners, **pipeline.model.runners}
    used: dict[str, list[str]] = {}
    for row in compiled.rows:
        used.setdefault(row.runner, []).append("row" if row.stage != EXPERIMENTAL else "experimental row")
    for name, job in pipeline.model.jobs.items():
        if not job.rows:
            used.setdefault(job.runner or toolkit.settings.hub, []).append(f"`{name}`")
    lines = ["| machine | `runs-on` | cards | for |", "|---|---|---|---|"]
    for name, uses in used.items():
        runner = runners[name]
        labels = ", ".join(f"`{label}`" for label in runner.labels)
        lines.append(f"| {name}: {cell(runner.summary)} | {labels} | {runner.cards or 'none'} | {_counted(uses)} |")
    return "\n".join(lines)


def _counted(uses: list[str]) -> str:
    rows = [f"{uses.count(kind)} {kind}{'s' if uses.count(kind) > 1 else ''}" for kind in ("row", "experimental row")]
    jobs = [use for use in uses if use.startswith("`")]
    return ", ".join([text for text in rows if not text.startswith("0 ")] + jobs)


def _secrets(workflow: Workflow) -> str:
    if not workflow.triggers.secrets:
        return "No secrets."
    lines = ["| secret | needed | what it is |", "|---|---|---|"]
    for item in workflow.triggers.secrets:
        needed = "always" if item.default is None else "where used"
        lines.append(f"| `{item.secret}` | {needed} | {cell(item.help)} |")
    return "\n".join(lines)


def _granted(workflow: Workflow) -> str:
    lines = ["| permission | asked for by |", "|---|---|"]
    for scope, level in permissions(workflow).items():
        jobs = ", ".join(f"`{job.id}`" for job in workflow.jobs if scope in job.permissions)
        lines.append(f"| `{scope}: {level}` | {jobs} |")
    return "\n".join(lines) if len(lines) > 2 else "No permissions."


def _call(toolkit: Toolkit, pipeline: Pipeline, workflow: Workflow) -> str:
    text = caller_workflow(toolkit, pipeline, workflow, _last_phase(pipeline))
    return f"The workflow that calls it:\n\n```yaml\n{text.strip()}\n```"


def _last_phase(pipeline: Pipeline) -> str:
    """The phase that a pipeline is made for: the last one written."""
    return next(reversed(pipeline.model.phases), "")
