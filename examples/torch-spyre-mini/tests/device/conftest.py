"""Tests on real cards: not run where there are none, or only emulated ones."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture(autouse=True)
def _real_cards() -> None:
    if not torch.spyre.is_available():
        pytest.skip(f"not run: {torch.spyre.absence()}")
    if torch.spyre.is_emulated():
        pytest.skip("not run: the cards here are emulated, and these tests are about real ones")
