"""torch.jit.trace and the older corners of TorchScript."""

import pytest
import torch
from torch import Tensor, nn
from torch_suites import ZOO
from torch_suites.layers import attend


@pytest.mark.parametrize("name", ZOO)
def test_traced_models_agree_on_other_inputs(name):
    entry = ZOO[name]
    model = entry.make().eval()
    few, _ = entry.batch(4)
    many, _ = entry.batch(9)
    traced = torch.jit.trace(model, few)
    torch.testing.assert_close(traced(many), model(many))


def test_a_traced_model_is_saved_and_loaded(tmp_path):
    model = ZOO["decoder"].make().eval()
    inputs, _ = ZOO["decoder"].batch(2)
    torch.jit.trace(model, inputs).save(str(tmp_path / "decoder.pt"))
    loaded = torch.jit.load(str(tmp_path / "decoder.pt"))
    torch.testing.assert_close(loaded(inputs), model(inputs))
    assert "forward" in loaded.code


def _sign(x: Tensor) -> Tensor:
    if x.sum() > 0:
        return x + 1
    return x - 1


def test_a_trace_keeps_only_the_branch_that_it_saw():
    x = torch.ones(3)
    with pytest.warns(torch.jit.TracerWarning, match="Converting a tensor to a Python boolean"):
        traced = torch.jit.trace(_sign, x)
    assert torch.equal(traced(-x), -x + 1)
    assert torch.equal(torch.jit.script(_sign)(-x), _sign(-x))


def test_a_trace_that_is_not_repeatable_is_reported():
    with pytest.warns(torch.jit.TracerWarning, match="does not match the corresponding output"):
        torch.jit.trace(lambda x: x + torch.rand(3), torch.zeros(3))


def test_tracing_a_function_with_three_inputs():
    inputs = torch.randn(3, 2, 5, 4).unbind()
    traced = torch.jit.trace(attend, inputs)
    torch.testing.assert_close(traced(*inputs), attend(*inputs))


class _Repeat(nn.Module):
    """A traced layer inside a scripted loop."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.layer = torch.jit.trace(nn.Linear(4, 4), torch.zeros(1, 4))
        self.times = times

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(self.times):
            x = self.layer(x)
        return x


def test_script_calls_trace():
    model = _Repeat(3)
    x = torch.randn(2, 4)
    expected = model.layer(model.layer(model.layer(x)))
    torch.testing.assert_close(torch.jit.script(model)(x), expected)


class _Legacy(torch.jit.ScriptModule):
    """The class from before torch.jit.script took modules."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((2,), 3.0))

    @torch.jit.script_method
    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight


def test_script_modules_of_the_old_kind():
    module = _Legacy()
    module(torch.tensor([1.0, 2.0])).sum().backward()
    assert module.weight.grad.tolist() == [1.0, 2.0]


def _slow(x: Tensor) -> Tensor:
    return x.exp().sum()


def _both(x: Tensor) -> Tensor:
    later = torch.jit.fork(_slow, x)
    now = _slow(-x)
    return now + torch.jit.wait(later)


def test_fork_and_wait():
    x = torch.randn(5)
    torch.testing.assert_close(torch.jit.script(_both)(x), _slow(x) + _slow(-x))


CHAIN = """
def chain(x):
    return (x * 2 + 1).relu()
"""


@pytest.fixture(params=[True, False], ids=["profiling", "legacy"])
def executor(request):
    before = torch._C._jit_set_profiling_executor(request.param)
    yield request.param
    torch._C._jit_set_profiling_executor(before)


def test_both_executors_agree(executor):
    chain = torch.jit.CompilationUnit(CHAIN).chain  # compiled from text, so neither executor finds the other's plan
    x = torch.randn(6, requires_grad=True)
    for _ in range(3):  # the profiling executor specializes after it has seen inputs
        result = chain(x)
    torch.testing.assert_close(result, (x * 2 + 1).relu())
    (gradient,) = torch.autograd.grad(result.sum(), x)
    torch.testing.assert_close(gradient, 2.0 * (2 * x + 1 > 0))
