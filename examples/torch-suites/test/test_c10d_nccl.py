"""Collectives of NCCL process groups. They need CUDA; without it each says so and is skipped, not passed."""

import pytest
import torch
import torch.distributed as dist
from torch_suites import workers

CARDS = torch.cuda.device_count() if torch.cuda.is_available() else 0
HAVE = f"this machine has {CARDS} (PyTorch {torch.__version__}, CUDA {torch.version.cuda or 'not built in'})"


def needs_cards(count):
    return pytest.mark.skipif(count > CARDS, reason=f"NCCL needs {count} CUDA device(s); {HAVE}")


def _reduce(rank, world_size):
    torch.cuda.set_device(rank)
    tensor = torch.full((1024,), float(rank + 1), device="cuda")
    dist.all_reduce(tensor)
    return tensor.cpu()


@needs_cards(1)
def test_all_reduce_of_one():
    (tensor,) = workers.run(_reduce, 1, backend="nccl")
    assert tensor.unique().tolist() == [1.0]


@needs_cards(2)
def test_all_reduce_of_two():
    for tensor in workers.run(_reduce, 2, backend="nccl"):
        assert tensor.unique().tolist() == [3.0]


def _gather(rank, world_size):
    torch.cuda.set_device(rank)
    everyone = torch.zeros(world_size, device="cuda")
    dist.all_gather_into_tensor(everyone, torch.tensor([float(rank)], device="cuda"))
    return everyone.tolist()


@needs_cards(2)
def test_all_gather_of_two():
    assert workers.run(_gather, 2, backend="nccl") == [[0.0, 1.0]] * 2


@pytest.mark.skipif(CARDS > 0, reason="there is a CUDA device")
def test_without_a_card_nccl_is_refused():
    with pytest.raises(workers.WorkerFailed, match=r"(?i)nccl"):
        workers.run(_reduce, 1, backend="nccl")
