"""Ties it all to PyTorch: the name of PrivateUse1, hooks, device guard, module and kernels."""

from __future__ import annotations

import os

import torch
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

from torch_spyre import cards, kernels
from torch_spyre.device_module import SpyreModule

NAME = "spyre"
_kept: list[torch.library.Library] = []


class _Hooks(torch._C._acc.PrivateUse1Hooks):
    """What C++ asks the backend."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def is_available(self) -> bool:
        return self._count > 0

    def has_primary_context(self, device_index: int) -> bool:
        return 0 <= device_index < self._count

    def is_built(self) -> bool:
        return True


def register() -> None:
    """Once in a process: PyTorch takes one backend under PrivateUse1. Raises CardsError for a wrong environment."""
    count = cards.emulated(os.environ)
    module = SpyreModule(count)
    _setup_privateuseone_for_python_backend(NAME, backend_module=module, hook=_Hooks(count))
    _kept.append(kernels.register(module.place))
