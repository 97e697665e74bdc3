"""Compiled models inside gloo process groups: each worker compiles, and the ranks agree."""

import pytest
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


def _train(rank):
    points, labels = spirals(64)
    counter = CompileCounterWithBackend("inductor")
    model = DistributedDataParallel(_model())
    compiled = torch.compile(model, backend=counter)
    losses = train(compiled, (points[rank::2], labels[rank::2]), LOSS, steps=10)
    return counter.frame_count, losses, model.module.state_dict()


def _root_of_squares(x):
    return collectives.all_reduce(x * x, "sum", dist.group.WORLD).sqrt()


def _rows(x):
    return collectives.all_gather_tensor(x + 1, gather_dim=0, group=dist.group.WORLD) * 10


def _work(rank, world_size):
    """All that the tests look at, in one set of workers: a compiler takes seconds to start."""
    reduced, (code,) = run_and_get_code(torch.compile(_root_of_squares, fullgraph=True), torch.full((4,), 3.0 + rank))
    gathered = torch.compile(_rows, fullgraph=True)(torch.full((1, 2), float(rank)))
    return {"trained": _train(rank), "reduced": reduced, "code": code, "gathered": gathered}


@pytest.fixture(scope="module")
def ranks():
    return workers.run(_work, 2, timeout_s=180)


def test_a_compiled_data_parallel_model_trains_as_on_the_whole_batch(ranks):
    alone = _model()
    train(alone, spirals(64), LOSS, steps=10)
    for rank in ranks:
        frames, losses, state = rank["trained"]
        assert frames >= 1
        assert losses[-1] < losses[0]
        torch.testing.assert_close(state, alone.state_dict(), rtol=1e-3, atol=1e-4)


def test_the_ranks_end_with_the_same_weights(ranks):
    first, second = (rank["trained"][2] for rank in ranks)
    torch.testing.assert_close(first, second, rtol=0, atol=0)


def test_a_collective_is_part_of_the_compiled_graph(ranks):
    for rank in ranks:
        assert rank["reduced"].tolist() == [5.0] * 4  # the root of 3 * 3 + 4 * 4
        assert "_c10d_functional" in rank["code"]


def test_gathered_rows_keep_their_order(ranks):
    for rank in ranks:
        assert rank["gathered"].tolist() == [[10.0, 10.0], [20.0, 20.0]]
