"""Arrays over several devices: cut, moved, computed on where they lie, and put together again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.requires(devices=2)


@pytest.fixture
def rows(jax: Any, mesh: Any) -> Any:
    """The first axis over all devices."""
    return jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("x"))


@pytest.fixture
def everywhere(jax: Any, mesh: Any) -> Any:
    """A copy on every device."""
    return jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec())


def test_each_device_has_its_own_rows(jax: Any, devices: list[Any], rows: Any) -> None:
    numbers = _numbers(len(devices))
    there = jax.device_put(numbers, rows)
    assert there.devices() == set(devices)
    assert np.array_equal(there, numbers)
    assert len(there.addressable_shards) == len(devices)
    for shard in there.addressable_shards:
        assert shard.data.devices() == {shard.device}
        assert np.array_equal(shard.data, numbers[shard.index])
        assert shard.data.shape[0] == 4


def test_a_copy_is_on_every_device(jax: Any, devices: list[Any], everywhere: Any) -> None:
    numbers = _numbers(len(devices))
    there = jax.device_put(numbers, everywhere)
    assert there.is_fully_replicated
    assert all(np.array_equal(shard.data, numbers) for shard in there.addressable_shards)


def test_a_compiled_function_keeps_the_rows_where_they_are(jax: Any, devices: list[Any], rows: Any) -> None:
    numbers = _numbers(len(devices))
    doubled = jax.jit(lambda x: x * 2 + 1)(jax.device_put(numbers, rows))
    assert doubled.sharding.is_equivalent_to(rows, doubled.ndim)
    assert np.array_equal(doubled, numbers * 2 + 1)


def test_a_sum_over_all_devices(jax: Any, devices: list[Any], rows: Any) -> None:
    numbers = _numbers(len(devices))
    assert np.array_equal(jax.jit(lambda x: x.sum(axis=0))(jax.device_put(numbers, rows)), numbers.sum(axis=0))


def test_a_product_of_cut_matrices(jax: Any, devices: list[Any], mesh: Any, rows: Any) -> None:
    """Rows times columns: each device has what it needs; columns times rows: the devices add up."""
    count = len(devices)
    columns = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec(None, "x"))
    a, b = (np.random.default_rng(seed).integers(-4, 5, (4 * count, 4 * count)).astype(np.float32) for seed in (7, 8))
    product = jax.jit(lambda a, b: jax.numpy.matmul(a, b, precision="highest"))
    for first, second in ((rows, columns), (columns, rows), (rows, rows)):
        found = product(jax.device_put(a, first), jax.device_put(b, second))
        assert np.array_equal(found, a @ b)  # whole numbers below 2**24: exact in whatever order


def test_moving_from_one_sharding_to_another(jax: Any, devices: list[Any], rows: Any, everywhere: Any) -> None:
    numbers = _numbers(len(devices))
    there = jax.device_put(numbers, rows)
    for sharding in (everywhere, jax.sharding.SingleDeviceSharding(devices[-1]), rows):
        there = jax.device_put(there, sharding)
        assert there.sharding.is_equivalent_to(sharding, there.ndim)
        assert np.array_equal(there, numbers)


def test_an_array_made_of_its_parts(jax: Any, devices: list[Any], rows: Any) -> None:
    numbers = _numbers(len(devices))
    there = jax.make_array_from_callback(numbers.shape, rows, lambda index: numbers[index])
    assert np.array_equal(there, numbers)


@pytest.mark.requires(devices=4)
def test_a_mesh_of_two_axes(jax: Any, devices: list[Any]) -> None:
    grid = jax.sharding.Mesh(np.array(devices[: len(devices) // 2 * 2]).reshape(2, -1), ("a", "b"))
    sharding = jax.sharding.NamedSharding(grid, jax.sharding.PartitionSpec("a", "b"))
    numbers = np.arange(8 * grid.size, dtype=np.float32).reshape(4, -1)
    there = jax.device_put(numbers, sharding)
    assert {shard.data.shape for shard in there.addressable_shards} == {(2, 4)}
    assert np.array_equal(jax.jit(lambda x: x.T @ x)(there), numbers.T @ numbers)


def _numbers(devices: int) -> Any:
    return np.arange(12 * devices, dtype=np.float32).reshape(4 * devices, 3)
