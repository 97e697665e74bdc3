"""The kernels, registered under PrivateUse1. An operator that is not listed is not there: PyTorch itself says so.

An emulated card computes with the CPU's operator of the same name, on its own memory.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensor
from torch.utils._pytree import tree_iter, tree_map_only

from torch_spyre import ledger
from torch_spyre.tensor import SpyreTensor

VIEWS = (
    "alias",
    "as_strided",
    "detach",
    "expand",
    "permute",
    "select.int",
    "slice.Tensor",
    "squeeze.dim",
    "t",
    "transpose.int",
    "unsqueeze",
    "view",
)
COMPUTE = (
    "_softmax",
    "_unsafe_view",
    "abs",
    "add.Tensor",
    "addmm",
    "amax",
    "bmm",
    "clone",
    "div.Tensor",
    "eq.Tensor",
    "exp",
    "gelu",
    "mean",
    "mean.dim",
    "mm",
    "mul.Tensor",
    "native_layer_norm",
    "neg",
    "pow.Tensor_Scalar",
    "relu",
    "rsqrt",
    "sigmoid",
    "sub.Tensor",
    "sum",
    "sum.dim_IntList",
    "tanh",
)
IN_PLACE = ("add_.Tensor", "fill_.Scalar", "mul_.Tensor", "normal_", "relu_", "uniform_", "zero_")


def register(place: Callable[[int | None], int]) -> torch.library.Library:
    """Registers all kernels, for as long as what comes back is kept. `place` says which card an index means."""
    library = torch.library.Library("aten", "IMPL")
    for name in (*VIEWS, *COMPUTE):
        library.impl(name, functools.partial(_compute, _operator(name), name), "PrivateUse1")
    for name in IN_PLACE:
        library.impl(name, functools.partial(_in_place, _operator(name), name), "PrivateUse1")
    library.impl("empty.memory_format", functools.partial(_empty, place), "PrivateUse1")
    library.impl("empty_strided", functools.partial(_empty_strided, place), "PrivateUse1")
    library.impl("copy_", _copy, "PrivateUse1")
    library.impl("_local_scalar_dense", _read_scalar, "PrivateUse1")
    return library


def _operator(name: str) -> Any:
    packet, _, overload = name.partition(".")
    return getattr(getattr(torch.ops.aten, packet), overload or "default")


def _compute(operator: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    card, args, kwargs = _on_card(name, args, kwargs)
    return tree_map_only(torch.Tensor, lambda memory: SpyreTensor(memory, card), operator(*args, **kwargs))


def _in_place(operator: Any, name: str, this: SpyreTensor, *args: Any, **kwargs: Any) -> SpyreTensor:
    _, args, kwargs = _on_card(name, (this, *args), kwargs)
    operator(*args, **kwargs)
    return this


def _on_card(name: str, args: Any, kwargs: Any) -> tuple[int, Any, Any]:
    """The one card that all tensors are on, and the arguments as its memory. A number may come from the host."""
    tensors = [value for value in tree_iter((args, kwargs)) if isinstance(value, torch.Tensor)]
    cards = {tensor.device.index for tensor in tensors if isinstance(tensor, SpyreTensor)}
    strangers = [tensor for tensor in tensors if not isinstance(tensor, SpyreTensor) and tensor.dim()]
    if len(cards) != 1 or strangers:
        places = ", ".join(sorted({str(tensor.device) for tensor in tensors}))
        raise RuntimeError(f"{name} expects all tensors on one card; they are on {places}")
    (card,) = cards
    _record(card, name, tensors)
    args, kwargs = tree_map_only(SpyreTensor, lambda tensor: tensor.memory, (args, kwargs))
    return card, args, kwargs


def _record(card: int, name: str, tensors: Iterable[torch.Tensor]) -> None:
    """Counts, unless torch.compile only traces: then nothing runs."""
    memories = [tensor.memory if isinstance(tensor, SpyreTensor) else tensor for tensor in tensors]
    if not any(isinstance(memory, FakeTensor) for memory in memories):
        ledger.record(card, name)


def _empty(
    place: Callable[[int | None], int],
    size: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: Any = None,
    memory_format: Any = None,
) -> SpyreTensor:
    card = place(device.index)
    return SpyreTensor(torch.empty(size, dtype=dtype, device="cpu", memory_format=memory_format), card)


def _empty_strided(
    place: Callable[[int | None], int],
    size: Any,
    stride: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: Any = None,
) -> SpyreTensor:
    card = place(device.index)
    return SpyreTensor(torch.empty_strided(size, stride, dtype=dtype, device="cpu"), card)


def _copy(target: torch.Tensor, source: torch.Tensor, non_blocking: bool = False) -> torch.Tensor:
    """Host to card, card to host, within a card, and between two."""
    into = target.memory if isinstance(target, SpyreTensor) else target
    out_of = source.memory if isinstance(source, SpyreTensor) else source
    for tensor, name in ((source, "copy_out"), (target, "copy_in")):
        if isinstance(tensor, SpyreTensor):
            _record(tensor.device.index, name, (target, source))
    into.copy_(out_of)
    return target


def _read_scalar(tensor: SpyreTensor) -> Any:
    _record(tensor.device.index, "copy_out", (tensor,))
    return tensor.memory.item()
