"""The package as its users get it: built, checked, uploaded to a real index, installed from there."""

from __future__ import annotations

import subprocess
import tarfile
import zipfile
from pathlib import Path

from tests.spyre.conftest import Published, upload
from tests.spyre.steps import Steps

SDIST, WHEEL = "torch_spyre_mini-0.1.0.tar.gz", "torch_spyre_mini-0.1.0-py3-none-any.whl"


def test_the_wheel_has_the_package_and_the_source_distribution_its_tests(published: Published) -> None:
    with zipfile.ZipFile(published.wheels / WHEEL) as wheel:
        names = wheel.namelist()
        entry_points = wheel.read("torch_spyre_mini-0.1.0.dist-info/entry_points.txt").decode()
    assert {name.partition("/")[0] for name in names} == {"torch_spyre", "torch_spyre_mini-0.1.0.dist-info"}
    assert "[torch.backends]\ntorch_spyre = torch_spyre:autoload\n" in entry_points
    with tarfile.open(published.wheels / SDIST) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {"tests/emulation/test_operators.py", ".ci/pytorch.txt", "src/torch_spyre/kernels.py"} <= held
    assert not [name for name in held if name.startswith(".github") or name.endswith(".pyc")]


def test_every_check_of_an_index_passes(steps: Steps, packager: str, published: Published, tmp_path: Path) -> None:
    ran = steps.run(
        "check_packages", tmp_path, python=packager, packages=str(published.wheels), pythons="3.11",
        dependencies="none", row="installed", results=str(tmp_path / "results"), work=str(tmp_path),
    )  # fmt: skip
    assert (ran.code, ran.outputs.get("found")) == (0, "0"), ran.said
    cases = {name: case.outcome for name, case in ran.cases("installed").items()}
    assert set(cases.values()) == {"passed"}
    tools = {name.partition("::")[0] for name in cases}
    assert {"twine", "check-wheel-contents", "pydistcheck", "install", "import"} <= tools
    assert "import::torch_spyre[3.11]" in cases


def test_both_are_on_the_index_and_a_second_upload_adds_nothing(
    steps: Steps, packager: str, published: Published
) -> None:
    assert published.sent.outputs == {"published": "true", "reason": "", "uploaded": "2", "already": "0"}
    assert published.index.files() == sorted([SDIST, WHEEL])
    again = upload(steps, packager, published.wheels.parent, published.index)
    assert again.outputs == {"published": "true", "reason": "", "uploaded": "0", "already": "2"}, again.said


def test_what_is_installed_is_a_device_of_pytorch(installed: Path, tmp_path: Path) -> None:
    code = (
        "import torch, torch_spyre\n"
        "x = torch.ones(2, 3, device='spyre:1') @ torch.ones(3, 2).to('spyre:1')\n"
        "print(torch_spyre.__version__, x.device, x.cpu().tolist(), torch.spyre.executed(1)['mm'])\n"
        "print(torch_spyre.__file__)\n"
    )
    env = {"TORCH_SPYRE_EMULATE": "1", "TORCH_SPYRE_CARDS": "2"}
    argv = [str(installed / "python"), "-I", "-c", code]
    done = subprocess.run(argv, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told, place = done.stdout.splitlines()
    assert told == "0.1.0 spyre:1 [[3.0, 3.0], [3.0, 3.0]] 1"
    assert Path(place).is_relative_to(installed.parent)
