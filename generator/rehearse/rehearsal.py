"""One rehearsal from the order to the verdict."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import NoReturn

from generator.load import Toolkit
from generator.rehearse import act, processes, results
from generator.rehearse.conclude import conclude, headline
from generator.rehearse.judge import Judged, judge
from generator.rehearse.judge_rows import judge_refused
from generator.rehearse.observe import Log
from generator.rehearse.omissions import omissions
from generator.rehearse.outcome import Omission, Rehearsal
from generator.rehearse.prepare import Stage, prepare
from generator.rehearse.progress import Progress
from generator.rehearse.scene import Order, Scene, set_scene
from generator.rehearse.standins import store
from shuntyard.collect import collect
from shuntyard.human import count, duration
from shuntyard.plan import Empty


def rehearse(toolkit: Toolkit, order: Order, progress: Progress) -> Rehearsal:
    """Runs the calling workflow of a repository on this machine, and judges what that showed.

    Raises ShuntyardError for what the user has to change first. The repository is only read; results go to
    `order.output`; nothing is left running or lying about, an interruption included.
    """
    program = act.find()
    results.check_output(order.output)
    scene = set_scene(toolkit, order)
    progress.say(_announce(scene))
    if scene.refusals:
        return _refused(scene, program)
    with _temporary_folder(order, progress) as folder:
        stage = prepare(scene, folder, program)
        log, lines, ended = _perform(stage, order, progress)
        stopped = f"the rehearsal was stopped after {duration(order.timeout_s)}" if ended.timed_out else ""
        judged = judge(scene, stage, log, collect(folder / store.FOLDER), stopped)
        results.collect_files(folder, order.output, lines)
        left_out = omissions(stage.survey, scene.event, stage.substitutes, stage.removed)
        notes = [*_notes(scene), *stage.survey.unreadable, *_notes_of_run(ended, log)]
        return _conclude(scene, judged, left_out, notes, progress.elapsed, program)


def _perform(stage: Stage, order: Order, progress: Progress) -> tuple[Log, list[str], processes.Ended]:
    """Runs act; the log as it was understood, its lines as they came, and how it ended."""
    log, lines = Log(), list[str]()

    def read(line: str) -> None:
        lines.append(line)
        progress.note(log.read(line, time.monotonic()))

    marker = f"SHUNTYARD_REHEARSAL={stage.folder}"
    with _terminated_as_interrupted():
        ended = processes.run(stage.command, stage.env, stage.folder, order.timeout_s, read, progress.tick, marker)
    progress.finish()
    return log, lines, ended


def _conclude(
    scene: Scene, judged: Judged, left_out: tuple[Omission, ...], notes: list[str], seconds: float, program: str
) -> Rehearsal:
    empties = [each.compiled.empty for each in scene.expected if each.compiled]
    empty: Empty = "pass" if empties and set(empties) == {"pass"} else "fail"
    verdict, because = conclude(judged.rows, judged.jobs, empty=empty, refused=bool(scene.refusals))
    return Rehearsal(
        pipeline=scene.order.pipeline, repository=scene.repository.name, workflow=scene.caller.path,
        event=str(scene.event), sha=scene.repository.sha, changes=scene.repository.changes, verdict=verdict,
        headline=headline(scene.order.pipeline, str(scene.event), verdict, because, seconds), seconds=round(seconds, 3),
        rows=judged.rows, jobs=judged.jobs, omissions=left_out, notes=tuple(notes), output=str(scene.order.output),
        reports=results.find_reports(scene.order.output), act=act.version(program),
        started_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )  # fmt: skip


def _refused(scene: Scene, program: str) -> Rehearsal:
    """The verdict where GitHub would not even start: every row is an error, and act is not asked."""
    reasons = [f"{p.where()}: {p.message}" + (f" ({p.hint})" if p.hint else "") for p in scene.refusals]
    rows = [row for expected in scene.expected for row in judge_refused(expected, scene.refusals[0].message)]
    results.collect_files(Path(os.devnull), scene.order.output, [])
    return _conclude(scene, Judged(tuple(rows), ()), (), reasons, 0.0, program)


def _announce(scene: Scene) -> str:
    changed = f", with {count(scene.repository.changes, 'uncommitted change')}" if scene.repository.changes else ""
    where = f"{scene.repository.name} at {scene.repository.sha[:12]}{changed}"
    return f"rehearsing {scene.caller.path} of {where} on {scene.event}"


def _notes(scene: Scene) -> Iterator[str]:
    if scene.repository.changes:
        yield f"{count(scene.repository.changes, 'file')} with uncommitted changes took part"
    if scene.event.assumed:
        yield f"assumed: {scene.event.assumed}"
    for each in scene.expected:
        if each.unknown:
            yield f"the rows of {each.call.job} are those that select-rows chose in the run: {each.unknown}"
    if not scene.order.python:
        yield "a job that sets up no Python gets a fresh virtual environment as the machine's"


def _notes_of_run(ended: processes.Ended, log: Log) -> Iterator[str]:
    if ended.leftovers:
        yield f"{count(ended.leftovers, 'process')} still ran at the end, and were ended"
    if log.complaint and not log.complaint.startswith("Job '"):
        yield f"act said: {log.complaint}"


@contextlib.contextmanager
def _temporary_folder(order: Order, progress: Progress) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="shuntyard-rehearsal-")).resolve()
    try:
        yield folder
    finally:
        if order.keep:
            progress.say(f"kept: {folder}")
        else:
            _remove(folder)


def _remove(folder: Path) -> None:
    """Removes a tree in which a test may have taken its own write permission away."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        for path, _, _ in os.walk(folder):
            with contextlib.suppress(OSError):
                Path(path).chmod(0o700)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Treats SIGTERM as Ctrl-C for a while, so that a rehearsal that is told to end cleans up too."""

    def interrupt(number: int, frame: object) -> NoReturn:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
