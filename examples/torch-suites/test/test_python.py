"""Core tests: layers against a reference, data, the training loop, and the launcher of workers."""

import os

import numpy as np
import pytest
import torch
from torch import nn
from torch_suites import (
    ZOO,
    CausalAttention,
    GatedUnit,
    RMSNorm,
    accuracy,
    copies,
    seed_everything,
    spirals,
    stripes,
    train,
    workers,
)
from torch_suites.layers import attend
from torch_suites.models import Perceptron
from torch_suites.timing import measure


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4)])
def test_rms_norm_agrees_with_the_reference(shape):
    x = torch.randn(shape)
    norm = RMSNorm(4)
    nn.init.normal_(norm.weight)
    torch.testing.assert_close(norm(x), nn.functional.rms_norm(x, (4,), norm.weight, norm.epsilon))


def test_rms_norm_of_zeros_is_zero():
    assert RMSNorm(4)(torch.zeros(2, 4)).abs().max() == 0


@pytest.mark.parametrize("length", [1, 2, 7])
def test_attention_agrees_with_the_reference(length):
    query, key, value = torch.randn(3, 2, 5, length, 8)
    expected = nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True)
    torch.testing.assert_close(attend(query, key, value), expected)


def test_attention_does_not_see_the_future():
    layer = CausalAttention(8, heads=2)
    x = torch.randn(1, 6, 8)
    changed = x.clone()
    changed[:, 4:] += 1
    before, after = layer(x), layer(changed)
    torch.testing.assert_close(before[:, :4], after[:, :4])
    assert not torch.allclose(before[:, 4:], after[:, 4:])


def test_heads_must_divide_the_features():
    with pytest.raises(ValueError, match="6 features do not divide into 4 heads"):
        CausalAttention(6, heads=4)


@pytest.mark.parametrize(
    "layer", [RMSNorm(4), GatedUnit(4, 6), CausalAttention(4, 2)], ids=["rms_norm", "gated_unit", "attention"]
)
def test_gradients_agree_with_finite_differences(layer):
    x = torch.randn(2, 3, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer.double(), (x,))


@pytest.mark.parametrize("make", [spirals, stripes, copies])
def test_data_follows_its_seed(make):
    first, again, other = make(20, seed=1), make(20, seed=1), make(20, seed=2)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0])


def test_spirals_stay_in_the_unit_disc():
    points, labels = spirals(500, classes=5, noise=0.0)
    assert points.norm(dim=1).max() <= 1
    assert torch.bincount(labels).tolist() == [100] * 5


def test_stripes_run_as_labelled():
    images, labels = stripes(50)
    down, across = images.diff(dim=2).abs().mean((1, 2, 3)), images.diff(dim=3).abs().mean((1, 2, 3))
    assert ((across > down).long() == labels).all()


@pytest.mark.parametrize("name", ZOO)
def test_every_model_learns_its_batch(name):
    entry = ZOO[name]
    losses = train(entry.make(), entry.batch(32), entry.loss, steps=15)
    assert losses[-1] < 0.9 * losses[0]


def test_a_perceptron_learns_the_spirals():
    model = Perceptron()
    batch = spirals(400)
    assert accuracy(model, batch) < 0.75
    train(model, batch, nn.functional.cross_entropy, steps=400)
    assert accuracy(model, batch) > 0.95
    assert accuracy(model, spirals(400, seed=9)) > 0.9


def test_training_repeats_with_its_seed():
    def once():
        seed_everything(3)
        return train(Perceptron(), spirals(50), nn.functional.cross_entropy, steps=10)

    assert once() == once()


def test_training_takes_at_least_one_step():
    with pytest.raises(ValueError, match="at least one"):
        train(nn.Linear(1, 1), (torch.ones(1, 1), torch.ones(1, 1)), nn.functional.mse_loss, steps=0)


@pytest.mark.parametrize("training", [True, False])
def test_accuracy_keeps_the_mode(training):
    model = nn.Dropout().train(training)
    accuracy(model, (torch.eye(3), torch.arange(3)))
    assert model.training is training


def test_seed_reaches_numpy():
    seed_everything(5)
    first = np.random.rand(3)
    seed_everything(5)
    assert np.array_equal(first, np.random.rand(3))


def test_measure_counts_only_after_the_warm_up():
    calls = []
    timing = measure(lambda: calls.append(1), repeats=4, warmup=3)
    assert len(calls) == 7
    assert len(timing.seconds) == 4
    assert 0 <= timing.best_s <= timing.median_s


def _where(rank, world_size, word):
    return rank, world_size, os.getpid(), word


def _fail_at_one(rank, world_size):
    if rank == 1:
        raise KeyError("this rank has no luck")
    return rank


def _die_at_one(rank, world_size):
    if rank == 1:
        os._exit(3)


def test_workers_run_in_their_own_processes():
    answers = workers.run(_where, 2, ("hello",))
    assert [(rank, size, word) for rank, size, _, word in answers] == [(0, 2, "hello"), (1, 2, "hello")]
    assert len({os.getpid(), *(process for _, _, process, _ in answers)}) == 3


@pytest.mark.parametrize(("function", "reason"), [(_fail_at_one, "no luck"), (_die_at_one, "rank 1 died")])
def test_a_worker_that_fails_is_named(function, reason):
    with pytest.raises(workers.WorkerFailed, match="rank 1") as failed:
        workers.run(function, 2)
    assert reason in str(failed.value)
