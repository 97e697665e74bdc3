"""Run a function in several processes that form one process group on this machine."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import sys
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.connection import Connection, wait
from typing import Any

import torch
import torch.distributed as dist

LOOPBACK = "127.0.0.1"


class WorkerFailed(RuntimeError):
    """A worker raised, died or ran out of time; the message says which one and why."""


def run(
    function: Callable[..., Any],
    world_size: int = 2,
    arguments: tuple[Any, ...] = (),
    backend: str = "gloo",
    timeout_s: float = 60.0,
) -> list[Any]:
    """Call `function(rank, world_size, *arguments)` in `world_size` processes; return what they return, by rank.

    The processes find each other over the loopback interface, at a port that the system chooses. `function` must be
    one that pickle can name: not a lambda, not a local function. Raises WorkerFailed, with all workers ended.
    """
    # A fork server starts clean (no OpenMP threads, which do not survive a fork) and imports PyTorch only once.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch.distributed.fsdp", "torch.distributed.checkpoint"])
    store = dist.TCPStore(LOOPBACK, 0, is_master=True, wait_for_workers=False)
    processes, pipes = [], []
    for rank in range(world_size):
        receiver, sender = context.Pipe(duplex=False)
        job = (sender, function, rank, world_size, store.port, backend, timeout_s, arguments)
        process = context.Process(target=_work, args=job, name=f"rank-{rank}")
        process.start()
        sender.close()
        processes.append(process)
        pipes.append(receiver)
    try:
        results = _collect(pipes, timeout_s)
        for process in processes:
            process.join(timeout_s)
        return results
    finally:
        for process in processes:
            process.kill()
            process.join()


def _collect(pipes: list[Connection], timeout_s: float) -> list[Any]:
    deadline = time.monotonic() + timeout_s
    results: dict[int, Any] = {}
    while len(results) < len(pipes):
        waiting = {pipe: rank for rank, pipe in enumerate(pipes) if rank not in results}
        ready = wait(list(waiting), max(0.0, deadline - time.monotonic()))
        if not ready:
            raise WorkerFailed(f"ranks {sorted(waiting.values())} did not finish within {timeout_s:g} s")
        for pipe in ready:
            rank = waiting[pipe]
            try:
                good, answer = pickle.loads(pipe.recv_bytes())
            except EOFError:
                raise WorkerFailed(f"rank {rank} died") from None
            if not good:
                raise WorkerFailed(f"rank {rank} raised:\n{answer}")
            results[rank] = answer
    return [results[rank] for rank in range(len(pipes))]


def _work(
    sender: Connection,
    function: Callable[..., Any],
    rank: int,
    world_size: int,
    port: int,
    backend: str,
    timeout_s: float,
    arguments: tuple[Any, ...],
) -> None:
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo0" if sys.platform == "darwin" else "lo")
    torch.set_num_threads(1)
    torch.manual_seed(0)
    try:
        store = dist.TCPStore(LOOPBACK, port, is_master=False)
        dist.init_process_group(
            backend, store=store, rank=rank, world_size=world_size, timeout=timedelta(seconds=timeout_s)
        )
        answer = (True, function(rank, world_size, *arguments))
        dist.barrier()
        dist.destroy_process_group()
    except Exception:
        answer = (False, traceback.format_exc())
    # Plain pickle copies tensors; the queues of torch.multiprocessing would share memory that ends with this process.
    sender.send_bytes(pickle.dumps(answer))
    sender.close()
