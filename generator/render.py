"""The whole rendering: toolkit → every rendered file; writing them, and telling which have drifted."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generator import schema, scope_format, skips
from generator.assemble import assemble
from generator.complete import check_complete
from generator.compose import compose_all
from generator.embed import embedded, holds_block
from generator.expand import expand
from generator.load import Toolkit
from generator.pipeline import Composite, Workflow
from generator.provide import provided
from generator.reference import reference_pages
from generator.targets import style
from generator.targets.github import GitHub
from shuntyard import wire
from shuntyard.errors import Problem, ProblemsFound
from shuntyard.plan import CompiledPipeline

OUTPUTS = (
    ".github/workflows/*.yml",
    ".github/actionlint.yaml",
    ".github/zizmor.yml",
    "actions/*/action.yml",
    "matrices/compiled/*.json",
    "matrices/schema/*.json",
    "matrices/scopes/*.json",
    "docs/reference/*.md",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """Everything that the matrices make: the data, and the files by path below the root."""

    composites: dict[str, Composite]
    workflows: dict[str, Workflow]
    compiled: dict[str, CompiledPipeline]
    files: dict[str, str]


def render(toolkit: Toolkit) -> Rendering:
    """Renders in memory; writes nothing. Raises ProblemsFound with every fault of every pipeline."""
    composites: dict[str, Composite] = {}
    workflows: dict[str, Workflow] = {}
    compiled: dict[str, CompiledPipeline] = {}
    problems: list[Problem] = []
    try:
        composites = compose_all(toolkit)
    except ProblemsFound as found:
        problems += found.problems
    for name, pipeline in toolkit.pipelines.items():
        try:
            compiled[name] = expand(toolkit, pipeline)
        except ProblemsFound as found:
            problems += found.problems
        if not composites:
            continue  # without actions, every job would be at fault
        try:
            workflows[name] = assemble(toolkit, composites, pipeline)
            problems += check_complete(pipeline, workflows[name], composites)
        except ProblemsFound as found:
            problems += found.problems
    if problems:
        raise ProblemsFound(problems)
    files = dict(_files(toolkit, composites, workflows, compiled))
    return Rendering(composites=composites, workflows=workflows, compiled=compiled, files=files)


def _files(
    toolkit: Toolkit,
    composites: dict[str, Composite],
    workflows: dict[str, Workflow],
    compiled: dict[str, CompiledPipeline],
) -> Iterator[tuple[str, str]]:
    target = GitHub(toolkit)
    for name, workflow in workflows.items():
        yield f".github/workflows/{name}.yml", target.workflow(workflow)
    for name, composite in composites.items():
        yield f"actions/{name}/action.yml", target.action(composite)
    yield ".github/actionlint.yaml", target.actionlint(toolkit)
    yield ".github/zizmor.yml", target.zizmor()
    for name, pipeline in compiled.items():
        if toolkit.pipelines[name].model.rows == "own":
            yield (
                f"matrices/compiled/{name}.json",
                style.json_file(toolkit.pipelines[name].document.file, wire.encode(pipeline)),
            )
    if toolkit.skips:
        yield skips.RENDERED, style.json_file("matrices/skips.yml", toolkit.skips.table())
    for name, scope in toolkit.scopes.items():
        source = f"matrices/{name}{scope_format.SUFFIX}.yml"
        yield scope_format.rendered(name), style.json_file(source, wire.encode(scope.compiled()))
    for name in schema.FILES:
        yield f"matrices/schema/{name}.json", style.json_file("generator/schema.py", schema.json_schema(name))
    yield from reference_pages(toolkit, composites, workflows, compiled)
    for name, workflow in workflows.items():
        page = embedded(toolkit.root, name, provided(toolkit, toolkit.pipelines[name], workflow, compiled[name]))
        if page:
            yield page


def drift(root: Path, files: dict[str, str]) -> list[Problem]:
    """A problem for each file that is not as it would be rendered now."""
    problems = []
    for path, text in files.items():
        target = root / path
        if not target.is_file():
            problems.append(_drifted(path, "is missing"))
        elif target.read_bytes() != text.encode():
            problems.append(_drifted(path, "is not what its source makes"))
    problems += [_drifted(path, "is made by nothing any more") for path in stale(root, files)]
    return sorted(problems)


def _drifted(path: str, what: str) -> Problem:
    return Problem(
        file=path, rule="drift", message=f"{path} {what}", hint="run `make render` and commit what it writes"
    )


def _in_the_way(path: str) -> Problem:
    hint = "rename it, or what renders to its name; remove it if it may be rendered"
    return Problem(
        file=path, rule="drift", message=f"{path} is not a rendered file, and would be overwritten", hint=hint
    )


def stale(root: Path, files: dict[str, str]) -> list[str]:
    """Files that the renderer once made, known by their first line, and makes no more."""
    found = []
    for pattern in OUTPUTS:
        for path in sorted(root.glob(pattern)):
            name = path.relative_to(root).as_posix()
            if name not in files and style.is_rendered(_first_line(path)):
                found.append(name)
    return found


def write(root: Path, files: dict[str, str]) -> list[str]:
    """Writes what has changed and removes what is stale; returns the changed paths.

    Each file is replaced whole, so that an interrupted rendering leaves every file either old or new. Raises
    ProblemsFound, and writes nothing, where a file that somebody wrote by hand stands in the way.
    """
    foreign = [path for path in files if (root / path).exists() and not _is_ours(root / path)]
    if foreign:
        raise ProblemsFound([_in_the_way(path) for path in foreign])
    changed = []
    for path, text in files.items():
        target = root / path
        if target.is_file() and target.read_bytes() == text.encode():
            continue
        replace_file(target, text)
        changed.append(path)
    for path in stale(root, files):
        (root / path).unlink()
        changed.append(path)
        if not any((root / path).parent.iterdir()):
            (root / path).parent.rmdir()
    return changed


def replace_file(target: Path, text: str) -> None:
    """Writes a file so that a reader, or an interruption, sees the old one or the new one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _is_ours(path: Path) -> bool:
    return style.is_rendered(_first_line(path)) or holds_block(path)


def _first_line(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.readline(500)
