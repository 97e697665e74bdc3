"""`torch.spyre`: what PyTorch and its users ask a device's module."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import torch

from torch_spyre import cards, ledger


class SpyreModule(ModuleType):
    """The module of `count` cards, all of them emulated."""

    def __init__(self, count: int) -> None:
        super().__init__("torch.spyre", __doc__)
        self._count = count
        self._current = 0

    def is_available(self) -> bool:
        return self._count > 0

    def is_emulated(self) -> bool:
        """Whether the cards that there are exist in the CPU's memory only."""
        return self._count > 0

    def absence(self) -> str:
        """Why there is no card, in a sentence; empty where there is one."""
        return cards.absence(self._count)

    def device_count(self) -> int:
        return self._count

    def current_device(self) -> int:
        return self._current

    def set_device(self, device: int | str | torch.device) -> None:
        """Raises RuntimeError where there is no such card."""
        self._current = self.place(_index(device))

    @contextlib.contextmanager
    def device(self, device: int | str | torch.device) -> Iterator[None]:
        """The current card, for the length of a `with`."""
        before = self._current
        self.set_device(device)
        try:
            yield
        finally:
            self._current = before

    def place(self, index: int | None) -> int:
        """The card that an index means. Raises RuntimeError where there is none."""
        return cards.place(index, self._current, self._count)

    def executed(self, card: int | None = None) -> dict[str, int]:
        """How often each kernel ran on a card, or on all of them; `copy_in` and `copy_out` are transfers."""
        return ledger.executed(card)

    def reset_executed(self) -> None:
        ledger.reset()

    def synchronize(self, device: Any = None) -> None:
        """Returns when the card is idle. An emulated card computes at once."""
        self.place(None if device is None else _index(device))

    def is_initialized(self) -> bool:
        return self._count > 0

    def is_bf16_supported(self) -> bool:
        return True

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.float16, torch.bfloat16]

    def _is_in_bad_fork(self) -> bool:
        return False

    def manual_seed_all(self, seed: int) -> None:
        """Emulated cards draw from the CPU's generator, which torch.manual_seed has seeded already."""


def _index(device: int | str | torch.device) -> int | None:
    if isinstance(device, int):
        return device
    found = torch.device(device)
    if found.type != "spyre":
        raise RuntimeError(f"{found} is not a Spyre card")
    return found.index
