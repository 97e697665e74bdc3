"""torch.jit.script: functions and modules become TorchScript, are saved, loaded and run without their Python."""

import io

import pytest
import torch
from torch import Tensor, nn
from torch_suites import ZOO, GatedUnit, RMSNorm


def _collatz(start: int) -> int:
    steps = 0
    while start != 1:
        start = start // 2 if start % 2 == 0 else 3 * start + 1
        steps += 1
    return steps


def _clip(x: Tensor, limit: float | None = None) -> Tensor:
    if limit is None:
        return x
    return x.clamp(-limit, limit)


def _longest(words: list[str], lengths: dict[str, int]) -> str:
    best = words[0]
    for word in words:
        if lengths[word] > lengths[best]:
            best = word
    return best


def _count_positive(x: Tensor) -> int:
    count = 0
    for value in x:
        if float(value) > 0:
            count += 1
    return count


def _uses_a_keyword_dictionary(**options):
    return options


@pytest.mark.parametrize("start", [1, 6, 7, 27])
def test_loops_and_integers(start):
    assert torch.jit.script(_collatz)(start) == _collatz(start)


def test_optional_arguments():
    scripted = torch.jit.script(_clip)
    x = torch.tensor([-2.0, 0.5, 2.0])
    assert torch.equal(scripted(x), x)
    assert scripted(x, 1.0).tolist() == [-1.0, 0.5, 1.0]


def test_lists_and_dictionaries():
    lengths = {"a": 1, "ccc": 3, "bb": 2}
    assert torch.jit.script(_longest)(list(lengths), lengths) == "ccc"


def test_control_flow_follows_the_data():
    scripted = torch.jit.script(_count_positive)
    assert scripted(torch.tensor([1.0, -1.0, 2.0])) == 2
    assert scripted(torch.zeros(4)) == 0
    assert "prim::Loop" in str(scripted.graph)
    assert "prim::If" in str(scripted.graph)


def test_what_cannot_be_scripted_is_said():
    with pytest.raises(torch.jit.frontend.NotSupportedError, match="variable number of arguments"):
        torch.jit.script(_uses_a_keyword_dictionary)


@pytest.mark.parametrize("name", ["perceptron", "convnet", "autoencoder", "recurrent"])
def test_scripted_models_agree(name):
    entry = ZOO[name]
    model = entry.make()
    inputs, targets = entry.batch(8)
    scripted = torch.jit.script(model)
    torch.testing.assert_close(scripted(inputs), model(inputs))
    entry.loss(scripted(inputs), targets).backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


@pytest.mark.parametrize("layer", [RMSNorm(8), GatedUnit(8, 16)], ids=["rms_norm", "gated_unit"])
def test_saved_and_loaded(layer, tmp_path):
    path = tmp_path / "layer.pt"
    torch.jit.script(layer).save(str(path))
    loaded = torch.jit.load(str(path))
    x = torch.randn(3, 8)
    torch.testing.assert_close(loaded(x), layer(x))
    assert loaded.state_dict().keys() == layer.state_dict().keys()


def test_extra_files_travel_along():
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(RMSNorm(2)), buffer, _extra_files={"origin": b"this test"})
    buffer.seek(0)
    files = {"origin": b""}
    torch.jit.load(buffer, _extra_files=files)
    assert files["origin"] == b"this test"


def test_frozen_models_hold_their_weights_as_constants():
    model = ZOO["convnet"].make().eval()
    frozen = torch.jit.freeze(torch.jit.script(model))
    images, _ = ZOO["convnet"].batch(4)
    assert not list(frozen.parameters())
    torch.testing.assert_close(frozen(images), model(images))


class _Counter(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.seen = torch.jit.Attribute(0, int)

    @torch.jit.export
    def reset(self) -> None:
        self.seen = 0

    @torch.jit.ignore
    def describe(self) -> str:
        return f"{self.seen} seen"

    def forward(self, x: Tensor) -> Tensor:
        self.seen += x.shape[0]
        return x + self.seen


def test_attributes_and_exported_methods():
    counter = torch.jit.script(_Counter())
    counter(torch.zeros(3))
    assert counter(torch.zeros(2)).tolist() == [5.0, 5.0]
    counter.reset()
    assert counter.seen == 0
