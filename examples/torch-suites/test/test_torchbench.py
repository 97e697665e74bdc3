"""The model zoo, end to end: a train step, inference, numerics, memory formats, export."""

import copy

import pytest
import torch
from torch_suites import ZOO, seed_everything, train

BATCH = 16


@pytest.fixture(params=ZOO)
def entry(request):
    return ZOO[request.param]


@pytest.fixture
def model(entry):
    return entry.make()


@pytest.fixture
def batch(entry):
    return entry.batch(BATCH)


def test_train_step_moves_every_weight(entry, model, batch):
    before = copy.deepcopy(model.state_dict())
    train(model, batch, entry.loss, steps=1)
    unmoved = [name for name, weight in model.named_parameters() if torch.equal(weight, before[name])]
    assert not unmoved


@pytest.mark.parametrize("optimizer", ["SGD", "AdamW", "RMSprop", "Adagrad"])
def test_optimizers_lower_the_loss(entry, model, batch, optimizer):
    losses = train(
        model, batch, entry.loss, steps=10, optimizer=getattr(torch.optim, optimizer)(model.parameters(), lr=0.01)
    )
    assert min(losses[1:]) < losses[0]


def test_inference_repeats_and_ignores_the_rest_of_the_batch(model, batch):
    model.eval()
    inputs, _ = batch
    with torch.inference_mode():
        whole, again, half = model(inputs), model(inputs), model(inputs[: BATCH // 2])
    assert torch.equal(whole, again)
    torch.testing.assert_close(half, whole[: BATCH // 2])


def test_double_precision_agrees(model, batch):
    model.eval()
    inputs, _ = batch
    single = model(inputs)
    precise = copy.deepcopy(model).double()(inputs.double() if inputs.is_floating_point() else inputs)
    assert precise.dtype == torch.float64
    torch.testing.assert_close(single, precise.float(), rtol=1e-3, atol=1e-4)


def test_mixed_precision_trains(entry, model, batch):
    inputs, targets = batch
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(12):
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            output = model(inputs)
        loss = entry.loss(output.float(), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert output.dtype == torch.bfloat16
    assert losses[-1] < losses[0]


def test_training_goes_on_from_a_checkpoint(entry, batch, tmp_path):
    def run(steps, start=None):
        seed_everything(1)
        model = entry.make()
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        if start:
            saved = torch.load(start, weights_only=True)
            model.load_state_dict(saved["model"])
            optimizer.load_state_dict(saved["optimizer"])
        losses = train(model, batch, entry.loss, steps=steps, optimizer=optimizer)
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, tmp_path / "checkpoint.pt")
        return losses

    at_once = run(8)
    assert run(5) + run(3, start=tmp_path / "checkpoint.pt") == pytest.approx(at_once, rel=1e-5)


def test_exported_programs_agree(model, batch):
    model.eval()
    inputs, _ = batch
    program = torch.export.export(model, (inputs,))
    torch.testing.assert_close(program.module()(inputs), model(inputs))


def test_channels_last_agrees():
    entry = ZOO["convnet"]
    model = entry.make().eval()
    images, _ = entry.batch(BATCH)
    images = images.expand(-1, 1, -1, -1).contiguous()
    expected = model(images)
    model.to(memory_format=torch.channels_last)
    assert model.layers[3].weight.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(model(images.contiguous(memory_format=torch.channels_last)), expected)


def test_functional_calls_take_other_weights():
    model = ZOO["perceptron"].make()
    points, _ = ZOO["perceptron"].batch(BATCH)
    zeros = {name: torch.zeros_like(weight) for name, weight in model.named_parameters()}
    assert torch.func.functional_call(model, zeros, (points,)).abs().max() == 0
    assert model(points).abs().max() > 0
