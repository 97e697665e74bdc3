"""Tests on emulated cards: not run where there are none."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture(autouse=True)
def _cards() -> None:
    if not torch.spyre.is_available():
        pytest.skip(f"not run: {torch.spyre.absence()}")


@pytest.fixture
def two_cards() -> tuple[str, str]:
    if torch.spyre.device_count() < 2:
        pytest.skip("not run: two cards are needed, and TORCH_SPYRE_CARDS gives 1")
    return "spyre:0", "spyre:1"
