"""Mathematics on one device, in the types that it has: what is decomposed is put together again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.requires(devices=1)

# Relative errors of 32 x 32 problems with a condition below 100: 1e3 to 1e4 times the rounding error of the type.
TOLERANCES = {"float32": 1e-3, "float64": 1e-11, "complex64": 1e-3, "complex128": 1e-11}
N = 32


@pytest.fixture(params=TOLERANCES)
def dtype(request: pytest.FixtureRequest, jax: Any) -> Iterator[str]:
    """The type's name; those of 64 bits need JAX told so."""
    name: str = request.param
    with jax.enable_x64(name in ("float64", "complex128")), jax.default_matmul_precision("highest"):
        yield name


def test_cholesky(jax: Any, dtype: str) -> None:
    matrix = _matrix(dtype)
    positive = matrix @ matrix.conj().T + N * np.eye(N, dtype=dtype)
    lower = np.asarray(jax.numpy.linalg.cholesky(positive))
    _same(lower @ lower.conj().T, positive, dtype)
    assert np.array_equal(np.triu(lower, 1), np.zeros_like(lower))


def test_solve(jax: Any, dtype: str) -> None:
    matrix, right = _matrix(dtype) + N * np.eye(N, dtype=dtype), _matrix(dtype, 1)
    _same(matrix @ np.asarray(jax.numpy.linalg.solve(matrix, right)), right, dtype)


def test_qr(jax: Any, dtype: str) -> None:
    matrix = _matrix(dtype)
    q, r = (np.asarray(part) for part in jax.numpy.linalg.qr(matrix))
    _same(q @ r, matrix, dtype)
    _same(q.conj().T @ q, np.eye(N, dtype=dtype), dtype)


def test_svd(jax: Any, dtype: str) -> None:
    matrix = _matrix(dtype)
    u, s, vh = (np.asarray(part) for part in jax.numpy.linalg.svd(matrix))
    _same(u @ np.diag(s).astype(dtype) @ vh, matrix, dtype)
    assert np.all(np.diff(s) <= 0)


def test_eigenvalues_of_a_symmetric_matrix(jax: Any, dtype: str) -> None:
    matrix = _matrix(dtype)
    symmetric = matrix + matrix.conj().T
    values, vectors = (np.asarray(part) for part in jax.numpy.linalg.eigh(symmetric))
    _same(vectors @ np.diag(values).astype(dtype) @ vectors.conj().T, symmetric, dtype)


def test_a_triangular_system(jax: Any, dtype: str) -> None:
    lower = np.tril(_matrix(dtype)) + N * np.eye(N, dtype=dtype)
    right = _matrix(dtype, 1)
    found = jax.scipy.linalg.solve_triangular(lower, right, lower=True)
    _same(lower @ np.asarray(found), right, dtype)


def test_a_fourier_transform_and_back(jax: Any, dtype: str) -> None:
    signal = _matrix(dtype).ravel()
    spectrum = jax.numpy.fft.fft(signal)
    _same(np.asarray(spectrum), np.fft.fft(signal), dtype)
    _same(np.asarray(jax.numpy.fft.ifft(spectrum)), signal, dtype)


def test_a_convolution(jax: Any) -> None:
    rng = np.random.default_rng(5)
    image = rng.standard_normal((1, 1, 12, 12)).astype(np.float32)
    kernel = rng.standard_normal((1, 1, 3, 3)).astype(np.float32)
    found = np.asarray(jax.lax.conv(image, kernel, (1, 1), "VALID", precision="highest"))[0, 0]
    windows = np.lib.stride_tricks.sliding_window_view(image[0, 0], (3, 3))
    _same(found, np.einsum("ijkl,kl->ij", windows, kernel[0, 0]), "float32")


@pytest.mark.parametrize("size", [7, 1000, 100_003])
def test_sorting(jax: Any, size: int) -> None:
    numbers = np.random.default_rng(6).standard_normal(size).astype(np.float32)
    assert np.array_equal(jax.numpy.sort(numbers), np.sort(numbers))
    assert np.array_equal(numbers[np.asarray(jax.numpy.argsort(numbers))], np.sort(numbers))


def _matrix(dtype: str, seed: int = 0) -> Any:
    rng = np.random.default_rng(seed)
    imaginary = 1j * rng.standard_normal((N, N)) if dtype.startswith("complex") else 0
    return (rng.standard_normal((N, N)) + imaginary).astype(dtype)


def _same(found: Any, wanted: Any, dtype: str) -> None:
    assert found.dtype == wanted.dtype or found.dtype.kind == "c"
    error = np.linalg.norm(found - wanted) / max(float(np.linalg.norm(wanted)), 1e-30)
    assert error <= TOLERANCES[dtype], f"off by {error:.3g} of its norm, allowed {TOLERANCES[dtype]:g}"
