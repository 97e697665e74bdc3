"""AMD cards, as the kernel's KFD topology lists them.

A card that the container was not given has properties that cannot be read.

Source: ROCm's libhsakmt, src/topology.c, for the meaning of the files.
"""

from __future__ import annotations

import re
from pathlib import Path

from shuntyard.hardware.probe import Ask, entries, gigabytes, properties, read, whole
from shuntyard.result import Hardware

_AMD = 0x1002  # PCI vendor
_FRAME_BUFFERS = ("1", "2")  # heap_type: memory on the card, visible to the host or not
# Types that the matrix cores take: ROCm documentation, "Data types and precision support".
_PRECISIONS = {
    "gfx908": ("fp32", "fp16", "bf16", "int8"),
    "gfx90a": ("fp64", "fp32", "fp16", "bf16", "int8"),
    "gfx942": ("fp64", "fp32", "tf32", "fp16", "bf16", "fp8", "int8"),
    "gfx950": ("fp64", "fp32", "fp16", "bf16", "fp8", "int8", "fp6", "fp4"),
}


def detect(root: Path, ask: Ask) -> Hardware | None:
    nodes = [
        (node, properties(read(node / "properties"))) for node in entries(root / "sys/class/kfd/kfd/topology/nodes")
    ]
    cards = [
        (node, values)
        for node, values in nodes
        if whole(values.get("simd_count", "")) and whole(values.get("vendor_id", "")) == _AMD
    ]
    if not cards:
        return None
    targets = sorted({_target(whole(values.get("gfx_target_version", ""))) for _, values in cards} - {""})
    rocm = read(root / "opt/rocm/.info/version")
    return Hardware(
        class_="gpu",
        vendor="amd",
        architecture="gpu_rocm",
        backend="rocm",
        count=len(cards),
        memory_gb=gigabytes(min(_memory(node) for node, _ in cards)),
        precisions=_PRECISIONS.get(targets[0], ()) if len(targets) == 1 else (),
        features=(*targets, *([f"rocm-{rocm}"] if rocm else [])),
        driver=_driver(root, ask),
    )


def _target(version: int) -> str:
    """90402 is gfx942, 90010 is gfx90a: major, minor and stepping by hundreds, the last two printed as hexadecimal."""
    major, minor, stepping = version // 10000, version // 100 % 100, version % 100
    return f"gfx{major}{minor:x}{stepping:x}" if version else ""


def _memory(node: Path) -> int:
    """Bytes on one card."""
    banks = (properties(read(bank / "properties")) for bank in entries(node / "mem_banks"))
    return sum(whole(bank.get("size_in_bytes", "")) for bank in banks if bank.get("heap_type") in _FRAME_BUFFERS)


def _driver(root: Path, ask: Ask) -> str:
    """The kernel module's version: its own file where it was built apart from the kernel, else what a tool says."""
    version = read(root / "sys/module/amdgpu/version")
    if version:
        return version
    for argv in (["amd-smi", "version"], ["rocm-smi", "--showdriverversion"]):
        if match := re.search(r"(?:amdgpu|Driver) version: *([\w.-]+)", ask(argv)):
            return match[1]
    return ""
