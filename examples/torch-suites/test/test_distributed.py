"""What is built on process groups: data-parallel training, sharding, meshes, checkpoints."""

import pytest
import torch
import torch.distributed as dist
import torch.distributed.checkpoint as checkpoint
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.optim import ZeroRedundancyOptimizer
from torch.distributed.tensor import DTensor, Replicate, Shard, distribute_tensor
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset
from torch_suites import ZOO, seed_everything, spirals, train, workers
from torch_suites.models import Perceptron

LOSS = nn.functional.cross_entropy


def _model():
    seed_everything(0)
    return Perceptron(hidden=16)


def _part(rank, world_size):
    points, labels = spirals(64)
    return points[rank::world_size], labels[rank::world_size]


def _gradients(model):
    return [parameter.grad for parameter in model.parameters()]


def _whole_gradients():
    model = _model()
    points, labels = spirals(64)
    LOSS(model(points), labels).backward()
    return _gradients(model)


def _data_parallel(rank, world_size):
    model = DistributedDataParallel(_model())
    points, labels = _part(rank, world_size)
    LOSS(model(points), labels).backward()
    return _gradients(model)


def test_data_parallel_gradients_are_those_of_the_whole_batch():
    expected = _whole_gradients()
    for gradients in workers.run(_data_parallel, 2):
        torch.testing.assert_close(gradients, expected)


def _accumulate(rank, world_size):
    model = DistributedDataParallel(_model())
    points, labels = _part(rank, world_size)
    with model.no_sync():
        (LOSS(model(points[::2]), labels[::2]) / 2).backward()
    apart = [gradient.clone() for gradient in _gradients(model)]
    (LOSS(model(points[1::2]), labels[1::2]) / 2).backward()
    return apart, _gradients(model)


def test_accumulated_gradients_meet_at_the_last_step():
    (first_apart, first), (second_apart, second) = workers.run(_accumulate, 2)
    assert not torch.allclose(first_apart[0], second_apart[0])
    torch.testing.assert_close(first, second)
    torch.testing.assert_close(first, _whole_gradients())


def _train(rank, world_size, shard_optimizer):
    model = DistributedDataParallel(_model())
    optimizer = (
        ZeroRedundancyOptimizer(model.parameters(), torch.optim.Adam, lr=0.01)
        if shard_optimizer
        else torch.optim.Adam(model.parameters(), lr=0.01)
    )
    losses = train(model, _part(rank, world_size), LOSS, steps=30, optimizer=optimizer)
    return losses, model.module.state_dict()


@pytest.mark.parametrize("shard_optimizer", [False, True], ids=["adam", "zero_redundancy"])
def test_training_together_is_training_on_the_whole_batch(shard_optimizer):
    alone = _model()
    train(alone, spirals(64), LOSS, steps=30, rate=0.01)
    (losses, first), (_, second) = workers.run(_train, 2, (shard_optimizer,))
    assert losses[-1] < losses[0]
    torch.testing.assert_close(first, second, rtol=0, atol=0)
    torch.testing.assert_close(first, alone.state_dict(), rtol=1e-3, atol=1e-4)


def _sample(rank, world_size):
    data = TensorDataset(torch.arange(21))
    sampler = DistributedSampler(data, shuffle=True, seed=4, drop_last=False)
    loader = DataLoader(data, batch_size=4, sampler=sampler)
    epochs = []
    for epoch in range(2):
        sampler.set_epoch(epoch)
        epochs.append([number for (batch,) in loader for number in batch.tolist()])
    return epochs


def test_sampler_gives_each_rank_its_share():
    (first, again), (second, _) = workers.run(_sample, 2)
    assert len(first) == len(second) == 11
    assert set(first) | set(second) == set(range(21))
    assert first != again


def _fully_sharded(rank, world_size):
    model = _model()
    mesh = init_device_mesh("cpu", (world_size,))
    for layer in model.layers:
        if isinstance(layer, nn.Linear):
            fully_shard(layer, mesh=mesh)
    fully_shard(model, mesh=mesh)
    held = sum(parameter.to_local().numel() for parameter in model.parameters())
    losses = train(model, _part(rank, world_size), LOSS, steps=20)
    return held, losses, {name: value.full_tensor() for name, value in model.state_dict().items()}


def test_fully_sharded_training_holds_half_and_learns_the_same():
    alone = _model()
    train(alone, spirals(64), LOSS, steps=20)
    answers = workers.run(_fully_sharded, 2)
    total = sum(parameter.numel() for parameter in alone.parameters())
    assert sum(held for held, _, _ in answers) == total
    assert all(held < 0.6 * total for held, _, _ in answers)
    for _, losses, state in answers:
        assert losses[-1] < losses[0]
        torch.testing.assert_close(state, alone.state_dict(), rtol=1e-3, atol=1e-4)


def _on_a_mesh(rank, world_size):
    mesh = init_device_mesh("cpu", (2, world_size // 2), mesh_dim_names=("rows", "columns"))
    torch.manual_seed(0)
    left, right = torch.randn(8, 6), torch.randn(6, 4)
    placed = distribute_tensor(left, mesh, [Shard(0), Replicate()]) @ distribute_tensor(
        right, mesh, [Replicate(), Shard(1)]
    )
    assert isinstance(placed, DTensor)
    return tuple(placed.to_local().shape), placed.full_tensor(), left @ right


def test_a_product_over_a_mesh_of_four():
    for local, product, expected in workers.run(_on_a_mesh, 4):
        assert local == (4, 2)
        torch.testing.assert_close(product, expected)


def _save(rank, world_size, folder):
    mesh = init_device_mesh("cpu", (world_size,))
    whole = torch.arange(12.0).view(6, 2)
    checkpoint.save({"weight": distribute_tensor(whole, mesh, [Shard(0)])}, checkpoint_id=folder)


def _load(rank, world_size, folder):
    mesh = init_device_mesh("cpu", (world_size,))
    state = {"weight": distribute_tensor(torch.zeros(6, 2), mesh, [Shard(0)])}
    checkpoint.load(state, checkpoint_id=folder)
    return state["weight"].to_local().shape[0], state["weight"].full_tensor()


def test_a_checkpoint_of_two_is_read_by_three(tmp_path):
    workers.run(_save, 2, (str(tmp_path),))
    assert list(tmp_path.glob("*.distcp"))
    for rows, whole in workers.run(_load, 3, (str(tmp_path),)):
        assert rows == 2
        assert torch.equal(whole, torch.arange(12.0).view(6, 2))


def _buffers(rank, world_size):
    entry = ZOO["convnet"]
    seed_everything(rank)
    model = DistributedDataParallel(entry.make())
    images, labels = entry.batch(16)
    train(model, (images[rank::2], labels[rank::2]), entry.loss, steps=3)
    dist.barrier()
    return model.module.state_dict()


def test_models_that_start_apart_end_together():
    first, second = workers.run(_buffers, 2)
    parameters = [name for name in first if "weight" in name or "bias" in name]
    assert len(parameters) == 8
    for name in parameters:
        assert torch.equal(first[name], second[name])
