"""Apple silicon, whose one GPU speaks Metal and shares the machine's memory."""

from __future__ import annotations

from pathlib import Path

from shuntyard.hardware.probe import Ask, gigabytes, whole
from shuntyard.result import Hardware


def detect(root: Path, ask: Ask) -> Hardware | None:
    if not (root / "System/Library/Frameworks/Metal.framework").exists():
        return None
    if ask(["sysctl", "-n", "hw.optional.arm64"]).strip() != "1":
        return None
    chip = ask(["sysctl", "-n", "machdep.cpu.brand_string"]).strip()  # such as "Apple M2 Pro"
    return Hardware(
        class_="gpu",
        vendor="apple",
        architecture="gpu_metal",
        backend="metal",
        count=1,
        memory_gb=gigabytes(whole(ask(["sysctl", "-n", "hw.memsize"]).strip())),
        features=(chip,) if chip else (),
        driver=ask(["sysctl", "-n", "kern.osproductversion"]).strip(),  # Metal comes with the system
    )
