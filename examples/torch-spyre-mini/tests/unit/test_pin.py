"""PyTorch's version stands in three files: the pin, what the pinned stack installs, what the wheel requires."""

from __future__ import annotations

from importlib.metadata import requires
from pathlib import Path

CI = Path(__file__).resolve().parents[2] / ".ci"


def test_one_version() -> None:
    pin = (CI / "pytorch.txt").read_text(encoding="utf-8").strip()
    assert f"torch=={pin}" in (CI / "pinned.txt").read_text(encoding="utf-8").splitlines()
    assert f"torch=={pin}" in (requires("torch-spyre-mini") or [])
