"""The processors: `count` is how many this process may use, `memory_gb` what the machine or its cgroup has."""

from __future__ import annotations

import os
from pathlib import Path

from shuntyard.hardware.probe import Ask, gigabytes, properties, read, whole
from shuntyard.result import Hardware

_VENDORS = {
    "GenuineIntel": "intel", "AuthenticAMD": "amd", "IBM/S390": "ibm",  # vendor_id
    "0x41": "arm", "0xc0": "ampere", "0x48": "hisilicon", "0x61": "apple", "0x4e": "nvidia",  # CPU implementer
}  # fmt: skip
_MACHINES = {"aarch64": "arm64", "amd64": "x86_64"}
_FEATURES = {"avx2": "avx2", "avx512f": "avx512", "amx_tile": "amx", "asimd": "neon", "sve": "sve", "sve2": "sve2"}
_PRECISIONS = {
    "avx512_fp16": "fp16", "amx_fp16": "fp16", "asimdhp": "fp16",
    "avx512_bf16": "bf16", "amx_bf16": "bf16", "bf16": "bf16",
    "avx512_vnni": "int8", "avx_vnni": "int8", "amx_int8": "int8", "asimddp": "int8", "i8mm": "int8",
}  # fmt: skip


def detect(root: Path, ask: Ask) -> Hardware:
    # The first processor speaks for all; with hundreds of them the whole file takes the kernel tens of milliseconds.
    info = properties(read(root / "proc/cpuinfo", 8192), ":")
    flags = (info.get("flags") or info.get("Features") or info.get("features") or "").split()
    machine = read(root / "proc/sys/kernel/arch") or os.uname().machine
    power = "power" if info.get("cpu", "").startswith("POWER") else ""
    return Hardware(
        class_="cpu",
        backend="cpu",
        vendor=_VENDORS.get(info.get("vendor_id") or info.get("CPU implementer") or "", "ibm" if power else ""),
        architecture=_MACHINES.get(machine, machine),
        count=_usable(root) or whole(ask(["sysctl", "-n", "hw.ncpu"]).strip()),
        memory_gb=gigabytes(_memory(root) or whole(ask(["sysctl", "-n", "hw.memsize"]).strip())),
        features=_known(_FEATURES, flags),
        precisions=_known(_PRECISIONS, flags),
    )


def _known(names: dict[str, str], flags: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for flag, name in names.items() if flag in flags))


def _usable(root: Path) -> int:
    """`Cpus_allowed_list: 0-3,8` is five."""
    allowed = properties(read(root / "proc/self/status"), ":").get("Cpus_allowed_list", "")
    count = 0
    for part in filter(None, allowed.split(",")):
        first, _, last = part.partition("-")
        count += whole(last or first) - whole(first) + 1
    return count


def _memory(root: Path) -> int:
    """Bytes."""
    total = whole(properties(read(root / "proc/meminfo"), ":").get("MemTotal", "").removesuffix(" kB")) * 1024
    limit = whole(read(root / "sys/fs/cgroup/memory.max"))  # "max" where there is none
    return min(filter(None, (total, limit)), default=0)
