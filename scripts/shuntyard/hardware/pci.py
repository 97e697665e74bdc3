"""Accelerators known by their PCI device: in the kernel's accel class, or handed to user space through VFIO."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from shuntyard.hardware.probe import entries, read, whole
from shuntyard.result import Hardware


class Kind(NamedTuple):
    """What an accelerator is called; `module` is the kernel module whose version is the driver's."""

    class_: str
    vendor: str
    architecture: str
    backend: str
    module: str = ""


def in_accel_class(root: Path, kinds: Mapping[int, Kind]) -> Hardware | None:
    """Devices of /sys/class/accel (Linux, Documentation/accel), by PCI vendor, whose node below /dev is there."""
    found: list[Kind] = []
    for entry in entries(root / "sys/class/accel"):
        kind = kinds.get(whole(read(entry / "device/vendor")))
        if kind and any((root / place / entry.name).exists() for place in ("dev/accel", "dev")):
            found.append(kind)
    return _hardware(root, found)


def behind_vfio(root: Path, kinds: Mapping[tuple[int, int], Kind]) -> Hardware | None:
    """PCI devices, by vendor and device, whose IOMMU group has a node in /dev/vfio.

    A container sees every device of its host, but may open only its own.
    """
    groups = {entry.name for entry in entries(root / "dev/vfio")}
    if not groups:
        return None
    found: list[Kind] = []
    for device in entries(root / "sys/bus/pci/devices"):
        vendor = whole(read(device / "vendor"))
        if any(vendor == known for known, _ in kinds) and _group(device) in groups:
            kind = kinds.get((vendor, whole(read(device / "device"))))
            found += [kind] if kind else []
    return _hardware(root, found)


def _group(device: Path) -> str:
    try:
        return (device / "iommu_group").readlink().name
    except OSError:
        return ""


def _hardware(root: Path, found: list[Kind]) -> Hardware | None:
    """Of several kinds, the one with the most devices; they are not added up."""
    if not found:
        return None
    kind = max(dict.fromkeys(found), key=found.count)
    return Hardware(
        class_=kind.class_,
        vendor=kind.vendor,
        architecture=kind.architecture,
        backend=kind.backend,
        count=found.count(kind),
        driver=read(root / "sys/module" / kind.module / "version") if kind.module else "",
    )
