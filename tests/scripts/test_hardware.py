"""Detectors on the file trees and tool outputs of many machines."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.hardware import probe
from shuntyard.hardware.registry import DETECTORS, detect, detect_all, require
from shuntyard.result import Hardware
from tests.scripts.hardware_trees import (
    BASE,
    H100,
    KFD,
    NEOVERSE,
    POWER,
    add_pci,
    amd_machine,
    no_tools,
    tools,
    write_tree,
)


def test_a_plain_machine_is_its_processors(tmp_path: Path) -> None:
    assert detect(write_tree(tmp_path, BASE), no_tools) == Hardware(
        class_="cpu", vendor="intel", architecture="x86_64", backend="cpu", count=5, memory_gb=67.1,
        precisions=("fp16", "bf16", "int8"), features=("avx2", "avx512", "amx"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cpuinfo", "arch", "vendor", "architecture", "features", "precisions"),
    [
        (NEOVERSE, "aarch64", "arm", "arm64", ("neon", "sve"), ("fp16", "bf16", "int8")),
        (POWER, "ppc64le", "ibm", "ppc64le", (), ()),
        ("vendor_id       : IBM/S390\nfeatures\t: esan3 zarch vx\n", "s390x", "ibm", "s390x", (), ()),
        ("garbage\n::\n", "riscv64", "", "riscv64", (), ()),
    ],
)
def test_processors_of_other_kinds(
    tmp_path: Path,
    cpuinfo: str,
    arch: str,
    vendor: str,
    architecture: str,
    features: tuple[str, ...],
    precisions: tuple[str, ...],
) -> None:
    found = detect(write_tree(tmp_path, {**BASE, "proc/cpuinfo": cpuinfo, "proc/sys/kernel/arch": arch}), no_tools)
    assert (found.vendor, found.architecture, found.features, found.precisions) == (
        vendor,
        architecture,
        features,
        precisions,
    )


def test_a_container_s_memory_limit_counts(tmp_path: Path) -> None:
    limited = {**BASE, "sys/fs/cgroup/memory.max": "8000000000\n"}
    assert detect(write_tree(tmp_path / "a", limited), no_tools).memory_gb == 8.0
    assert detect(write_tree(tmp_path / "b", {**BASE, "sys/fs/cgroup/memory.max": "max\n"}), no_tools).memory_gb == 67.1


def test_an_empty_tree_is_a_machine_of_which_little_is_known(tmp_path: Path) -> None:
    found = detect(tmp_path, no_tools)
    assert (found.class_, found.vendor, found.count, found.memory_gb, found.features) == ("cpu", "", 0, 0.0, ())


def test_amd_cards_by_the_kernel_s_topology(tmp_path: Path) -> None:
    files = {**amd_machine(), "sys/module/amdgpu/version": "6.10.5\n", "opt/rocm/.info/version": "6.4.1-83\n"}
    assert detect(write_tree(tmp_path, files), no_tools) == Hardware(
        class_="gpu", vendor="amd", architecture="gpu_rocm", backend="rocm", count=8, memory_gb=206.1,
        precisions=("fp64", "fp32", "tf32", "fp16", "bf16", "fp8", "int8"), features=("gfx942", "rocm-6.4.1-83"),
        driver="6.10.5",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("target", "name"), [(90010, "gfx90a"), (90402, "gfx942"), (100300, "gfx1030"), (110001, "gfx1101")]
)
def test_amd_targets_are_spelt_as_compilers_do(tmp_path: Path, target: int, name: str) -> None:
    assert detect(write_tree(tmp_path, amd_machine(1, target)), no_tools).features == (name,)


def test_amd_cards_that_the_container_was_not_given_do_not_count(tmp_path: Path) -> None:
    root = write_tree(tmp_path, amd_machine(4))
    for hidden in (2, 3):
        (root / KFD / str(hidden) / "properties").write_text("")
    assert detect(root, no_tools).count == 2


@pytest.mark.parametrize(
    ("answers", "driver"),
    [
        (
            {"amd-smi version": "AMDSMI Tool: 25.3.0 | ROCm version: 6.4.1 | amdgpu version: 6.12.12 | hsmp: N/A"},
            "6.12.12",
        ),
        ({"rocm-smi": "==== ROCm System Management Interface ====\nDriver version: 6.7.0\n"}, "6.7.0"),
        ({}, ""),
    ],
)
def test_amd_driver_from_a_tool(tmp_path: Path, answers: Mapping[str, str], driver: str) -> None:
    assert detect(write_tree(tmp_path, amd_machine()), tools(answers)).driver == driver


def test_nvidia_cards_by_their_tool(tmp_path: Path) -> None:
    found = detect(write_tree(tmp_path, BASE), tools({"nvidia-smi": H100}))
    assert found == Hardware(
        class_="gpu", vendor="nvidia", architecture="gpu_cuda", backend="cuda", count=2, memory_gb=85.5,
        precisions=("fp64", "fp32", "fp16", "int8", "bf16", "tf32", "fp8"), features=("sm_90", "multi_instance"),
        driver="560.35.05",
    )  # fmt: skip


def test_nvidia_cards_with_an_old_driver(tmp_path: Path) -> None:
    found = detect(write_tree(tmp_path, BASE), tools({"compute_cap": "", "nvidia-smi": "16160, 470.82.01\n"}))
    assert (found.count, found.driver, found.features, found.precisions) == (1, "470.82.01", (), ())


@pytest.mark.parametrize(
    "answer", ["", "No devices were found\n", "NVIDIA-SMI has failed because it couldn't communicate\n", ",,,\n\n"]
)
def test_an_nvidia_tool_without_cards(tmp_path: Path, answer: str) -> None:
    assert detect(write_tree(tmp_path, BASE), tools({"nvidia-smi": answer})).class_ == "cpu"


def test_spyre_cards_that_this_process_may_open(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {**BASE, "dev/vfio/vfio": "", "dev/vfio/42": "", "dev/vfio/43": ""})
    add_pci(root, "0000:1a:00.0", "0x1014", "0x06a7", "42")
    add_pci(root, "0000:1b:00.0", "0x1014", "0x06a8", "43")
    add_pci(root, "0000:1c:00.0", "0x1014", "0x06a7", "44")  # another container's
    add_pci(root, "0000:1d:00.0", "0x1014", "0x04ed", "42")  # IBM, but no accelerator
    assert detect(root, no_tools) == Hardware(
        class_="npu", vendor="ibm", architecture="npu_spyre", backend="spyre", count=2
    )


def test_a_tpu_behind_vfio(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {**BASE, "dev/vfio/0": ""})
    add_pci(root, "0000:00:04.0", "0x1ae0", "0x0063", "0")
    assert (detect(root, no_tools).class_, detect(root, no_tools).count) == ("tpu", 1)


@pytest.mark.parametrize(
    ("vendor", "architecture", "module"),
    [
        ("0x1da3", "npu_gaudi", "habanalabs"),
        ("0x17cb", "npu_qaic", "qaic"),
        ("0x8086", "npu_intel", "intel_vpu"),
        ("0x1022", "npu_xdna", "amdxdna"),
    ],
)
def test_devices_of_the_accel_class(tmp_path: Path, vendor: str, architecture: str, module: str) -> None:
    files = {**BASE, f"sys/module/{module}/version": "1.23.0\n"}
    for number in range(3):
        files[f"sys/class/accel/accel{number}/device/vendor"] = vendor + "\n"
    root = write_tree(tmp_path, {**files, "dev/accel/accel0": "", "dev/accel/accel2": ""})
    found = detect(root, no_tools)
    assert (found.architecture, found.count, found.driver) == (architecture, 2, "1.23.0")


def test_apple_silicon(tmp_path: Path) -> None:
    (tmp_path / "System/Library/Frameworks/Metal.framework").mkdir(parents=True)
    answers = {
        "arm64": "1\n",
        "brand_string": "Apple M2 Pro\n",
        "memsize": "17179869184\n",
        "osproductversion": "14.7\n",
    }
    found = detect(tmp_path, tools(answers))
    assert (found.architecture, found.backend, found.memory_gb, found.features, found.driver) == (
        "gpu_metal", "metal", 17.2, ("Apple M2 Pro",), "14.7",
    )  # fmt: skip
    assert detect(tmp_path, tools({"arm64": "0\n"})).class_ == "cpu"


def test_the_most_specific_device_says_what_a_machine_is(tmp_path: Path) -> None:
    files = {
        **amd_machine(1),
        "dev/vfio/7": "",
        "sys/class/accel/accel0/device/vendor": "0x8086\n",
        "dev/accel/accel0": "",
    }
    root = write_tree(tmp_path, files)
    add_pci(root, "0000:1a:00.0", "0x1014", "0x06a7", "7")
    found = detect_all(root, tools({"nvidia-smi": H100}))
    assert [each.architecture for each in found] == ["npu_spyre", "gpu_cuda", "gpu_rocm", "npu_intel", "x86_64"]
    assert found[0] == detect(root, tools({"nvidia-smi": H100}))


@pytest.mark.parametrize("wanted", ["gpu_rocm:8", "gpu_rocm", "rocm:2", "gpu:8", "amd", "cpu:5", "x86_64"])
def test_a_machine_that_has_what_is_required(tmp_path: Path, wanted: str) -> None:
    found = detect_all(write_tree(tmp_path, amd_machine()), no_tools)
    assert wanted.partition(":")[0] in wire.encode(require(wanted, found)).values()


@pytest.mark.parametrize("wanted", ["gpu_rocm:9", "gpu_cuda", "gpu_rocmm:1"])
def test_a_machine_that_has_not_says_what_it_has(tmp_path: Path, wanted: str) -> None:
    found = detect_all(write_tree(tmp_path, amd_machine()), no_tools)
    with pytest.raises(ShuntyardError, match=r"it has 8 × gpu_rocm, 5 × x86_64") as caught:
        require(wanted, found)
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("wanted", ["", ":8", "gpu:", "gpu:0", "gpu:-1", "gpu:many", "gpu:1:2", "gpu:²"])
def test_a_requirement_that_is_none(wanted: str) -> None:
    with pytest.raises(ShuntyardError) as caught:
        require(wanted, [Hardware()])
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", DETECTORS)
def test_no_detector_raises_for_garbage(tmp_path: Path, name: str) -> None:
    paths = [*amd_machine(1), "dev/vfio/1", "dev/accel/accel0", "sys/class/accel/accel0/device/vendor"]
    root = write_tree(tmp_path, dict.fromkeys(paths, "\x00 ::\n0x\n-1 -1 -1"))
    (root / "System/Library/Frameworks/Metal.framework").mkdir(parents=True)
    add_pci(root, "0000:00:00.0", "0xzz", "", "1")
    DETECTORS[name].detect(root, tools({"": "1\n[N/A], , ,\n\x00"}))


def test_no_tool_is_started_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "run", fail)
    assert probe.ask_tool(["nvidia-smi"]) == ""


def test_tools_that_fail_say_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(
        tmp_path, {"good": "#!/bin/sh\necho yes\n", "bad": "#!/bin/sh\necho no; exit 9\n", "odd": "not a program"}
    )
    for name in ("good", "bad", "odd"):
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    answers: Sequence[str] = [probe.ask_tool([name]) for name in ("good", "bad", "odd", "absent")]
    assert answers == ["yes\n", "", "", ""]
