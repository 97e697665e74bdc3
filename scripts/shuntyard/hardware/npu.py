"""Neural units that come with a processor: Intel's and AMD's."""

from __future__ import annotations

from pathlib import Path

from shuntyard.hardware.pci import Kind, in_accel_class
from shuntyard.hardware.probe import Ask
from shuntyard.result import Hardware

_UNITS = {
    0x8086: Kind("npu", "intel", "npu_intel", "npu", "intel_vpu"),
    0x1022: Kind("npu", "amd", "npu_xdna", "npu", "amdxdna"),
}


def detect(root: Path, ask: Ask) -> Hardware | None:  # noqa: ARG001 - files say it all
    return in_accel_class(root, _UNITS)
