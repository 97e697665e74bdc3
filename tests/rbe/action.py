"""Runs one action for real: its inputs in a folder of its own, its command, its outputs stored.

Source: remote_execution.proto (Action, Command, ActionResult).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from buildgrid._protos.build.bazel.remote.execution.v2 import remote_execution_pb2 as remote
from buildgrid._protos.google.rpc import code_pb2

from tests.rbe.blobs import Blobs, Missing, pack, unpack

_PAUSE_S = 0.02
_INLINE = 16_384  # bytes of output that travel in the result itself


class Cancelled(Exception):
    """Nobody waits for the action any more."""


class Ran(NamedTuple):
    """`code` is a google.rpc.Code: OK where the command ran, whatever it said; DEADLINE_EXCEEDED at its time-out."""

    result: Any
    code: int
    message: str
    command: Any


def run(action: Any, blobs: Blobs, scratch: Path, still_wanted: Callable[[], bool]) -> Ran:
    """Runs the action below `scratch`. Raises Cancelled as soon as `still_wanted()`, which is asked often, says no."""
    work = Path(tempfile.mkdtemp(prefix="action-", dir=scratch))
    command = remote.Command()
    try:
        command.ParseFromString(blobs.read_one(action.command_digest))
        root = work / "root"
        unpack(blobs, action.input_root_digest, root)
        started = time.monotonic()
        limit = action.timeout.seconds + action.timeout.nanos / 1e9 if action.HasField("timeout") else float("inf")
        exit_code = _execute(command, root, work, started + limit, still_wanted)
        result = _result(command, root / command.working_directory, work, blobs)
    except Missing as error:
        return Ran(remote.ActionResult(), code_pb2.FAILED_PRECONDITION, f"an input is missing: {error}", command)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if exit_code is None:
        result.exit_code = 128 + signal.SIGKILL
        return Ran(result, code_pb2.DEADLINE_EXCEEDED, f"killed after {limit:g} s", command)
    result.exit_code = exit_code
    return Ran(result, code_pb2.OK, "", command)


def _execute(command: Any, root: Path, work: Path, deadline: float, still_wanted: Callable[[], bool]) -> int | None:
    """The exit code, None at the deadline; nothing that was started is left in either case."""
    folder = root / command.working_directory
    folder.mkdir(parents=True, exist_ok=True)
    for path in _outputs(command):  # the folders that outputs lie in are there before the command runs
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
    with (work / "stdout").open("wb") as stdout, (work / "stderr").open("wb") as stderr:
        try:
            process = subprocess.Popen(
                list(command.arguments),
                cwd=folder,
                env={each.name: each.value for each in command.environment_variables},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
        except OSError as error:
            stderr.write(f"{error}\n".encode())
            return 127
    try:
        while process.poll() is None:
            if time.monotonic() >= deadline:
                return None
            if not still_wanted():
                raise Cancelled
            time.sleep(_PAUSE_S)
    finally:
        _end_session(process.pid)
        process.wait()
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def _end_session(leader: int) -> None:
    """Kills the leader's whole session, in whichever process groups it is: Bazel's test-setup.sh makes new ones."""
    while members := [pid for pid in _pids() if _session_of(pid) == leader]:
        for pid in members:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if members == [leader]:
            return
        time.sleep(_PAUSE_S)


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _session_of(pid: int) -> int:
    """0 for a process that is gone, or is dead and waits for its parent."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] in "ZX" else int(fields[3])


def _result(command: Any, folder: Path, work: Path, blobs: Blobs) -> Any:
    """Stores the outputs that are there; the ActionResult that names them."""
    result = remote.ActionResult()
    for name in _outputs(command):
        path = folder / name
        if path.is_symlink():
            links = result.output_directory_symlinks if path.is_dir() else result.output_file_symlinks
            links.add(path=name, target=str(path.readlink()))
        elif path.is_dir():
            tree, contents = pack(path)
            [digest, *_] = blobs.write([tree.SerializeToString(), *contents])
            result.output_directories.add(path=name, tree_digest=digest)
        elif path.is_file():
            [digest] = blobs.write([path.read_bytes()])
            result.output_files.add(path=name, digest=digest, is_executable=os.access(path, os.X_OK))
    for stream in ("stdout", "stderr"):
        written = (work / stream).read_bytes()
        if len(written) <= _INLINE:
            setattr(result, f"{stream}_raw", written)
        else:
            getattr(result, f"{stream}_digest").CopyFrom(blobs.write([written])[0])
    return result


def _outputs(command: Any) -> list[str]:
    """What the command says it makes: `output_paths` since version 2.1 of the protocol, two lists before."""
    return list(dict.fromkeys([*command.output_paths, *command.output_files, *command.output_directories]))
