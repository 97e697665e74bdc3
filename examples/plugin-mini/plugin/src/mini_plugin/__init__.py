"""The kernel half of an example plugin. It registers nothing with JAX: real JAX beside it keeps its own backends."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from importlib.metadata import version as _installed

import mini_pjrt

from mini_plugin import _linalg, _prng

__version__ = _installed("mini-plugin")
KERNELS = {"_linalg": _linalg, "_prng": _prng}


def matmul(a: Sequence[Iterable[float]], b: Sequence[Iterable[float]]) -> list[list[float]]:
    """The product of an n×k and a k×m matrix. Raises ValueError where the shapes do not fit."""
    left, right = [list(row) for row in a], [list(row) for row in b]
    n, k, m = len(left), len(right), len(right[0]) if right else 0
    if any(len(row) != k for row in left) or any(len(row) != m for row in right):
        raise ValueError("the shapes do not fit")
    data = _linalg.matmul(array("d", sum(left, [])), array("d", sum(right, [])), n, k, m)
    flat = array("d", data)
    return [list(flat[i * m : (i + 1) * m]) for i in range(n)]


def bits(seed: int, count: int) -> list[int]:
    """`count` pseudo-random 64-bit words."""
    return list(array("Q", _prng.bits(seed, count)))


def describe() -> dict[str, str]:
    """What is linked: the version compiled into each kernel, and the runtime's."""
    return {**{name: module.version for name, module in KERNELS.items()}, "pjrt": mini_pjrt.version()}
