"""A worker of a remote executor: takes leases by the Remote Workers protocol, and runs their actions on this machine.

    python -m tests.rbe.worker --server 127.0.0.1:PORT --folder FOLDER --slots 2

Appends one JSON object for each action to FOLDER/actions.jsonl: target, shard, command, exit_code, code, seconds. It
runs until SIGTERM, and looks for the server again whenever it is away. Source: remoteworkers/v1test2/bots.proto.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import threading
import time
from pathlib import Path
from typing import Any

import grpc
from buildgrid._protos.build.bazel.remote.execution.v2 import remote_execution_pb2 as remote
from buildgrid._protos.google.devtools.remoteworkers.v1test2 import bots_pb2, bots_pb2_grpc, worker_pb2

from tests.rbe.action import Cancelled, Ran, run
from tests.rbe.blobs import Blobs

_POLL_S = 10.0  # how long the server may wait for work before it answers; it keeps a fifth of that for itself
_HEARTBEAT_S = 0.5
_AGAIN_S = 0.25
_STOP_S = 5.0
_PROPERTIES = {"OSFamily": "linux", "ISA": platform.machine().replace("_", "-")}


class Bot(threading.Thread):
    """One slot: a session with the server, and at most one lease at a time."""

    def __init__(self, server: str, name: str, folder: Path, stopping: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self._server, self._folder, self._stopping = server, folder, stopping
        self.busy = False

    def run(self) -> None:
        while not self._stopping.is_set():
            with grpc.insecure_channel(self._server) as channel:
                try:
                    self._serve(bots_pb2_grpc.BotsStub(channel), Blobs(channel))
                except grpc.RpcError:  # the server is away, or has forgotten this session: a new one
                    self._stopping.wait(_AGAIN_S)

    def _serve(self, bots: Any, blobs: Blobs) -> None:
        session = bots.CreateBotSession(
            bots_pb2.CreateBotSessionRequest(parent="", bot_session=_session(self.name)), timeout=_POLL_S
        )
        while not self._stopping.is_set():
            for lease in session.leases:
                if lease.state == bots_pb2.ACTIVE:
                    self.busy = True
                    try:
                        self._work(lease, session, bots, blobs)
                    finally:
                        self.busy = False
            try:
                session = _update(bots, session)
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.DEADLINE_EXCEEDED:
                    raise

    def _work(self, lease: Any, session: Any, bots: Any, blobs: Blobs) -> None:
        """Runs the lease's action and notes its result in the lease; the next update reports it."""
        heard = time.monotonic()

        def still_wanted() -> bool:
            """Tells the server that this is alive; a lease that is missing in the answer was cancelled."""
            nonlocal heard
            if self._stopping.is_set():
                return False
            if time.monotonic() - heard < _HEARTBEAT_S:
                return True
            heard = time.monotonic()
            answer = _update(bots, session)
            session.version = answer.version
            return lease.id in {each.id for each in answer.leases}

        started = time.monotonic()
        try:
            ran = run(_action(lease, blobs), blobs, self._folder, still_wanted)
        except Cancelled:
            del session.leases[:]
            return
        lease.state = bots_pb2.COMPLETED
        lease.status.code, lease.status.message = ran.code, ran.message
        lease.result.Pack(ran.result)
        self._note(ran, time.monotonic() - started)

    def _note(self, ran: Ran, elapsed: float) -> None:
        env = {each.name: each.value for each in ran.command.environment_variables}
        line = {
            "target": env.get("TEST_TARGET", ""),
            "shard": int(env.get("TEST_SHARD_INDEX", "0")) + 1,
            "command": list(ran.command.arguments),
            "exit_code": ran.result.exit_code,
            "code": ran.code,
            "seconds": round(elapsed, 3),
        }
        with (self._folder / "actions.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")  # one write each: lines of several slots do not mix


def _session(bot_id: str) -> Any:
    properties = [worker_pb2.Device.Property(key=key, value=value) for key, value in _PROPERTIES.items()]
    device = worker_pb2.Device(handle=bot_id, properties=properties)
    worker = worker_pb2.Worker(devices=[device])
    for key, value in _PROPERTIES.items():
        worker.properties.add(key=key, value=value)
    return bots_pb2.BotSession(bot_id=bot_id, status=bots_pb2.OK, worker=worker)


def _update(bots: Any, session: Any) -> Any:
    request = bots_pb2.UpdateBotSessionRequest(name=session.name, bot_session=session)
    return bots.UpdateBotSession(request, timeout=_POLL_S)


def _action(lease: Any, blobs: Blobs) -> Any:
    """A lease carries the action, or its digest."""
    action, digest = remote.Action(), remote.Digest()
    if lease.payload.Unpack(action):
        return action
    lease.payload.Unpack(digest)
    return remote.Action.FromString(blobs.read_one(digest))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--folder", required=True, type=Path)
    parser.add_argument("--slots", type=int, default=2)
    given = parser.parse_args()
    stopping = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stopping.set())
    bots = [Bot(given.server, f"{os.getpid()}-{slot}", given.folder, stopping) for slot in range(given.slots)]
    for bot in bots:
        bot.start()
    print("ready", flush=True)
    stopping.wait()
    deadline = time.monotonic() + _STOP_S
    while any(bot.busy for bot in bots) and time.monotonic() < deadline:  # those that wait for work die with us
        time.sleep(0.02)


if __name__ == "__main__":
    main()
