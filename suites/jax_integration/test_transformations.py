"""jit, grad, vmap and what they make of each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.requires(devices=1)

X = np.linspace(-2.0, 2.0, 64, dtype=np.float32)


def test_jit_gives_what_the_function_gives(jax: Any) -> None:
    def f(x: Any) -> Any:
        return jax.numpy.sin(x) * x + 1

    np.testing.assert_allclose(jax.jit(f)(X), np.sin(X) * X + 1, rtol=1e-5, atol=1e-6)


def test_jit_compiles_once_a_shape(jax: Any) -> None:
    traced = []

    @jax.jit
    def f(x: Any) -> Any:
        traced.append(x.shape)
        return x * 2

    for shape in [(3,), (3,), (4,), (3,)]:
        f(jax.numpy.ones(shape))
    assert traced == [(3,), (4,)]


def test_jit_with_a_loop_and_a_branch_on_the_device(jax: Any) -> None:
    @jax.jit
    def steps(n: Any) -> Any:
        """How many steps of 3n + 1 until 1: 27 takes 111 (oeis.org/A006577)."""
        halved_or_grown = (lambda v: v // 2, lambda v: 3 * v + 1)

        def step(state: Any) -> Any:
            value, count = state
            return jax.lax.cond(value % 2 == 0, *halved_or_grown, value), count + 1

        return jax.lax.while_loop(lambda state: state[0] != 1, step, (n, 0))[1]

    assert int(steps(27)) == 111


def test_scan(jax: Any) -> None:
    last, sums = jax.lax.scan(lambda total, x: (total + x, total + x), 0.0, jax.numpy.arange(10.0))
    assert float(last) == 45.0
    assert np.array_equal(sums, np.cumsum(np.arange(10.0)))


def test_grad_is_the_derivative(jax: Any) -> None:
    slope = jax.vmap(jax.grad(lambda x: jax.numpy.sin(x) * x))(X)
    np.testing.assert_allclose(slope, np.cos(X) * X + np.sin(X), rtol=1e-4, atol=1e-5)


def test_grad_through_a_compiled_product(jax: Any) -> None:
    """d/dA of sum((A B)²) is 2 A B Bᵀ."""
    rng = np.random.default_rng(3)
    a, b = (rng.standard_normal((16, 16)).astype(np.float32) for _ in range(2))

    def f(a: Any) -> Any:
        return jax.numpy.sum(jax.numpy.matmul(a, b, precision="highest") ** 2)

    np.testing.assert_allclose(jax.jit(jax.grad(f))(a), 2 * a @ b @ b.T, rtol=1e-3, atol=1e-3)


def test_second_derivatives_forward_and_backward(jax: Any) -> None:
    def f(x: Any) -> Any:
        return jax.numpy.sum(x**3)

    x = jax.numpy.array([1.0, 2.0, -1.0])
    for hessian in (jax.hessian(f), jax.jacrev(jax.jacrev(f))):
        np.testing.assert_allclose(hessian(x), np.diag(6 * np.asarray(x)), rtol=1e-5)


def test_vmap_is_the_loop_over_the_first_axis(jax: Any) -> None:
    rng = np.random.default_rng(4)
    a, b = rng.standard_normal((8, 5, 5)).astype(np.float32), rng.standard_normal((8, 5)).astype(np.float32)
    each = np.stack([one @ other for one, other in zip(a, b, strict=True)])
    np.testing.assert_allclose(jax.vmap(lambda m, v: m @ v)(a, b), each, rtol=1e-2, atol=1e-2)
    together = jax.vmap(lambda m, v: jax.numpy.matmul(m, v, precision="highest"), in_axes=(0, None))(a, b[0])
    np.testing.assert_allclose(together, a @ b[0], rtol=1e-4, atol=1e-5)


def test_a_callback_to_the_host(jax: Any) -> None:
    shape = jax.ShapeDtypeStruct(X.shape, X.dtype)
    found = jax.jit(lambda x: jax.pure_callback(lambda v: np.sort(np.asarray(v)), shape, -x))(X)
    assert np.array_equal(found, np.sort(-X))
