"""Compiled models inside gloo process groups: each worker compiles, and the ranks agree."""

import torch
import torch.distributed as dist
import torch.distributed._functional_collectives as collectives
from torch import nn
from torch._dynamo.testing import CompileCounterWithBackend
from torch._inductor.utils import run_and_get_code
from torch.nn.parallel import DistributedDataParallel
from torch_suites import seed_everything, spirals, train, workers
from torch_suites.models import Perceptron

LOSS = nn.functional.cross_entropy


def _model():
    seed_everything(0)
    return Perceptron(hidden=16)


def _train(rank, world_size):
    points, labels = spirals(64)
    counter = CompileCounterWithBackend("inductor")
    model = DistributedDataParallel(_model())
    losses = train(
        torch.compile(model, backend=counter), (points[rank::2], labels[rank::2]), LOSS, steps=10
    )
    return counter.frame_count, losses, model.module.state_dict()


def test_a_compiled_data_parallel_model_trains_as_on_the_whole_batch():
    alone = _model()
    train(alone, spirals(64), LOSS, steps=10)
    (frames, losses, first), (_, _, second) = workers.run(_train, 2, timeout_s=180)
    assert frames >= 1
    assert losses[-1] < losses[0]
    torch.testing.assert_close(first, second, rtol=0, atol=0)
    torch.testing.assert_close(first, alone.state_dict(), rtol=1e-3, atol=1e-4)


def _mean_of_squares(x):
    total = collectives.all_reduce(x * x, "sum", dist.group.WORLD)
    return total.sqrt() / 2


def _reduce(rank, world_size):
    compiled = torch.compile(_mean_of_squares, fullgraph=True)
    result, (code,) = run_and_get_code(compiled, torch.full((4,), 3.0 + rank))
    return result, code


def test_a_collective_is_part_of_the_compiled_graph():
    for result, code in workers.run(_reduce, 2, timeout_s=180):
        torch.testing.assert_close(result, torch.full((4,), 2.5))
        assert "_c10d_functional" in code or "all_reduce" in code


def _gather(rank, world_size):
    def rows(x):
        return collectives.all_gather_tensor(x + 1, gather_dim=0, group=dist.group.WORLD) * 10

    return torch.compile(rows, fullgraph=True)(torch.full((1, 2), float(rank)))


def test_gathered_rows_keep_their_order():
    for result in workers.run(_gather, 2, timeout_s=180):
        assert result.tolist() == [[10.0, 10.0], [20.0, 20.0]]
