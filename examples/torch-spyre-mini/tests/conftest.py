"""Says why tests that need a card do not run where there is none."""

from __future__ import annotations

import pytest
import torch

import torch_spyre

torch_spyre.autoload()  # PyTorch did it at its own import, unless TORCH_DEVICE_BACKEND_AUTOLOAD=0


@pytest.fixture(autouse=True)
def _counts_of_this_test_alone() -> None:
    torch.spyre.reset_executed()
