"""detect-hardware as a runner calls it."""

from __future__ import annotations

import json
from pathlib import Path

from shuntyard import wire
from shuntyard.result import Hardware
from tests.scripts.runner_samples import script


def test_tells_the_machine_and_its_outputs(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = script("detect_hardware.py", tmp_path, inputs={}, env={"GITHUB_OUTPUT": str(out)}, arguments=["--json"])
    assert done.returncode == 0, done.stderr
    outputs = json.loads(done.stdout)
    hardware = wire.decode(Hardware, json.loads(outputs["hardware"]))
    assert outputs["count"] == str(hardware.count)
    assert (outputs["class"], outputs["backend"]) == (hardware.class_, hardware.backend)
    assert hardware.count > 0
    assert "hardware<<" in out.read_text()


def test_a_machine_without_what_is_required_fails_the_step(tmp_path: Path) -> None:
    done = script(
        "detect_hardware.py", tmp_path, inputs={"requires": "npu_unheard_of:8"}, env={"GITHUB_ACTIONS": "true"}
    )
    assert done.returncode == 1
    assert "::error::this machine does not have 8 × npu_unheard_of; it has " in done.stderr


def test_a_machine_with_what_is_required(tmp_path: Path) -> None:
    assert script("detect_hardware.py", tmp_path, inputs={"requires": "cpu:1"}).returncode == 0


def test_a_wrong_requirement_is_a_usage_error(tmp_path: Path) -> None:
    assert script("detect_hardware.py", tmp_path, inputs={"requires": "gpu:none"}).returncode == 2
