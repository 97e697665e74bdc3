"""Tiny timm models with random weights."""

import numpy as np
import pytest
import timm
import torch
import torchvision
from PIL import Image
from timm.data import create_transform, resolve_data_config
from timm.optim import create_optimizer_v2
from timm.utils import ModelEmaV3
from timm.utils.model import freeze_batch_norm_2d

NAMES = ["test_resnet", "test_efficientnet", "test_convnext", "test_vit"]
SIDE = 96


def _model(name, **options):
    if "vit" in name:
        options["img_size"] = SIDE
    return timm.create_model(name, pretrained=False, num_classes=5, **options)


@pytest.mark.parametrize("name", NAMES)
def test_forward_and_backward(name):
    model = _model(name)
    scores = model(torch.randn(2, 3, SIDE, SIDE))
    assert scores.shape == (2, 5)
    torch.nn.functional.cross_entropy(scores, torch.tensor([0, 1])).backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


@pytest.mark.parametrize("name", NAMES)
def test_a_few_steps_lower_the_loss(name):
    model = _model(name).train()
    images, labels = torch.randn(8, 3, SIDE, SIDE), torch.arange(8) % 5
    optimizer = create_optimizer_v2(model, opt="adamw", lr=3e-3)
    losses = []
    for _ in range(8):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.parametrize("name", NAMES)
def test_weights_travel_through_a_file(name, tmp_path):
    model = _model(name).eval()
    torch.save(model.state_dict(), tmp_path / "weights.pt")
    loaded = _model(name, checkpoint_path=str(tmp_path / "weights.pt")).eval()
    image = torch.randn(1, 3, SIDE, SIDE)
    with torch.no_grad():
        torch.testing.assert_close(loaded(image), model(image))


def test_features_shrink_by_halves():
    model = _model("test_resnet", features_only=True)
    features = model(torch.randn(1, 3, SIDE, SIDE))
    assert [feature.shape[-1] for feature in features] == [SIDE // reduction for reduction in (2, 4, 8, 16, 32)]
    assert model.feature_info.channels() == [feature.shape[1] for feature in features]


def test_a_new_head():
    model = _model("test_vit")
    model.reset_classifier(7)
    assert model(torch.randn(1, 3, SIDE, SIDE)).shape == (1, 7)
    model.reset_classifier(0)
    assert model(torch.randn(1, 3, SIDE, SIDE)).shape == (1, model.num_features)


def test_images_become_what_the_model_takes():
    settings = resolve_data_config({"input_size": (3, SIDE, SIDE)}, model=_model("test_resnet"))
    pixels = np.full((120, 200, 3), 128, dtype=np.uint8)
    tensor = create_transform(**settings, is_training=False)(Image.fromarray(pixels))
    assert tensor.shape == (3, SIDE, SIDE)
    expected = (128 / 255 - torch.tensor(settings["mean"])) / torch.tensor(settings["std"])
    torch.testing.assert_close(tensor[:, 0, 0], expected, rtol=1e-4, atol=1e-4)


def test_an_average_of_weights_follows_slowly():
    model = _model("test_resnet")
    average = ModelEmaV3(model, decay=0.75)
    before = model.fc.bias.detach().clone()
    with torch.no_grad():
        model.fc.bias += 1
    average.update(model)
    torch.testing.assert_close(average.module.fc.bias.detach(), before + 0.25)


def test_frozen_norms_stop_learning():
    model = freeze_batch_norm_2d(_model("test_resnet")).train()
    frozen = [layer for layer in model.modules() if isinstance(layer, torchvision.ops.FrozenBatchNorm2d)]
    assert frozen
    before = frozen[0].running_mean.clone()
    model(torch.randn(4, 3, SIDE, SIDE))
    assert torch.equal(frozen[0].running_mean, before)


def test_many_models_are_known():
    assert len(timm.list_models()) > 500
    assert set(NAMES) <= set(timm.list_models("test_*"))


def test_torchvision_is_the_real_one(missing_operators):
    """timm uses its Python part. Where its compiled part did not load, a compiled operator says so when called."""
    norm = torchvision.ops.FrozenBatchNorm2d(3)
    x = torch.randn(1, 3, 2, 2)
    torch.testing.assert_close(norm(x), x / (1 + norm.eps) ** 0.5)
    boxes, scores = torch.tensor([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.9]]), torch.tensor([0.9, 0.8])
    if "nms" in missing_operators:
        with pytest.raises((NotImplementedError, RuntimeError), match="torchvision"):
            torchvision.ops.nms(boxes, scores, 0.5)
    else:
        assert torchvision.ops.nms(boxes, scores, 0.5).tolist() == [0]
