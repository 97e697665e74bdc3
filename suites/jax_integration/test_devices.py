"""Which devices JAX finds: the platform that is meant, as many as there are to be, each of them usable."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from harness.present import present
from harness.settings import Settings

pytestmark = pytest.mark.requires(devices=1)


def test_jax_computes_on_the_platform_that_is_meant(
    settings: Settings, record_property: Callable[[str, object], None]
) -> None:
    """JAX falls back to the CPU with a warning where a plugin does not load: every other test would pass there."""
    here = present()
    record_property("platform", here.platform)
    record_property("devices", here.devices)
    record_property("version", here.version)
    assert here.platform == settings.platform


def test_there_are_as_many_devices_as_expected(settings: Settings, devices: list[Any]) -> None:
    if not settings.expect_devices:
        pytest.skip("not run: nobody said how many devices there are to be (--expect-devices)")
    assert len(devices) == settings.expect_devices


def test_devices_are_told_apart(jax: Any, devices: list[Any]) -> None:
    assert len({device.id for device in devices}) == len(devices) == jax.device_count()
    assert jax.local_device_count() == len(jax.local_devices())


def test_an_array_goes_to_the_first_device(jax: Any, devices: list[Any]) -> None:
    assert jax.numpy.arange(3).devices() == {devices[0]}


def test_every_device_computes(jax: Any, devices: list[Any]) -> None:
    for device in devices:
        result = jax.numpy.square(jax.device_put(jax.numpy.arange(4.0), device)).sum()
        assert result.devices() == {device}
        assert float(result) == 14.0


def test_an_array_moves_between_host_and_device(jax: Any, devices: list[Any]) -> None:
    numbers = list(range(1000))
    there = jax.device_put(jax.numpy.array(numbers), devices[-1])
    assert jax.device_get(there).tolist() == numbers


def test_a_process_that_used_a_device_ends_by_itself(settings: Settings) -> None:
    """Drivers are taken down when a process ends; what crashes or hangs there turns good runs red."""
    code = "import jax; print(float(jax.jit(lambda x: (x @ x).sum())(jax.numpy.ones((8, 8)))))"
    env = {**os.environ, "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}  # this process holds most of the memory already
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=settings.test_limit_s,
    )
    assert (done.returncode, done.stdout) == (0, "512.0\n"), done.stderr[-2000:]
