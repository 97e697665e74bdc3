"""Collectives of real gloo process groups: several processes that talk over the loopback interface."""

import time
from datetime import timedelta

import pytest
import torch
import torch.distributed as dist
from torch_suites import workers

WORLD_SIZES = [2, 3]
OPERATIONS = {"SUM": torch.sum, "PRODUCT": torch.prod, "MIN": torch.amin, "MAX": torch.amax}
DTYPES = [torch.float64, torch.float32, torch.float16, torch.int64, torch.uint8]


def _reduce(rank, world_size):
    """All reductions of [r + 1, 10 * (r + 1)], by operation and by dtype, in one set of workers."""
    results = {}
    for operation, dtype in [*((name, torch.float32) for name in OPERATIONS), *(("SUM", dtype) for dtype in DTYPES)]:
        tensor = torch.tensor([rank + 1, 10 * (rank + 1)]).to(dtype)
        dist.all_reduce(tensor, getattr(dist.ReduceOp, operation))
        results[operation, dtype] = tensor
    return results


@pytest.fixture(scope="module", params=WORLD_SIZES)
def reduced(request):
    """What each rank came to."""
    return workers.run(_reduce, request.param)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_all_reduce(operation, reduced):
    sent = torch.tensor([[rank + 1.0, 10 * (rank + 1.0)] for rank in range(len(reduced))])
    for results in reduced:
        torch.testing.assert_close(results[operation, torch.float32], OPERATIONS[operation](sent, 0))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_all_reduce_of_dtype(dtype, reduced):
    total = sum(range(1, len(reduced) + 1))
    for results in reduced:
        assert results["SUM", dtype].dtype == dtype
        assert results["SUM", dtype].tolist() == [total, 10 * total]


def _broadcast(rank, world_size):
    tensors = [torch.full((3,), float(rank)) for _ in range(world_size)]
    for source, tensor in enumerate(tensors):
        dist.broadcast(tensor, src=source)
    return [tensor.tolist() for tensor in tensors]


def test_broadcast_from_each():
    assert workers.run(_broadcast, 2) == [[[0.0] * 3, [1.0] * 3]] * 2


def _gather_and_scatter(rank, world_size):
    own = torch.tensor([rank, rank * rank])
    everyone = [torch.zeros(2, dtype=torch.long) for _ in range(world_size)]
    dist.all_gather(everyone, own)
    at_zero = [torch.zeros(2, dtype=torch.long) for _ in range(world_size)] if rank == 0 else None
    dist.gather(own, at_zero, dst=0)
    received = torch.zeros(1)
    dist.scatter(received, list(torch.arange(1.0, world_size + 1).split(1)) if rank == 0 else None, src=0)
    exchanged = torch.zeros(world_size, dtype=torch.long)
    dist.all_to_all_single(exchanged, torch.arange(world_size) + 10 * rank)
    total = own.clone()
    dist.reduce(total, dst=1)
    return {
        "all_gather": torch.stack(everyone).tolist(),
        "gather": torch.stack(at_zero).tolist() if rank == 0 else None,
        "scatter": received.item(),
        "all_to_all": exchanged.tolist(),
        "reduce": total.tolist() if rank == 1 else None,
    }


@pytest.mark.parametrize("world_size", WORLD_SIZES)
def test_gather_scatter_and_exchange(world_size):
    rows = [[rank, rank * rank] for rank in range(world_size)]
    answers = workers.run(_gather_and_scatter, world_size)
    for rank, answer in enumerate(answers):
        assert answer["all_gather"] == rows
        assert answer["scatter"] == rank + 1
        assert answer["all_to_all"] == [rank + 10 * other for other in range(world_size)]
    assert answers[0]["gather"] == rows
    assert answers[1]["reduce"] == [sum(column) for column in zip(*rows, strict=True)]


def _ring(rank, world_size):
    """Hand a sum around the ring, each rank adding its square."""
    tensor = torch.zeros(1)
    if rank > 0:
        dist.recv(tensor, src=rank - 1)
    tensor += rank * rank
    dist.send(tensor, dst=(rank + 1) % world_size)
    if rank == 0:
        dist.recv(tensor, src=world_size - 1)
    return tensor.item()


def test_send_and_receive_around_a_ring():
    assert workers.run(_ring, 3)[0] == 0 + 1 + 4


def _exchange_at_once(rank, world_size):
    received = torch.zeros(2)
    works = [dist.isend(torch.full((2,), float(rank)), dst=1 - rank), dist.irecv(received, src=1 - rank)]
    for work in works:
        work.wait()
    return received.tolist()


def test_both_send_before_either_receives():
    assert workers.run(_exchange_at_once, 2) == [[1.0, 1.0], [0.0, 0.0]]


def _asynchronous(rank, world_size):
    tensors = [torch.full((4,), float(rank + index)) for index in range(5)]
    works = [dist.all_reduce(tensor, async_op=True) for tensor in tensors]
    for work in works:
        work.wait()
    return [work.is_completed() for work in works], [tensor[0].item() for tensor in tensors]


def test_asynchronous_collectives_keep_their_order():
    for completed, sums in workers.run(_asynchronous, 2):
        assert all(completed)
        assert sums == [1.0, 3.0, 5.0, 7.0, 9.0]


def _subgroup(rank, world_size):
    pair = dist.new_group([0, 2])
    tensor = torch.tensor([float(rank + 1)])
    if rank in (0, 2):
        dist.all_reduce(tensor, group=pair)
    return tensor.item()


def test_a_subgroup_leaves_the_others_alone():
    assert workers.run(_subgroup, 3) == [4.0, 2.0, 4.0]


def _objects(rank, world_size):
    everything = [None] * world_size
    dist.all_gather_object(everything, {"rank": rank, "name": "ä" * rank})
    return everything


def test_objects_travel():
    assert workers.run(_objects, 2) == [[{"rank": 0, "name": ""}, {"rank": 1, "name": "ä"}]] * 2


def _miss_the_barrier(rank, world_size):
    if rank == 0:
        dist.monitored_barrier(timeout=timedelta(seconds=1))
    else:
        time.sleep(30)


def test_a_missing_rank_is_named():
    with pytest.raises(workers.WorkerFailed, match="Rank 1 failed to pass monitoredBarrier in 1000 ms"):
        workers.run(_miss_the_barrier, 2)


def _send_to_itself(rank, world_size):
    dist.send(torch.zeros(1), dst=rank)


def test_a_rank_cannot_send_to_itself():
    with pytest.raises(workers.WorkerFailed, match="Invalid destination rank"):
        workers.run(_send_to_itself, 2)


def test_gloo_is_there():
    assert dist.is_available()
    assert dist.is_gloo_available()
