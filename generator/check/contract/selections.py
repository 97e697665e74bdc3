"""What a caller asks of a pipeline's matrix exists: the pipeline, its own matrix file, the configurations."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.subject import Subject
from generator.check.support.calls import Call, calls
from generator.check.support.selected import passed, pipeline_name, selected
from generator.faults import suggest
from shuntyard.errors import Problem, ProblemsFound
from shuntyard.options import words


def check(subject: Subject) -> Iterator[Problem]:
    """Else the run fails in its first job, after it was queued."""
    for tree in (subject.home, *subject.callers):
        for file in tree.workflows:
            for call in calls(subject, file):
                name = pipeline_name(subject, call)
                if name:
                    yield from _judge(subject, call, own=subject.toolkit.pipelines[name].model.rows == "own")


def _judge(subject: Subject, call: Call, *, own: bool) -> Iterator[Problem]:
    file, given = call.job.file, (*call.job.path, "with")
    shipped = {name: item for name, item in subject.rendering.compiled.items() if item.rows}
    matrix, pipeline = passed(call, "matrix"), passed(call, "pipeline")
    if not own and matrix and not (subject.tree_of(file).root / matrix).is_file():
        hint = "the path counts from the root of your checkout"
        yield file.problem((*given, "matrix"), f"there is no file {matrix}", hint=hint)
    elif not own and pipeline and pipeline not in shipped:
        yield file.problem((*given, "pipeline"), f"no pipeline is called {pipeline!r}", hint=suggest(pipeline, shipped))
    try:
        every = selected(subject, call, cut=False)
    except ProblemsFound as found:
        yield from found.problems
        return
    known = {row.suite for row in every.rows} if every else set()
    for name in words(passed(call, "configs")) if every else ():
        if name not in known:
            message = f"{call.reference.text} has no configuration {name!r}"
            yield file.problem((*given, "configs"), message, hint=suggest(name, known), at=name)
