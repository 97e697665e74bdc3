"""matrices/*.yml → one Toolkit of models; every fault of every file at once, each with its place and a hint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from generator import contracts, faults, recipe, schema
from generator.alerts_format import AlertsFile
from generator.backend_format import BackendFile
from generator.backends import expand as backends
from generator.bound import check_with
from generator.phases import in_its_phase
from generator.rollout_format import RolloutFile
from generator.scope_format import SUFFIX, ScopeFile
from generator.skips import SkipsFile
from generator.source import Document, read
from shuntyard.contract import Contract
from shuntyard.errors import Problem, ProblemsFound, ShuntyardError

Model = TypeVar("Model", bound=BaseModel)

SHARED_FILES = ("toolkit", "runners", "labels", "pins", "suites", "actions")
OPTIONAL_FILES = ("rollout", "alerts", "skips")  # a toolkit without them works
CHECKOUT = "actions/checkout"  # rendered where an action works on the caller's checkout


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """One pipeline file: its model and where everything in it stands."""

    model: schema.PipelineFile
    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolkit:
    """Everything under matrices/, and the scripts' contracts."""

    root: Path
    settings: schema.ToolkitFile
    runners: dict[str, schema.Runner]
    labels: dict[str, schema.Label]
    pins: dict[str, schema.Pin]
    suites: dict[str, schema.SuiteBase]
    configurations: dict[str, schema.Configuration]
    recipes: dict[str, recipe.Recipe]
    contracts: dict[str, Contract]
    pipelines: dict[str, Pipeline]
    documents: dict[str, Document] = field(default_factory=dict)
    backends: dict[str, BackendFile] = field(default_factory=dict)
    rollout: RolloutFile | None = None
    alerts: AlertsFile | None = None
    skips: SkipsFile | None = None
    scopes: dict[str, ScopeFile] = field(default_factory=dict)

    def action_names(self) -> list[str]:
        """Every composite action: the recipes, and each script that needs none."""
        return sorted({*self.recipes, *self.contracts})


def load(root: Path) -> Toolkit:
    """The toolkit in the checkout `root`. Raises ProblemsFound with every fault in its files."""
    folder = root / "matrices"
    if not folder.is_dir():
        raise ShuntyardError(f"{root} holds no matrices/", hint="run this in a checkout of the toolkit, or pass --root")
    problems: list[Problem] = []
    models: dict[str, Any] = {}
    documents: dict[str, Document] = {}
    pipelines: dict[str, Pipeline] = {}
    scopes: dict[str, ScopeFile] = {}
    accelerators: dict[str, BackendFile] = {}
    for name in (*SHARED_FILES, *(name for name in OPTIONAL_FILES if (folder / f"{name}.yml").exists())):
        try:
            documents[name] = read(folder / f"{name}.yml", shown=f"matrices/{name}.yml", tolerant=True)
            models[name] = validate(schema.FILES[name], documents[name])
        except ProblemsFound as found:
            problems += found.problems
    for path in sorted(folder.glob("*.yaml")):
        hint = f"rename it to {path.stem}.yml"
        problems.append(Problem(file=f"matrices/{path.name}", rule="format", message="is not read", hint=hint))
    for path in sorted(folder.glob("*.yml")):
        if path.stem in (*SHARED_FILES, *OPTIONAL_FILES):
            continue
        try:
            if path.stem.endswith(SUFFIX):
                scopes[path.stem.removesuffix(SUFFIX)] = load_scope(path, shown=f"matrices/{path.name}")
                continue
            backend = load_backend(path, shown=f"matrices/{path.name}")
            if backend:
                accelerators[path.stem], documents[path.stem], made = backend
                pipelines |= made
                continue
            pipeline = load_pipeline(path, shown=f"matrices/{path.name}", expected=path.stem)
            pipelines[path.stem] = pipeline
            documents[path.stem] = pipeline.document
        except ProblemsFound as found:
            problems += found.problems
    problems += _disagreements(models, documents)
    testing = {name: each for name, each in accelerators.items() if f"{name}-pytorch" in pipelines}
    problems += _unknown_scopes(testing, scopes, documents)
    if problems:
        raise ProblemsFound(problems)
    return Toolkit(
        root=root,
        settings=models["toolkit"],
        runners=models["runners"].runners,
        labels=models["labels"].labels,
        pins=models["pins"].pins,
        suites=models["suites"].suites,
        configurations=models["suites"].configurations,
        recipes=models["actions"].actions,
        contracts=contracts.load(root),
        pipelines=pipelines,
        documents=documents,
        backends=accelerators,
        rollout=models.get("rollout"),
        alerts=models.get("alerts"),
        skips=models.get("skips"),
        scopes=scopes,
    )


