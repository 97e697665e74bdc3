"""The C++ wrapper: inductor calls its kernels from generated C++, not from generated Python."""

import pytest
import torch
from torch._inductor import config
from torch._inductor.utils import run_and_get_code
from torch_suites import ZOO, RMSNorm, train
from torch_suites.layers import attend


@pytest.fixture(autouse=True)
def _cpp_wrapper():
    torch._dynamo.reset()
    with config.patch(cpp_wrapper=True):
        yield


def _is_cpp(code):
    """The wrapper itself is C++: an entry point that takes tensor handles, called from Python only once."""
    return "inductor_entry_impl" in code and "AOTI_TORCH_ERROR_CODE_CHECK" in code and "CppWrapperCodeCache" in code


def _mix(x, y):
    return torch.nn.functional.silu(x @ y).sum(-1)


def test_the_wrapper_is_cpp():
    assert config.cpp_wrapper
    x, y = torch.randn(2, 32, 32)
    result, (code,) = run_and_get_code(torch.compile(_mix, fullgraph=True), x, y)
    torch.testing.assert_close(result, _mix(x, y))
    assert _is_cpp(code)
    assert "aoti_torch_cpu_mm_out" in code


def test_without_the_option_it_is_python():
    x, y = torch.randn(2, 32, 32)
    with config.patch(cpp_wrapper=False):
        result, (code,) = run_and_get_code(torch.compile(_mix, fullgraph=True), x, y)
    torch.testing.assert_close(result, _mix(x, y))
    assert not _is_cpp(code)
    assert "def call(" in code


def test_forward_and_backward_are_both_cpp():
    layer = RMSNorm(16)
    x = torch.randn(4, 16, requires_grad=True)
    expected = torch.autograd.grad(layer(x).square().sum(), [x, layer.weight])

    def both():
        return torch.autograd.grad(torch.compile(layer, fullgraph=True)(x).square().sum(), [x, layer.weight])

    gradients, codes = run_and_get_code(both)
    torch.testing.assert_close(gradients, expected)
    assert len(codes) == 2
    assert all(map(_is_cpp, codes))


def test_a_model_trains():
    entry = ZOO["perceptron"]
    eager, compiled = entry.make(), entry.make()
    compiled.load_state_dict(eager.state_dict())
    batch = entry.batch(32)
    losses, codes = run_and_get_code(lambda: train(torch.compile(compiled), batch, entry.loss, steps=5))
    assert codes
    assert all(map(_is_cpp, codes))
    torch.testing.assert_close(losses, train(eager, batch, entry.loss, steps=5), rtol=1e-3, atol=1e-4)


def test_dynamic_shapes():
    compiled = torch.compile(attend, dynamic=True, fullgraph=True)
    inputs = torch.randn(3, 2, 5, 8).unbind()
    result, (code,) = run_and_get_code(compiled, *inputs)
    torch.testing.assert_close(result, attend(*inputs))
    assert _is_cpp(code)
    longer = torch.randn(3, 2, 11, 8).unbind()
    torch.testing.assert_close(compiled(*longer), attend(*longer))
