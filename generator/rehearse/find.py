"""The workflows of a repository that call this toolkit: parsed as GitHub parses them, whatever else they hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from generator import callee
from generator.faults import suggest
from generator.shape import mapping, texts
from generator.source import Document, parse
from shuntyard.errors import Problem, ProblemsFound, ShuntyardError

FOLDER = ".github/workflows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A job that calls one of the toolkit's workflows. `repository` and `ref` are as the caller wrote them."""

    job: str
    pipeline: str
    repository: str
    ref: str
    inputs: Mapping[str, Any]
    data: Mapping[str, Any]

    @property
    def is_matrix(self) -> bool:
        return "strategy" in self.data


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A workflow file with at least one call; `path` is below the repository's root."""

    path: str
    document: Document
    calls: tuple[Call, ...]

    @property
    def name(self) -> str:
        """What act calls the workflow: its name, or its file's."""
        name = mapping(self.document.data).get("name")
        return name if isinstance(name, str) and name else PurePosixPath(self.path).name

    @property
    def jobs(self) -> dict[str, dict[str, Any]]:
        return {name: mapping(job) for name, job in mapping(mapping(self.document.data).get("jobs")).items()}

    @property
    def events(self) -> dict[str, Any]:
        """What starts it: the event's name → its filters (a list for `schedule`)."""
        on = mapping(self.document.data).get("on")
        if isinstance(on, dict):
            return {str(name): filters for name, filters in on.items()}
        return dict.fromkeys(texts(on))


def find_callers(root: Path, toolkit: str, pipeline: str, pipelines: Collection[str]) -> list[Caller]:
    """Every workflow that calls the pipeline. Raises ShuntyardError with a snippet to add when there is none."""
    if pipeline not in pipelines:
        raise ShuntyardError(f"there is no pipeline {pipeline!r}", hint=suggest(pipeline, pipelines))
    callers, problems = [], list[Problem]()
    for path in sorted([*(root / FOLDER).glob("*.yml"), *(root / FOLDER).glob("*.yaml")]):
        try:
            caller = read_caller(root, path, toolkit)
        except ProblemsFound as found:
            problems += found.problems
            continue
        if any(call.pipeline == pipeline for call in caller.calls):
            callers.append(caller)
    if callers:
        return callers
    if problems:
        raise ProblemsFound(problems)
    raise ShuntyardError(f"no workflow of {root} calls {pipeline}", hint=_snippet(toolkit, pipeline))


def read_caller(root: Path, path: Path, toolkit: str) -> Caller:
    """One workflow file and its calls. Raises ProblemsFound when it is not YAML, and nothing for other oddities."""
    relative = path.relative_to(root).as_posix()
    document = parse(path.read_text(encoding="utf-8", errors="replace"), relative, strict=False)
    jobs = mapping(mapping(document.data).get("jobs"))
    found = [_call(name, mapping(job), toolkit) for name, job in jobs.items()]
    return Caller(path=relative, document=document, calls=tuple(call for call in found if call))


def choose_caller(callers: list[Caller], wanted: str, event: str) -> Caller:
    """The one to rehearse: the one named, else the only one (with the event). Raises ShuntyardError."""
    if wanted:
        names = {caller.path: caller for caller in callers} | {PurePosixPath(c.path).name: c for c in callers}
        if wanted not in names:
            raise ShuntyardError(
                f"{wanted} does not call the pipeline", hint=f"these do: {', '.join(c.path for c in callers)}"
            )
        return names[wanted]
    fitting = [caller for caller in callers if not event or event in caller.events] or callers
    if len(fitting) > 1:
        paths = ", ".join(caller.path for caller in fitting)
        raise ShuntyardError(f"several workflows call the pipeline: {paths}", hint="name one of them with --workflow")
    return fitting[0]


def _call(name: str, job: dict[str, Any], toolkit: str) -> Call | None:
    text = job.get("uses")
    meant = callee.parse(text, toolkit) if isinstance(text, str) else None
    if meant is None or meant.kind != "toolkit" or not meant.is_workflow:
        return None
    pipeline = PurePosixPath(meant.path).stem
    return Call(
        job=name,
        pipeline=pipeline,
        repository=meant.repository,
        ref=meant.ref,
        inputs=mapping(job.get("with")),
        data=job,
    )


def _snippet(toolkit: str, pipeline: str) -> str:
    lines = [
        f"add this to it, as {FOLDER}/{pipeline}.yml:",
        "",
        "  on: [push, pull_request]",
        "  permissions: {}",
        "  jobs:",
        f"    {pipeline}:",
        "      permissions: {contents: read}",
        f"      uses: {toolkit}/{FOLDER}/{pipeline}.yml@v1",
    ]
    return "\n  ".join(lines)