def _disagreements(models: dict[str, Any], documents: dict[str, Document]) -> list[Problem]:
    """What one shared file names and another does not have."""
    problems = []
    if {"toolkit", "runners"} <= models.keys() and models["toolkit"].hub not in models["runners"].runners:
        hint = faults.suggest(models["toolkit"].hub, models["runners"].runners)
        message = f"unknown runner {models['toolkit'].hub!r}"
        problems.append(documents["toolkit"].problem(("hub",), message, hint=hint, rule="runners"))
    if "pins" in models and CHECKOUT not in models["pins"].pins:
        hint = "workflows check out with it; declare its version and commit"
        problems.append(documents["pins"].problem(("pins",), f"{CHECKOUT} is not pinned", hint=hint, rule="names"))
    for name, item in models["suites"].configurations.items() if "suites" in models else ():
        if item.suite not in models["suites"].suites:
            hint = faults.suggest(item.suite, models["suites"].suites)
            place = ("configurations", name, "suite")
            message = f"unknown suite {item.suite!r}"
            problems.append(documents["suites"].problem(place, message, hint=hint, rule="names"))
    return problems


def _unknown_scopes(
    accelerators: Mapping[str, BackendFile], scopes: Mapping[str, ScopeFile], documents: Mapping[str, Document]
) -> list[Problem]:
    """A problem for each accelerator that runs PyTorch's tests of a scope that is in no file."""
    return [
        documents[name].problem(
            ("backend", "upstream", "scope"),
            f"unknown scope {model.backend.upstream.scope!r}",
            hint=f"{faults.suggest(model.backend.upstream.scope, scopes)}; a scope is matrices/<name>{SUFFIX}.yml",
            rule="names",
        )
        for name, model in accelerators.items()
        if model.backend.upstream and model.backend.upstream.scope not in scopes
    ]


def load_backend(path: Path, *, shown: str) -> tuple[BackendFile, Document, dict[str, Pipeline]] | None:
    """A file about an accelerator, and its pipelines; None where the file is another one. Raises ProblemsFound."""
    document = read(path, shown=shown, tolerant=True)
    if not isinstance(document.data, dict) or "backend" not in document.data:
        return None
    model = validate(BackendFile, document)
    _check_name(model.pipeline, shown, path.stem, document)
    made = backends.pipelines(model, document)
    return model, document, {name: Pipeline(model=each, document=document) for name, each in made.items()}


def _check_name(name: str, shown: str, expected: str, document: Document) -> None:
    if name != expected:
        hint = f"rename the file to {name}.yml, or the pipeline to {expected}"
        raise ProblemsFound(
            [document.problem(("pipeline",), f"pipeline {name!r} stands in {Path(shown).name}", hint=hint)]
        )


def load_pipeline(path: Path, *, shown: str, expected: str | None = None) -> Pipeline:
    """One pipeline file, the toolkit's own or a caller's. Raises ProblemsFound."""
    document = read(path, shown=shown, tolerant=True)
    model = validate(schema.PipelineFile, document)
    if expected is not None:
        _check_name(model.pipeline, shown, expected, document)
    problems = check_with(model, document)
    if problems:
        raise ProblemsFound(problems)
    return Pipeline(model=in_its_phase(model, document), document=document)


def load_scope(path: Path, *, shown: str) -> ScopeFile:
    """One test scope. Raises ProblemsFound."""
    document = read(path, shown=shown, tolerant=True)
    model = validate(ScopeFile, document)
    if f"{model.scope}{SUFFIX}" != path.stem:
        hint = f"rename the file to {model.scope}{SUFFIX}.yml, or the scope"
        raise ProblemsFound([document.problem(("scope",), f"scope {model.scope!r} stands in {path.name}", hint=hint)])
    return model


def validate(kind: type[Model], document: Document) -> Model:
    """The document as a model. Raises ProblemsFound: what reading found, and one problem for each other fault."""
    try:
        model = kind.model_validate(document.data if document.data is not None else {})
    except ValidationError as error:
        told = faults.explain(kind, error, document)
        raise ProblemsFound(document.problems + [p for p in told if not document.blamed(p)]) from error
    if document.problems:
        raise ProblemsFound(document.problems)
    return model
