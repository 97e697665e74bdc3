"""Builds what act runs, in a temporary folder: copies, lowered files, stand-ins, settings.

<folder>/caller      the repository under rehearsal        /workflow/ci.yml   the calling workflow, lowered
<folder>/toolkit     this toolkit, lowered                 /settings.json     what the stand-ins are told
<folder>/home        HOME of act and of all jobs           /event.json        the event's payload
<folder>/bin         `python` and `pip` of all jobs        /artifacts/<name>  artifacts, between jobs
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from generator.rehearse import act, machine, repository
from generator.rehearse.cut_select import cut_select_rows
from generator.rehearse.lower import lower
from generator.rehearse.obstacles import obstacle
from generator.rehearse.scene import Scene
from generator.rehearse.standins import checkout, machine_python, run
from generator.rehearse.standins.step import Settings, write_settings
from generator.rehearse.substitutes import Substitutes, substitute
from generator.rehearse.survey import File, Survey, Tree, survey

OWN_REF = "rehearsed"  # the ref by which the caller's own `$/` references name it


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What is ready to run. `blocked` are the jobs that must not, by tree, file and id; `removed` is by file."""

    command: tuple[str, ...]
    env: Mapping[str, str]
    folder: Path
    survey: Survey
    substitutes: Substitutes
    blocked: Mapping[tuple[Tree, str], Mapping[str, str]]
    removed: Mapping[str, tuple[tuple[str, int], ...]]


def prepare(scene: Scene, folder: Path, program: str) -> Stage:
    """Everything up to the command line."""
    caller, toolkit = folder / checkout.REPOSITORY, folder / "toolkit"
    repository.copy_repository(scene.repository, caller)
    repository.copy_toolkit(scene.toolkit.root, toolkit)
    reached = survey(caller, toolkit, scene.caller.path, scene.toolkit.settings.repository)
    blocked = _blocked(scene, reached)
    removed = _lower_all(scene, reached, blocked, {"caller": caller, "toolkit": toolkit}, folder)
    if scene.must_cut:
        cut_select_rows(toolkit, _toolkit_reference(scene))
    substitutes = substitute(reached.marketplace.values(), folder / "refusals")
    home = _make_home(folder)
    _write_settings(scene, folder)
    call = act.Invocation(
        program=program, event=scene.event.name, payload=scene.event.payload, workflow=_workflow(scene, folder),
        repository=caller, folder=folder, labels=scene.labels,
        mapped=_mapped(scene, reached, substitutes, caller, toolkit),
        default_branch=scene.repository.default_branch, jobs_at_once=scene.order.jobs_at_once, keep=scene.order.keep,
        run_id=scene.order.run_id, secrets=scene.order.secrets,
        variables=scene.order.variables,
    )  # fmt: skip
    path = os.pathsep.join([str(folder / "bin"), scene.search_path])
    return Stage(
        command=tuple(act.command(call)), env=act.environment(folder, home, path, Path(run.__file__)), folder=folder,
        survey=reached, substitutes=substitutes, blocked=blocked, removed=removed,
    )  # fmt: skip


def _blocked(scene: Scene, reached: Survey) -> dict[tuple[Tree, str], dict[str, str]]:
    own = scene.toolkit.settings.repository
    found = {}
    for key, file in reached.files.items():
        reasons = {job: obstacle(file, job, scene.labels, own) for job in file.jobs}
        found[key] = {job: reason for job, reason in reasons.items() if reason}
    return found


def _lower_all(
    scene: Scene,
    reached: Survey,
    blocked: Mapping[tuple[Tree, str], Mapping[str, str]],
    roots: Mapping[Tree, Path],
    folder: Path,
) -> dict[str, tuple[tuple[str, int], ...]]:
    """Writes each file's text for act into its copy; the calling workflow's beside it: jobs see the original."""
    removed = {}
    for key, file in reached.files.items():
        lowered = lower(file, _reference(scene, file), blocked[key], scene.order.jobs_at_once)
        if key == ("caller", scene.caller.path):
            target = _workflow(scene, folder)
            target.parent.mkdir()
            target.write_text(lowered.text, encoding="utf-8")
        elif lowered.text != file.text:
            (roots[file.tree] / file.path).write_text(lowered.text, encoding="utf-8")
        if lowered.removed:
            removed[file.path] = lowered.removed
    return removed


def _reference(scene: Scene, file: File) -> _Reference:
    return _toolkit_reference(scene) if file.tree == "toolkit" else _Reference(scene.repository.name, OWN_REF)


@dataclass(frozen=True, slots=True)
class _Reference:
    """Spells `$/path` so that act finds it."""

    repository: str
    ref: str

    def __call__(self, path: str) -> str:
        return f"{self.repository}/{path}@{self.ref}"


def _toolkit_reference(scene: Scene) -> _Reference:
    return _Reference(scene.toolkit.settings.repository, scene.toolkit.settings.version)


def _workflow(scene: Scene, folder: Path) -> Path:
    return folder / "workflow" / PurePosixPath(scene.caller.path).name


def _mapped(scene: Scene, reached: Survey, substitutes: Substitutes, caller: Path, toolkit: Path) -> dict[str, Path]:
    settings = scene.toolkit.settings
    own = dict.fromkeys([*reached.refs, f"{settings.repository}@{settings.version}"], toolkit)
    return {**own, f"{scene.repository.name}@{OWN_REF}": caller, **substitutes.mapped}


def _make_home(folder: Path) -> Path:
    """HOME, with the one thing that outlives a rehearsal: act's tool cache, where actions keep what they set up."""
    home, cache = folder / "home", machine.cache_folder(os.environ)
    (cache / "tools").mkdir(parents=True, exist_ok=True)
    (home / ".cache" / "act").mkdir(parents=True)
    (home / ".cache" / "act" / "tool_cache").symlink_to(cache / "tools")
    return home


def _write_settings(scene: Scene, folder: Path) -> None:
    base = scene.order.python or getattr(sys, "_base_executable", sys.executable)
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    machine_python.write_shims(folder / "bin", base, minor, fresh=not scene.order.python)
    settings = Settings(
        repository=scene.repository.name, sha=scene.repository.sha, search_path=scene.search_path,
        app_data=str(machine.cache_folder(os.environ) / "virtualenv"), labels=scene.labels, rows=scene.order.rows,
        base_python=base, index=scene.order.index,
        checkouts={name.lower(): str(folder) for name, folder in scene.order.checkouts.items()},
    )  # fmt: skip
    write_settings(folder, settings)
