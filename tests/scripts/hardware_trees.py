"""Machines as files and tools show them: fixture trees for the detectors.

The texts are of the form that real machines give: /proc/cpuinfo of Xeon, Neoverse and POWER processors, KFD topology
files as amdkfd writes them (an MI300X and an MI250X node), nvidia-smi's CSV of two H100.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from shuntyard.hardware.probe import Ask

XEON = """processor\t: 0
vendor_id\t: GenuineIntel
model name\t: Intel(R) Xeon(R) Platinum 8480C
flags\t\t: fpu sse2 avx avx2 fma avx512f avx512_bf16 avx512_vnni amx_bf16 avx512_fp16 amx_tile amx_int8

processor\t: 1
vendor_id\t: GenuineIntel
flags\t\t: fpu
"""
NEOVERSE = """processor\t: 0
BogoMIPS\t: 2000.00
Features\t: fp asimd evtstrm aes fphp asimdhp asimddp sve i8mm bf16
CPU implementer\t: 0x41
CPU part\t: 0xd40
"""
POWER = """processor\t: 0
cpu\t\t: POWER10 (architected), altivec supported
clock\t\t: 4000.000000MHz
"""
BASE = {
    "proc/cpuinfo": XEON,
    "proc/sys/kernel/arch": "x86_64\n",
    "proc/self/status": "Name:\tpython3\nCpus_allowed:\tff\nCpus_allowed_list:\t0-3,8\n",
    "proc/meminfo": "MemTotal:       65536000 kB\nMemFree:        1000 kB\n",
}

KFD = "sys/class/kfd/kfd/topology/nodes"
KFD_CPU = "cpu_cores_count 96\nsimd_count 0\nmem_banks_count 1\ngfx_target_version 0\nvendor_id 0\ndevice_id 0\n"
KFD_GPU = (
    "cpu_cores_count 0\nsimd_count {simds}\nmem_banks_count 1\nwave_front_size 64\ngfx_target_version {target}\n"
    "vendor_id 4098\ndevice_id 29857\nnum_xcc 8\n"
)
KFD_BANK = "heap_type {heap}\nsize_in_bytes {size}\nflags 0\nwidth 8192\n"


def amd_machine(cards: int = 8, target: int = 90402, size: int = 206_141_652_992) -> dict[str, str]:
    files = {f"{KFD}/0/properties": KFD_CPU, f"{KFD}/0/mem_banks/0/properties": KFD_BANK.format(heap=0, size=10**12)}
    for card in range(1, cards + 1):
        files[f"{KFD}/{card}/properties"] = KFD_GPU.format(simds=1216, target=target)
        files[f"{KFD}/{card}/mem_banks/0/properties"] = KFD_BANK.format(heap=1, size=size)
    return {**BASE, **files}


H100 = "81559, 560.35.05, 9.0, Disabled\n81559, 560.35.05, 9.0, Enabled\n"


def write_tree(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    root.mkdir(parents=True, exist_ok=True)
    return root


def add_pci(root: Path, address: str, vendor: str, device: str, group: str) -> None:
    """A PCI device in sysfs, in its IOMMU group."""
    write_tree(
        root,
        {
            f"sys/bus/pci/devices/{address}/vendor": vendor + "\n",
            f"sys/bus/pci/devices/{address}/device": device + "\n",
        },
    )
    (root / f"sys/bus/pci/devices/{address}/iommu_group").symlink_to(f"../../../../kernel/iommu_groups/{group}")


def tools(answers: Mapping[str, str]) -> Ask:
    """A machine's tools: the first of `answers` whose key is part of the command line; other tools are absent."""

    def ask(argv: Sequence[str]) -> str:
        line = " ".join(argv)
        return next((text for key, text in answers.items() if key in line), "")

    return ask


def no_tools(argv: Sequence[str]) -> str:
    return ""
