"""A tensor on a card: what PyTorch sees has the card's device and no data; the card's memory is behind it.

PyTorch's own `torch._C._acc.create_empty_tensor` makes such tensors too, but only contiguous ones on card 0.
"""

from __future__ import annotations

from typing import Any

import torch

_KEY = torch._C.DispatchKeySet(torch._C.DispatchKey.PrivateUse1)


class SpyreTensor(torch.Tensor):
    """`memory` is what an emulated card holds; nothing but a kernel and a copy touches it."""

    memory: torch.Tensor

    @staticmethod
    def __new__(cls, memory: torch.Tensor, card: int) -> SpyreTensor:
        return torch.Tensor._make_wrapper_subclass(
            cls,
            memory.size(),
            strides=memory.stride(),
            storage_offset=memory.storage_offset(),
            dtype=memory.dtype,
            device=torch.device("spyre", card),
        )

    def __init__(self, memory: torch.Tensor, card: int) -> None:
        self.memory = memory

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Hands every operator on to the dispatcher: it takes the kernel of PrivateUse1, or says that there is none."""
        return func.redispatch(_KEY, *_as_tensors(func, args), **(kwargs or {}))

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        values = repr(self.memory.detach())
        return f"{values.removesuffix(')')}, device='{self.device}')"

    def __tensor_flatten__(self) -> tuple[list[str], int]:
        """What torch.compile needs in order to trace: the tensors inside, and what else makes one."""
        return ["memory"], self.device.index

    @staticmethod
    def __tensor_unflatten__(inner: dict[str, torch.Tensor], card: int, size: Any, stride: Any) -> SpyreTensor:
        return SpyreTensor(inner["memory"], card)


def _as_tensors(func: Any, args: tuple[Any, ...]) -> list[Any]:
    """The 5 of `x + 5` as a tensor without dimensions, where the operator's kernel takes tensors only."""
    takes_tensor = [isinstance(argument.type, torch.TensorType) for argument in func._schema.arguments]
    return [
        torch.tensor(arg) if is_tensor and isinstance(arg, (bool, int, float, complex)) else arg
        for arg, is_tensor in zip(args, takes_tensor, strict=False)
    ]
