"""Which matrix a call runs: the called pipeline's own, a shipped one that the caller names, or a file of the caller."""

from __future__ import annotations

from dataclasses import replace

from generator.check.subject import Subject
from generator.check.support.calls import Call
from generator.expand import expand
from generator.load import load_pipeline
from generator.shape import mapping
from shuntyard.options import words
from shuntyard.plan import CompiledPipeline


def passed(call: Call, name: str) -> str:
    """The literal text that the caller passes for an input; empty when there is none, or an expression."""
    value = mapping(call.job.data.get("with")).get(name)
    return value if isinstance(value, str) and "${{" not in value else ""


def pipeline_name(subject: Subject, call: Call) -> str:
    """The pipeline of matrices/ whose workflow is called; empty for any other workflow."""
    if call.target is None or not call.target.ours:
        return ""
    name = call.target.path.removeprefix(".github/workflows/").rpartition(".")[0]
    return name if name in subject.rendering.workflows else ""


def selected(subject: Subject, call: Call, *, cut: bool = True) -> CompiledPipeline | None:
    """The matrix that the call runs, `cut` to the configurations it names; None where that is not to be known here.

    Raises ProblemsFound with the faults of the caller's own matrix file.
    """
    name = pipeline_name(subject, call)
    if not name:
        return None
    own = subject.toolkit.pipelines[name].model.rows == "own"
    compiled = subject.rendering.compiled[name] if own else _caller_matrix(subject, call)
    configs = words(passed(call, "configs")) if cut else []
    if compiled is None or not configs:
        return compiled
    return replace(compiled, rows=tuple(row for row in compiled.rows if row.suite in configs))


def _caller_matrix(subject: Subject, call: Call) -> CompiledPipeline | None:
    tree = subject.tree_of(call.job.file)
    path = passed(call, "matrix")
    if not path:
        return subject.rendering.compiled.get(passed(call, "pipeline"))
    if not (tree.root / path).is_file():
        return None
    shown = f"{tree.name}/{path}" if tree.name else path
    return expand(subject.toolkit, load_pipeline(tree.root / path, shown=shown))
