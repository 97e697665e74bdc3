"""What one matrix may become: its jobs, the output that carries it, and the variables that hand it to a process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from generator.assemble import SELECT
from generator.check.subject import Subject
from generator.check.support.calls import calls
from generator.check.support.selected import pipeline_name, selected
from generator.check.support.units import most_units, select_outputs, utf16
from generator.check.support.wording import plural
from generator.load import Pipeline
from generator.pipeline import JobOutput, MatrixField, Workflow
from shuntyard import wire
from shuntyard.contract import Input
from shuntyard.errors import Problem, ProblemsFound
from shuntyard.plan import CompiledPipeline, Unit
from shuntyard.select import MATRIX_LIMIT

OUTPUT_BYTES = 1_048_576  # a job's outputs, counted as UTF-16: docs.github.com, `jobs.<job_id>.outputs`
VARIABLE_BYTES = 131_072  # MAX_ARG_STRLEN of Linux, execve(2): name, `=`, value and a zero byte
HINT = "name fewer values, or split the pipeline in two"


def check(subject: Subject) -> Iterator[Problem]:
    """Each pipeline with rows of its own, and each matrix file that a caller at hand passes."""
    for name, pipeline in subject.toolkit.pipelines.items():
        workflow, compiled = subject.rendering.workflows[name], subject.rendering.compiled[name]
        place = ("axes",) if pipeline.model.axes else ("include",)
        for message in faults(workflow, compiled, _sum(pipeline, compiled)):
            yield pipeline.document.problem(place, message, hint=HINT, rule="", key=True)
    for tree in subject.callers:
        for file in tree.workflows:
            for call in calls(subject, file):
                name = pipeline_name(subject, call)
                if not name or subject.toolkit.pipelines[name].model.rows == "own":
                    continue
                try:
                    compiled_here = selected(subject, call)
                except ProblemsFound:
                    continue  # the rule `contract` shows them
                for message in faults(subject.rendering.workflows[name], compiled_here, "") if compiled_here else ():
                    yield file.problem((*call.job.path, "uses"), message, hint=HINT)


def faults(workflow: Workflow, compiled: CompiledPipeline, shown: str) -> Iterator[str]:
    """What is too large about a matrix in the workflow that runs it; `shown` is the sum that makes its rows."""
    mode, units = most_units(compiled)
    rows = plural(len(compiled.rows), "row") + (f" ({shown})" if shown else "")
    jobs = plural(len(units), "job") + (f" in mode {mode}" if any(row.arm for row in compiled.rows) else "")
    if len(units) > MATRIX_LIMIT:
        yield f"{rows} become {jobs}; GitHub runs at most {MATRIX_LIMIT} in a matrix"
        return
    outputs = select_outputs(compiled, units)
    size = utf16(outputs.values())
    if size > OUTPUT_BYTES:
        yield f"{rows} become outputs of {size:,} bytes as UTF-16; GitHub keeps at most {OUTPUT_BYTES:,} a job"
    name, size = _largest_variable(workflow, outputs, units)
    if size > VARIABLE_BYTES:
        yield (
            f"{rows} become {jobs}, and {name} is a variable of {size:,} bytes: "
            f"Linux starts no process with one over {VARIABLE_BYTES:,}"
        )


def _largest_variable(workflow: Workflow, outputs: Mapping[str, str], units: list[Unit]) -> tuple[str, int]:
    """The largest environment variable in which a step gets an output of `select` or a unit, and its size."""
    # GitHub's toJSON indents by two spaces
    unit = max((json.dumps(wire.encode(unit), indent=2) for unit in units), key=len, default="")
    found = [("", 0)]
    for job in workflow.jobs:
        for step in job.steps:
            for name, value in step.with_.items():
                text = unit if isinstance(value, MatrixField) and value.as_json else ""
                if isinstance(value, JobOutput) and value.job == SELECT:
                    text = outputs.get(value.name, "")
                variable = Input(name=name, help="").variable
                found.append((f"{variable} of {job.id}", len(f"{variable}={text}".encode()) + 1))
    return max(found, key=lambda item: item[1])


def _sum(pipeline: Pipeline, compiled: CompiledPipeline) -> str:
    """`12 config × 2 arm - 1 excluded + 2 included`"""
    included = len(pipeline.model.include)
    product_rows = compiled.rows[: len(compiled.rows) - included]
    sizes = {axis: len({row.values.get(axis) for row in product_rows}) for axis in pipeline.model.axes}
    full = 1
    for size in sizes.values():
        full *= size
    excluded = full - len(product_rows) if sizes else 0
    text = " × ".join(f"{size} {axis}" for axis, size in sizes.items())
    text += f" - {excluded} excluded" if excluded else ""
    return text + (f" + {included} included" if included else "")
