"""The device in a process of its own, with and without cards, loaded by `import torch` alone."""

from __future__ import annotations

import os
import subprocess
import sys

from torch_spyre.cards import CARDS, EMULATE


def run(code: str, **env: str) -> subprocess.CompletedProcess[str]:
    rest = {name: value for name, value in os.environ.items() if name not in (EMULATE, CARDS)}
    return subprocess.run([sys.executable, "-c", code], env={**rest, **env}, capture_output=True, text=True)


def test_without_cards_the_device_has_a_name_and_nothing_else() -> None:
    code = (
        "import torch\n"
        "print(torch.device('spyre'), torch.spyre.is_available(), torch.spyre.device_count())\n"
        "torch.ones(2, device='spyre')\n"
    )
    done = run(code)
    assert done.stdout == "spyre False 0\n"
    assert done.returncode == 1
    assert f"no Spyre card is here: this package has no driver for real ones, and {EMULATE}=1 is not set" in done.stderr


def test_with_cards() -> None:
    code = "import torch; print(torch.spyre.device_count(), torch.accelerator.current_accelerator())"
    assert run(code, **{EMULATE: "1", CARDS: "3"}).stdout == "3 spyre\n"


def test_a_wrong_environment_stops_the_import() -> None:
    done = run("import torch", **{EMULATE: "1", CARDS: "many"})
    assert done.returncode != 0
    assert "TORCH_SPYRE_CARDS is 'many'" in done.stderr


def test_torch_can_be_told_not_to_load_it() -> None:
    done = run("import torch; print(hasattr(torch, 'spyre'))", TORCH_DEVICE_BACKEND_AUTOLOAD="0")
    assert done.stdout == "False\n"
