"""One run of a program for the row, Bazel or what builds the wheels: within the time that is left, watched, logged."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from shuntyard.bazel.events import Heard, read_events
from shuntyard.bazel.options import Options
from shuntyard.bazel.rcfile import Certificate, render
from shuntyard.bazel.redact import Redacted, Redactor
from shuntyard.bazel.verdict import Verdict, judge_run
from shuntyard.engine.private import write_private
from shuntyard.proc.log import read_tail
from shuntyard.proc.run import Finished, run

GRACE_S = 5.0  # Bazel writes its last events after SIGTERM; GitHub itself leaves 7.5 s after a cancel
_SHUTDOWN_S = 20.0


class Ran(NamedTuple):
    """One run: what it was for, where its actions ran, how it ended, and the files that tell of it."""

    what: str
    where: str
    verdict: Verdict
    finished: Finished
    log: Path
    heard: Heard = Heard()
    events: Path | None = None


class Shop(NamedTuple):
    """What every run needs. `private` is the folder that is removed; `deadline` is on time.monotonic's clock."""

    program: str
    workspace: Path
    private: Path
    env: Mapping[str, str]
    redactor: Redactor
    deadline: float
    echo: BinaryIO | None = None
    clock: Callable[[], float] = time.monotonic

    def left_s(self) -> float:
        """Seconds that are left."""
        return max(self.deadline - self.clock(), 0.0)


def write_rc(shop: Shop, options: Options, certificate: Certificate | None, number: int) -> Path:
    """The fragment of .bazelrc for one run, readable for this user alone."""
    path = shop.private / f"{number}.bazelrc"
    write_private(path, render(options, certificate))
    return path


def bazel(shop: Shop, command: str, options: Options, rc: Path, targets: Sequence[str], number: int) -> Ran:
    """One `bazel build` or `bazel test`. The server that it starts ends with it: nothing outlives the row."""
    listed = shop.private / f"{number}.targets"
    write_private(listed, "".join(f"{target}\n" for target in targets))
    events = shop.private / f"{number}.events.json"
    argv = [shop.program, *options.startup, f"--bazelrc={rc}", command]
    # Paths as they are here: otherwise Bazel uploads files to name them, and the events break off with the executor.
    argv += [f"--build_event_json_file={events}", "--nobuild_event_json_file_path_conversion"]
    argv += [f"--target_pattern_file={listed}"]
    log, finished = _run(shop, argv, number)
    heard = read_events(events)
    where = "remote" if options.remote.executor else "local"
    return Ran(command, where, judge_run(finished, heard, read_tail(log)), finished, log, heard, events)


def wheels(shop: Shop, argv: Sequence[str], rc: Path, number: int) -> Ran:
    """One command that builds wheels. It decides itself what it does with the options' file, `{bazelrc}`."""
    log, finished = _run(shop, [word.replace("{bazelrc}", str(rc)) for word in argv], number)
    verdict = judge_run(finished, Heard(), read_tail(log))
    if verdict.kind not in ("passed", "interrupted", "out of time"):
        how = finished.error or f"exit code {finished.exit_code}"
        verdict = Verdict("build failed", f"the wheels could not be built: {argv[0]}: {how}")
    return Ran("wheels", "", verdict, finished, log)


def shut_down(shop: Shop, options: Options, number: int) -> None:
    """Ends a server that was there before, with whatever it still runs; where there is none, nothing happens."""
    argv = [shop.program, *options.startup, "shutdown"]
    log = shop.private / f"{number}.shutdown.txt"
    run(argv, env=shop.env, cwd=shop.workspace, log=log, timeout_s=_SHUTDOWN_S)


def _run(shop: Shop, argv: Sequence[str], number: int) -> tuple[Path, Finished]:
    log = shop.private / f"{number}.log"
    echo = Redacted(shop.redactor, shop.echo) if shop.echo else None
    finished = run(
        argv, env=shop.env, cwd=shop.workspace, log=log, timeout_s=shop.left_s(),
        echo=cast("BinaryIO | None", echo), grace_s=GRACE_S,
    )  # fmt: skip
    if echo:
        echo.close()
    return log, finished
