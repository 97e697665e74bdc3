"""The two arms of a comparison, each as one command with the journal's plugin around it."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shuntyard.attempt import Attempt, Kind
from shuntyard.command import environment, python_command, shell_command, wants_tests
from shuntyard.locate import Located, locate, program, test_files
from shuntyard.proc.log import read_tail
from shuntyard.proc.run import Finished, run
from shuntyard.setting import Place
from shuntyard.shard import assign

if TYPE_CHECKING:
    from shuntyard.harvest import Harvest

PLUGIN = Path(__file__).resolve().parent.parent / "pytest_plugin"
LOG, TESTS = "log.txt", "tests"  # in a run's folder: what it printed; the folder that its tests write to
_NO_TESTS = 5  # pytest's exit code
_NOT_FOUND = 127


def run_python(place: Place) -> Attempt:
    """The Python runner: pytest in the tested project's own Python, or the suite's own command."""
    setting, suite = place.setting, place.row.suite
    if suite.command:
        return _run(place, "command", python_command("", suite, ()))
    located = _located(place)
    if located.missing:
        return Attempt(kind="pytest", missing=located.missing, exit_code=_NOT_FOUND, started_at=now())
    if _is_empty_shard(place, located):
        return _nothing_to_do(place, "pytest")
    names = dict.fromkeys((setting.python, "python3"))
    python = next(filter(None, (program(name, setting.env, setting.workspace) for name in names)), "")
    if not python:
        problem = f"there is no {' and no '.join(names)} on the PATH"
        return Attempt(kind="pytest", could_not_start=problem, exit_code=_NOT_FOUND, started_at=now())
    return _run(place, "pytest", python_command(python, suite, located.paths))


def run_shell(place: Place) -> Attempt:
    """The repository's own shell entry."""
    setting = place.setting
    located = _located(place) if wants_tests(setting.shell_entry) else Located()
    argv = shell_command(setting.shell_entry, place.row.suite.id, located.paths)
    if not has_shell_entry(place):
        problem = f"there is no executable {argv[0]}: add it (chmod +x), or name another in input 'shell-entry'"
        return Attempt(kind="shell", could_not_start=problem, exit_code=_NOT_FOUND, started_at=now())
    if located.missing:
        return Attempt(kind="shell", missing=located.missing, exit_code=_NOT_FOUND, started_at=now())
    if wants_tests(setting.shell_entry) and _is_empty_shard(place, located):
        return _nothing_to_do(place, "shell")
    return _run(place, "shell", argv)


def has_shell_entry(place: Place) -> bool:
    name = shell_command(place.setting.shell_entry, place.row.suite.id, ())[0]
    return bool(program(name, place.setting.env, place.setting.workspace))


def _located(place: Place) -> Located:
    """The tests of this row's shard: all that the suite names when there is one shard, else a part of their files."""
    setting, suite, shard = place.setting, place.row.suite, place.setting.shard
    override = shard.cases or setting.tests.get(suite.id, ())
    located = locate(setting.workspace, override or suite.tests, ("{test}",) if override else suite.places)
    if located.missing or shard.cases or shard.of == 1:
        return located
    files = test_files(setting.workspace, located.paths)
    return Located(paths=assign(dict.fromkeys(files), shard.of)[shard.index - 1])


def _is_empty_shard(place: Place, located: Located) -> bool:
    """Without a path, pytest would run everything."""
    return place.setting.shard.of > 1 and not located.paths


def _nothing_to_do(place: Place, kind: Kind) -> Attempt:
    shard = place.setting.shard
    place.setting.console.say(
        f"There are fewer test files than shards: nothing is left for {shard.index} of {shard.of}."
    )
    return Attempt(kind=kind, exit_code=_NO_TESTS, started_at=now())


def _run(place: Place, kind: Kind, argv: Sequence[str]) -> Attempt:
    """Runs a command with the journal's plugin around it, and gathers everything that it left."""
    setting, suite = place.setting, place.row.suite
    tests, log = place.folder / TESTS, place.folder / LOG
    tests.mkdir()
    env = environment(setting.env, suite, plugin=str(PLUGIN), facts=_facts(place, tests))
    setting.console.say(f"$ {shlex.join(argv)}")
    started_at = now()
    try:
        finished = run(
            argv,
            env=env,
            cwd=setting.workspace,
            log=log,
            timeout_s=suite.timeout_s,
            echo=setting.echo,
            meanwhile=_load_readers,
        )
    except ValueError as error:  # a NUL, or a variable's name with an equals sign
        finished = Finished(exit_code=126, error=f"{argv[0]!r} cannot be given its arguments or environment: {error}")
    if finished.left_behind:
        setting.console.say(f"Ended what was left running: {', '.join(finished.left_behind)}")
    left = _load_readers()(tests, _how_it_ended(finished, suite.timeout_s))
    return _attempt(kind, finished, left, started_at, suite.timeout_s, log)


def _load_readers() -> Callable[[Path, str], Harvest]:
    """The reader of results, loaded while the tests run: it takes 10 ms, 40 where nothing is compiled yet."""
    from shuntyard.harvest import harvest  # noqa: PLC0415

    return harvest


def _attempt(kind: Kind, finished: Finished, left: Harvest, started_at: str, timeout_s: float, log: Path) -> Attempt:
    return Attempt(
        kind=kind,
        could_not_start=finished.error,
        exit_code=finished.exit_code,
        signal=finished.signal,
        timed_out=finished.timed_out,
        interrupted=finished.interrupted,
        timeout_s=timeout_s,
        started_at=started_at,
        duration_s=finished.duration_s,
        peak_memory_mb=finished.peak_memory_mb,
        cases=left.cases,
        journals=left.journals,
        problems=left.problems,
        log_tail=read_tail(log),
    )


def _how_it_ended(finished: Finished, timeout_s: float) -> str:
    if finished.interrupted:
        return "the run was interrupted"
    if finished.timed_out:
        return f"the run timed out after {timeout_s:g} s"
    return f"its process ended (exit code {finished.exit_code})"


def _facts(place: Place, tests: Path) -> dict[str, str]:
    shard = place.setting.shard
    return {
        "SHUNTYARD_RESULTS": str(tests),
        "SHUNTYARD_WORKSPACE": str(place.setting.workspace),
        "SHUNTYARD_CONFIG": place.row.suite.id,
        "SHUNTYARD_SHARD": str(shard.index),
        "SHUNTYARD_SHARDS": str(shard.of),
    }


def now() -> str:
    """UTC, to the millisecond."""
    moment = time.time()
    return time.strftime(f"%Y-%m-%dT%H:%M:%S.{int(moment % 1 * 1000):03d}Z", time.gmtime(moment))
