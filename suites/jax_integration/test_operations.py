"""Basic operations against NumPy."""

from __future__ import annotations

import importlib
from typing import Any, TypeAlias

import numpy as np
import pytest

pytestmark = pytest.mark.requires(devices=1)

Pair: TypeAlias = tuple[int, int]
# Relative to the largest value: some rounding errors of the type's last bit, times the root of 100 sums.
TOLERANCES = {"float32": 1e-5, "bfloat16": 2e-2, "float16": 5e-3}


def test_a_product_of_100_by_100_matrices_in_full_precision(jax: Any) -> None:
    a, b = _matrix(0), _matrix(1)
    product = jax.numpy.matmul(a, b, precision="highest")
    _close(product, a.astype(np.float64) @ b.astype(np.float64), TOLERANCES["float32"])


@pytest.mark.parametrize("dtype", TOLERANCES)
def test_a_product_of_100_by_100_matrices(jax: Any, dtype: str) -> None:
    """In the precision that users get: float32 may be multiplied in fewer bits, so 1e-2 is asked there."""
    a, b = (jax.numpy.asarray(_matrix(seed), dtype=dtype) for seed in (0, 1))
    exact = np.asarray(a, dtype=np.float64) @ np.asarray(b, dtype=np.float64)
    product = a @ b
    assert product.dtype == dtype
    _close(product, exact, max(TOLERANCES[dtype], 1e-2))


@pytest.mark.parametrize("name", ["exp", "sin", "tanh", "sqrt", "log1p", "abs", "floor", "sign"])
def test_an_elementwise_function(jax: Any, name: str) -> None:
    x = np.linspace(0.0, 3.0, 1001, dtype=np.float32)
    _close(getattr(jax.numpy, name)(x), getattr(np, name)(x.astype(np.float64)), 2e-6, absolute=True)


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "prod", "std", "argmax"])
@pytest.mark.parametrize("axis", [0, 1, None])
def test_a_reduction(jax: Any, name: str, axis: int | None) -> None:
    x = 1 + _matrix(2)[:20, :20] / 100
    _close(getattr(jax.numpy, name)(x, axis=axis), getattr(np, name)(x.astype(np.float64), axis=axis), 1e-5)


@pytest.mark.parametrize("dtype", ["int8", "int32", "uint8", "uint32"])
def test_whole_numbers_are_exact(jax: Any, dtype: str) -> None:
    """Also where they overflow: two's complement, as in NumPy."""
    x = np.arange(100).astype(dtype)
    assert np.array_equal(np.asarray(jax.numpy.asarray(x) * 7 + 3), (x * np.asarray(7, dtype) + np.asarray(3, dtype)))


def test_indexing_slicing_and_updates(jax: Any) -> None:
    x = np.arange(60.0, dtype=np.float32).reshape(3, 4, 5)
    there = jax.numpy.asarray(x)
    assert np.array_equal(there[1, ::2, -1], x[1, ::2, -1])
    assert np.array_equal(there[jax.numpy.array([2, 0])], x[[2, 0]])
    changed = x.copy()
    changed[1] += 1
    assert np.array_equal(there.at[1].add(1), changed)
    assert np.array_equal(there, x)


@pytest.mark.parametrize(
    ("key", "counter", "answer"),
    [
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    ],
)
def test_threefry_gives_its_known_answers(key: Pair, counter: Pair, answer: Pair) -> None:
    """Those of Random123 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11; file kat_vectors)."""
    random = importlib.import_module("jax.extend.random")
    found = random.threefry_2x32(np.array(key, dtype=np.uint32), np.array(counter, dtype=np.uint32))
    assert tuple(np.asarray(found).tolist()) == answer


def test_normal_numbers_are_those_of_the_seed_and_normal(jax: Any) -> None:
    one, same = (np.asarray(jax.random.normal(jax.random.key(1), (20_000,)), dtype=np.float64) for _ in range(2))
    assert np.array_equal(one, same)
    assert abs(one.mean()) < 0.04 and abs(one.std() - 1) < 0.03  # 5 and 6 standard errors


def _matrix(seed: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(seed).standard_normal((100, 100)).astype(np.float32)


def _close(found: Any, exact: Any, tolerance: float, *, absolute: bool = False) -> None:
    scale = 1.0 if absolute else float(np.max(np.abs(exact)))
    error = np.max(np.abs(np.asarray(found, dtype=np.float64) - exact))
    assert error <= tolerance * max(scale, 1e-30), f"off by {error:.3g}, allowed {tolerance * scale:.3g}"
