"""Operators on a card: the result is the CPU's, and the card's own count says that it ran there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

Tensor = torch.Tensor
CASES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "add.Tensor": lambda a, b: a + b,
    "add_.Tensor": lambda a, b: a.clone().add_(5),
    "sub.Tensor": lambda a, b: a - b,
    "mul.Tensor": lambda a, b: a * 2.5,
    "div.Tensor": lambda a, b: a / b,
    "neg": lambda a, b: -a,
    "exp": lambda a, b: a.exp(),
    "abs": lambda a, b: a.abs(),
    "relu": lambda a, b: a.relu(),
    "gelu": lambda a, b: nn.functional.gelu(a),
    "sigmoid": lambda a, b: a.sigmoid(),
    "tanh": lambda a, b: a.tanh(),
    "pow.Tensor_Scalar": lambda a, b: a**3,
    "_softmax": lambda a, b: a.softmax(-1),
    "sum": lambda a, b: a.sum(),
    "sum.dim_IntList": lambda a, b: a.sum(0),
    "mean.dim": lambda a, b: a.mean(1, keepdim=True),
    "amax": lambda a, b: a.amax(1),
    "native_layer_norm": lambda a, b: nn.functional.layer_norm(a, (4,)),
    "mm": lambda a, b: a @ b.t(),
    "bmm": lambda a, b: a.expand(2, 3, 4).bmm(b.t().expand(2, 4, 3)),
}


@pytest.mark.parametrize("kernel", CASES)
def test_same_as_the_cpu_and_ran_on_the_card(kernel: str) -> None:
    torch.manual_seed(0)
    a, b = torch.randn(3, 4), torch.randn(3, 4)
    wanted = CASES[kernel](a, b)
    assert torch.spyre.executed() == {}
    found = CASES[kernel](a.to("spyre"), b.to("spyre"))
    assert found.device.type == "spyre"
    assert torch.spyre.executed()[kernel] == 1
    torch.testing.assert_close(found.cpu(), wanted)


def test_an_operator_that_the_device_has_not() -> None:
    with pytest.raises(NotImplementedError, match=r"aten::cos.* with arguments from the 'spyre' backend"):
        torch.cos(torch.ones(2, device="spyre"))


def test_a_linear_layer() -> None:
    torch.manual_seed(1)
    layer, rows = nn.Linear(4, 5), torch.randn(3, 4)
    with torch.inference_mode():
        wanted = layer(rows)
        layer.to("spyre")
        torch.spyre.reset_executed()
        found = layer(rows.to("spyre"))
    assert torch.spyre.executed() == {"copy_in": 1, "t": 1, "addmm": 1}
    torch.testing.assert_close(found.cpu(), wanted)


def test_a_model_on_the_last_card() -> None:
    card = f"spyre:{torch.spyre.device_count() - 1}"
    torch.manual_seed(2)
    model = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.LayerNorm(16), nn.Linear(16, 4), nn.Softmax(-1)).eval()
    rows = torch.randn(2, 6, 8)
    with torch.inference_mode():
        wanted = model(rows)
        found = model.to(card)(rows.to(card))
    ran = torch.spyre.executed(torch.spyre.device_count() - 1)
    assert (ran["addmm"], ran["gelu"], ran["native_layer_norm"], ran["_softmax"]) == (2, 1, 1, 1)
    assert torch.spyre.executed() == ran
    torch.testing.assert_close(found.cpu(), wanted)
