"""The suite's own settings, requirements and time limits, and what most of its tests ask for."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import pytest

pytest_plugins = ["harness.settings", "harness.requires", "harness.fresh"]


@pytest.fixture
def jax() -> ModuleType:
    """Imported by the test that needs it, so that one broken import does not stop the others from being told."""
    return importlib.import_module("jax")


@pytest.fixture
def devices(jax: Any) -> list[Any]:
    return list(jax.devices())


@pytest.fixture
def mesh(jax: Any, devices: list[Any]) -> Any:
    """All devices in a row, along the axis `x`."""
    numpy = importlib.import_module("numpy")
    return jax.sharding.Mesh(numpy.array(devices), ("x",))
