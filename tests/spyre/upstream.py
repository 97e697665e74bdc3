"""A small stand-in for PyTorch's repository: test files as PyTorch's, with what a plan must cope with."""

from __future__ import annotations

import json
from pathlib import Path

from tests.generator.rehearse.small import commit, git, put

PIN = "v2.13.0"
ISSUE = "https://github.com/pytorch/pytorch/issues/4242"
# Names as PyTorch's, so that the shipped scope decides on them: the first four are enabled first, the last two never.
FILES = {
    "test_openreg": """
import unittest
import torch

class TestOpenReg(unittest.TestCase):
    def test_add_on_the_card(self):
        torch.spyre.reset_executed()
        self.assertEqual((torch.ones(3, device="spyre") + 1).cpu().tolist(), [2.0, 2.0, 2.0])
        self.assertTrue(any("add" in name for name in torch.spyre.executed(0)))

    def test_broken(self):
        self.fail("upstream has disabled it")
""",
    "test_accelerator": """
import os
import torch

class TestAccelerator:
    def test_device(self):
        assert torch.accelerator.current_accelerator().type == "spyre"

    def test_own_card(self):
        assert os.environ["SPYRE_DEVICES"].isdigit()
""",
    "test_autoload": """
class TestAutoload:
    def test_flaky(self):
        raise AssertionError("now and then")

    def test_sound(self):
        pass
""",
    "inductor/test_device_info": "def test_nothing_to_know(): pass\n",
    "test_optim": "raise RuntimeError('training is out of scope')\n",
    "test_cuda": "raise RuntimeError('another device')\n",
}
SECONDS = {"test_openreg": 40.0, "test_accelerator": 30.0, "test_autoload": 20.0, "inductor/test_device_info": 10.0}
OF_MAIN = "\n    def test_of_main_alone(self):\n        pass\n"


def make_upstream(folder: Path) -> Path:
    """Its repository: the pin is a tag, and main has moved on since by one case."""
    for name, text in FILES.items():
        put(folder, f"test/{name}.py", text)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    git(folder, "tag", PIN)
    with (folder / "test" / "test_accelerator.py").open("a", encoding="utf-8") as file:
        file.write(OF_MAIN)
    commit(folder)
    return folder


def put_lists(project: Path, repository: str) -> None:
    """What the team keeps beside its package: durations, upstream's disabled cases, its own quarantine."""
    put(project, "ci/durations.json", json.dumps({"spyre": {"default": SECONDS}}))
    put(project, "ci/disabled.json", json.dumps({"test_broken (__main__.TestOpenReg)": ["4242", ISSUE, []]}))
    entry = {
        "repository": repository,
        "config": "default",
        "case": "upstream/test/test_autoload.py::TestAutoload::test_flaky",
        "owner": "team",
        "reason": "flips since Monday",
        "expires": "2099-12-31",
    }
    put(project, "ci/quarantine/spyre.json", json.dumps({"schema": 1, "quarantines": [entry]}))


# What the matrix says of them.
LISTS = {
    r"^    each-card: .*$": '    each-card: {SPYRE_DEVICES: "{card}", TORCH_SPYRE_EMULATE: "1"}',
    r"^    disabled-tests: .*$": "    disabled-tests: ci/disabled.json\n"
    "    durations: ci/durations.json\n    quarantine: ci/quarantine",
}
