"""PyTorch's pin stands in two files: alone in the one, and in what the pinned stack is installed from."""

from __future__ import annotations

from pathlib import Path

CI = Path(__file__).resolve().parents[2] / ".ci"


def test_the_pinned_stack_is_the_pin() -> None:
    pin = (CI / "pytorch.txt").read_text(encoding="utf-8").strip()
    lines = (CI / "pinned.txt").read_text(encoding="utf-8").splitlines()
    assert f"torch=={pin}" in lines or f"torch @ git+https://github.com/pytorch/pytorch@{pin}" in lines
