"""Communication between all devices, under shard_map: what each device has to end up with is known beforehand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.requires(devices=2)


@pytest.fixture
def over_all(jax: Any, mesh: Any) -> Any:
    """`over_all(f, x)`: f on each device's part of x, its results one after the other."""
    spec = jax.sharding.PartitionSpec("x")

    def call(f: Any, x: Any) -> Any:
        return np.asarray(jax.jit(jax.shard_map(f, mesh=mesh, in_specs=spec, out_specs=spec))(x))

    return call


@pytest.fixture
def count(devices: list[Any]) -> int:
    return len(devices)


@pytest.mark.requires(devices=1)
def test_shard_map_gives_each_device_its_part(over_all: Any, count: int) -> None:
    x = np.arange(4.0 * count, dtype=np.float32)
    found = over_all(lambda part: part * 10 + part.shape[0], x)
    assert np.array_equal(found, x * 10 + 4)


def test_each_device_knows_its_place(jax: Any, over_all: Any, count: int) -> None:
    found = over_all(lambda part: part + jax.lax.axis_index("x"), np.zeros(count, dtype=np.int32))
    assert found.tolist() == list(range(count))


@pytest.mark.parametrize("dtype", ["float32", "int32", "bfloat16"])
def test_psum(jax: Any, over_all: Any, count: int, dtype: str) -> None:
    x = jax.numpy.arange(2 * count).astype(dtype)  # whole numbers below 256: exact in bfloat16 as well
    each = np.arange(2 * count).reshape(count, 2).sum(axis=0)
    found = over_all(lambda part: jax.lax.psum(part, "x"), x)
    assert found.astype(np.float64).tolist() == [*each.tolist()] * count


def test_pmax_pmin_and_pmean(jax: Any, over_all: Any, count: int) -> None:
    x = np.random.default_rng(9).permutation(count).astype(np.float32)
    for name, wanted in (("pmax", count - 1), ("pmin", 0), ("pmean", (count - 1) / 2)):
        found = over_all(lambda part, name=name: getattr(jax.lax, name)(part, "x"), x)
        assert found.tolist() == [wanted] * count, name


def test_all_gather(jax: Any, over_all: Any, count: int) -> None:
    x = np.arange(3 * count, dtype=np.float32)
    found = over_all(lambda part: jax.lax.all_gather(part, "x", tiled=True), x)
    assert np.array_equal(found.reshape(count, -1), np.tile(x, (count, 1)))


def test_ppermute_around_the_ring(jax: Any, over_all: Any, count: int) -> None:
    ring = [(source, (source + 1) % count) for source in range(count)]
    x = np.arange(2 * count, dtype=np.float32)
    found = over_all(lambda part: jax.lax.ppermute(part, "x", ring), x)
    assert np.array_equal(found.reshape(count, 2), np.roll(x.reshape(count, 2), 1, axis=0))


def test_ppermute_leaves_zeros_where_nothing_is_sent(jax: Any, over_all: Any, count: int) -> None:
    x = np.arange(1, count + 1, dtype=np.float32)
    found = over_all(lambda part: jax.lax.ppermute(part, "x", [(0, count - 1)]), x)
    assert found.tolist() == [0.0] * (count - 1) + [1.0]


def test_all_to_all_transposes(jax: Any, over_all: Any, count: int) -> None:
    x = np.arange(count * count, dtype=np.float32)
    found = over_all(lambda part: jax.lax.all_to_all(part, "x", 0, 0, tiled=True), x)
    assert np.array_equal(found.reshape(count, count), x.reshape(count, count).T)


def test_reduce_scatter(jax: Any, over_all: Any, count: int) -> None:
    """Each device gets its part of the sum (`psum_scatter`)."""
    x = np.arange(count * 2 * count, dtype=np.float32)
    found = over_all(lambda part: jax.lax.psum_scatter(part, "x", tiled=True), x)
    assert np.array_equal(found, x.reshape(count, -1).sum(axis=0))


def test_a_gradient_through_a_collective(jax: Any, mesh: Any, count: int) -> None:
    """d/dx of sum(psum(x)²): every part pulls on every device's sum once."""
    spec, nowhere = jax.sharding.PartitionSpec("x"), jax.sharding.PartitionSpec()
    total = jax.shard_map(lambda part: jax.lax.psum(part.sum(), "x"), mesh=mesh, in_specs=spec, out_specs=nowhere)
    x = np.arange(2 * count, dtype=np.float32)
    slope = jax.jit(jax.grad(lambda x: total(x) ** 2))(x)
    np.testing.assert_allclose(slope, np.full_like(x, 2 * x.sum()), rtol=1e-6)


def test_a_large_sum_is_exact(jax: Any, over_all: Any, count: int) -> None:
    """4 MB a device: libraries take other paths for large messages than for small ones."""
    x = np.tile(np.arange(1 << 20, dtype=np.int32) % 1000, count)
    found = over_all(lambda part: jax.lax.psum(part, "x"), x)
    assert np.array_equal(found, x * count)


def test_pmap(jax: Any, count: int) -> None:
    if not hasattr(jax, "pmap"):
        pytest.skip("not run: this JAX has no pmap any more")
    x = np.arange(count, dtype=np.float32)
    found = jax.pmap(lambda part: part * jax.lax.psum(part, "x"), axis_name="x")(x)
    assert np.array_equal(found, x * x.sum())
