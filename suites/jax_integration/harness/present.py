"""The devices that JAX finds, and on what platform. Imports JAX; whatever that raises is the caller's to see."""

from __future__ import annotations

import functools
import importlib
import json
from pathlib import Path
from typing import Any, NamedTuple


class Present(NamedTuple):
    """`platform` is rocm or cuda where JAX itself says "gpu" for both; `kinds` are the devices' own names."""

    platform: str
    devices: int
    kinds: tuple[str, ...]
    version: str
    memory_bytes: int


@functools.cache
def present() -> Present:
    """What is here. JAX starts its devices at the first call, which may take a minute on a large machine."""
    jax = importlib.import_module("jax")
    found = jax.devices()
    version = " ".join(str(found[0].client.platform_version).split())
    return Present(
        platform=platform_of(str(found[0].platform), version),
        devices=len(found),
        kinds=tuple(sorted({str(device.device_kind) for device in found})),
        version=version,
        memory_bytes=_memory(found[0]),
    )


def platform_of(platform: str, version: str) -> str:
    """JAX calls the devices of both vendors "gpu"; its own tests tell them apart by the client's version as well."""
    return next((name for name in ("rocm", "cuda") if name in version.lower()), platform)


def note(path: str, here: Present) -> None:
    """Writes what is here as JSON, whole or not at all."""
    part = Path(f"{path}.part")
    part.write_text(json.dumps(here._asdict()) + "\n", encoding="utf-8")
    part.replace(path)


def _memory(device: Any) -> int:
    """Of one device, in bytes; 0 where it does not say, as on a CPU."""
    statistics = device.memory_stats() or {}
    return int(statistics.get("bytes_limit", 0))
