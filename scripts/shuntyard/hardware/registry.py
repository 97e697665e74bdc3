"""All detectors, the most specific device first: what a machine was bought for says what it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shuntyard.errors import EXIT_PROBLEMS, ShuntyardError
from shuntyard.hardware import accel, amd, apple, cpu, npu, nvidia
from shuntyard.hardware.probe import Ask, Detector, ask_tool
from shuntyard.result import Hardware

DETECTORS: dict[str, Detector] = {"accel": accel, "nvidia": nvidia, "amd": amd, "apple": apple, "npu": npu, "cpu": cpu}


def detect(root: Path = Path("/"), ask: Ask = ask_tool) -> Hardware:
    """The machine's most specific device. Without any accelerator that is its processors."""
    found = (detector.detect(root, ask) for detector in DETECTORS.values())
    return next(hardware for hardware in found if hardware is not None)


def detect_all(root: Path = Path("/"), ask: Ask = ask_tool) -> tuple[Hardware, ...]:
    """Every kind of device, the most specific first."""
    found = (detector.detect(root, ask) for detector in DETECTORS.values())
    return tuple(hardware for hardware in found if hardware is not None)


def require(wanted: str, found: Sequence[Hardware]) -> Hardware:
    """The device that is `wanted`, as `gpu_rocm:8`: an architecture, backend, class or vendor, and at least how many.

    Raises ShuntyardError: exit code 2 for a wish that is none, 1 for a machine that does not have it.
    """
    name, colon, number = wanted.strip().partition(":")
    if not name or (colon and not (number.isascii() and number.isdigit() and int(number) > 0)):
        raise ShuntyardError(f"{wanted!r} is not a requirement", hint="write a kind and a count, such as gpu_rocm:8")
    count = int(number or 1)
    for hardware in found:
        names = (hardware.architecture, hardware.backend, hardware.class_, hardware.vendor)
        if name in names and hardware.count >= count:
            return hardware
    there = ", ".join(f"{hardware.count} × {hardware.architecture}" for hardware in found)
    raise ShuntyardError(
        f"this machine does not have {count} × {name}; it has {there}",
        hint="check runs-on, and that the container was given the devices",
        exit_code=EXIT_PROBLEMS,
    )
