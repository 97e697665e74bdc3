"""Is there a PyTorch that computes, derives and saves?"""

import pytest
import torch
import torch_suites
from torch import nn


def test_version():
    assert torch.__version__.split("+")[0] == "2.13.0"
    assert torch_suites.__version__ == "1.0.0"


def test_arithmetic():
    a = torch.arange(6.0).view(2, 3)
    assert (a @ a.T).tolist() == [[5.0, 14.0], [14.0, 50.0]]
    assert a.sum(0).tolist() == [3.0, 5.0, 7.0]


@pytest.mark.parametrize(
    "dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16, torch.int64, torch.bool]
)
def test_dtypes_round_trip(dtype):
    values = torch.tensor([0, 1, 0, 1])
    assert values.to(dtype).dtype == dtype
    assert values.to(dtype).to(torch.int64).equal(values)


def test_gradient():
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    (x**3).sum().backward()
    assert x.grad.tolist() == [12.0, 27.0]


def test_one_step_of_training_lowers_the_loss():
    model = nn.Linear(4, 1)
    x, y = torch.randn(32, 4), torch.randn(32, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    before = nn.functional.mse_loss(model(x), y)
    before.backward()
    optimizer.step()
    assert nn.functional.mse_loss(model(x), y) < before


def test_save_and_load(tmp_path):
    model, other = nn.Linear(3, 2), nn.Linear(3, 2)
    torch.save(model.state_dict(), tmp_path / "model.pt")
    other.load_state_dict(torch.load(tmp_path / "model.pt", weights_only=True))
    x = torch.randn(5, 3)
    assert torch.equal(model(x), other(x))


def test_numpy_shares_memory():
    tensor = torch.zeros(3)
    tensor.numpy()[1] = 5
    assert tensor.tolist() == [0.0, 5.0, 0.0]
