"""One rehearsal from the order to the verdict."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from generator.load import Toolkit
from generator.programs import find
from generator.rehearse import act, processes, results
from generator.rehearse.conclude import conclude, headline
from generator.rehearse.judge import Judged, judge
from generator.rehearse.judge_rows import judge_refused
from generator.rehearse.notes import notes, notes_of_run
from generator.rehearse.observe import Log
from generator.rehearse.omissions import omissions
from generator.rehearse.outcome import Omission, Rehearsal
from generator.rehearse.prepare import Stage, prepare
from generator.rehearse.progress import Progress
from generator.rehearse.scene import Order, Scene, set_scene
from generator.rehearse.scratch import temporary_folder
from generator.rehearse.standins import run, store
from generator.rehearse.substitutes import Substitutes
from shuntyard.collect import collect
from shuntyard.human import count, duration
from shuntyard.plan import Empty


def rehearse(toolkit: Toolkit, order: Order, progress: Progress) -> Rehearsal:
    """Runs the calling workflow of a repository on this machine, and judges what that showed.

    Raises ShuntyardError for what the user has to change first. The repository is only read; results go to
    `order.output`; nothing is left running or lying about, an interruption included.
    """
    program = find("act")
    results.check_output(order.output)
    scene = set_scene(toolkit, order)
    progress.say(_announce(scene))
    if scene.refusals:
        return _refuse(scene, program)
    with temporary_folder(keep=order.keep, say=progress.say) as folder:
        stage = prepare(scene, folder, program)
        log, lines, ended = _perform(stage, order, progress)
        stopped = f"the rehearsal was stopped after {duration(order.timeout_s)}" if ended.timed_out else ""
        judged = judge(scene, stage, log, collect(folder / store.FOLDER), stopped)
        results.collect_files(folder / store.FOLDER, order.output, lines)
        given = {"secrets": order.secrets, "variables": order.variables}
        left_out = omissions(stage.survey, scene.event, _used(stage), stage.removed, given=given)
        said = [*notes(scene), *stage.survey.unreadable, *notes_of_run(ended, log)]
        return _conclude(scene, judged, left_out, said, progress.elapsed, program)


def _perform(stage: Stage, order: Order, progress: Progress) -> tuple[Log, list[str], processes.Ended]:
    """Runs act; the log as it was understood, its lines as they came, and how it ended."""
    log, lines = Log(), list[str]()

    def read(line: str) -> None:
        lines.append(line)
        progress.note(log.read(line, time.monotonic()))

    marker = f"SHUNTYARD_REHEARSAL={stage.folder}"
    ended = processes.run(stage.command, stage.env, stage.folder, order.timeout_s, read, progress.tick, marker)
    progress.finish()
    return log, lines, ended


def _conclude(
    scene: Scene, judged: Judged, left_out: Sequence[Omission], said: Sequence[str], seconds: float, program: str
) -> Rehearsal:
    empties = [each.compiled.empty for each in scene.expected if each.compiled]
    empty: Empty = "pass" if empties and set(empties) == {"pass"} else "fail"
    nothing = [each.nothing for each in scene.expected]
    verdict, because = conclude(
        judged.rows,
        judged.jobs,
        empty=empty,
        refused=bool(scene.refusals),
        nothing="; ".join(dict.fromkeys(nothing)) if all(nothing) else "",
        rowless=all(each.compiled and not each.compiled.rows for each in scene.expected),
    )
    return Rehearsal(
        pipeline=scene.order.pipeline,
        repository=scene.repository.name,
        workflow=scene.caller.path,
        event=str(scene.event),
        sha=scene.repository.sha,
        changes=scene.repository.changes,
        verdict=verdict,
        headline=headline(scene.order.pipeline, str(scene.event), verdict, because, seconds),
        seconds=round(seconds, 3),
        rows=judged.rows,
        jobs=judged.jobs,
        omissions=tuple(left_out),
        notes=tuple(said),
        output=str(scene.order.output),
        reports=results.find_reports(scene.order.output),
        act=act.version(program),
        started_at=(datetime.now(timezone.utc) - timedelta(seconds=seconds)).isoformat(timespec="seconds"),
    )


def _refuse(scene: Scene, program: str) -> Rehearsal:
    """The verdict where GitHub would not even start: every row is an error, and act is not asked."""
    reasons = [f"{p.where()}: {p.message}" + (f" ({p.hint})" if p.hint else "") for p in scene.refusals]
    rows = [row for expected in scene.expected for row in judge_refused(expected, scene.refusals[0].message)]
    results.collect_files(None, scene.order.output, [])
    return _conclude(scene, Judged(tuple(rows), ()), (), reasons, 0.0, program)


def _announce(scene: Scene) -> str:
    changed = f", with {count(scene.repository.changes, 'uncommitted change')}" if scene.repository.changes else ""
    where = f"{scene.repository.name} at {scene.repository.sha[:12]}{changed}"
    return f"rehearsing {scene.caller.path} of {where} on {scene.event}"


def _used(stage: Stage) -> Substitutes:
    """The stand-ins that a step did need, and the actions that have none."""
    file = stage.folder / run.USED
    names = set(file.read_text(encoding="utf-8").split()) if file.is_file() else set()
    used = tuple(action for action in stage.substitutes.used if action.split("/")[1] in names)
    return replace(stage.substitutes, used=used)
