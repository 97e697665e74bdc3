"""What `shuntyard rehearse` orders."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from generator.cli import main
from generator.rehearse.scene import Order
from shuntyard.errors import ShuntyardError
from tests.conftest import ROOT
from tests.generator.yard import Yard


def test_two_rehearsals_never_have_one_run_id(yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    orders: list[Order] = []

    def take(_toolkit: object, order: Order, _progress: object) -> None:
        orders.append(order)
        raise ShuntyardError("enough")

    monkeypatch.setattr("generator.commands.rehearse.rehearse", take)
    for _ in range(3):
        assert main(["rehearse", "nightly", "--repository", str(tmp_path), "--root", str(yard.root)]) == 2
    ids = {order.run_id for order in orders}
    assert len(ids) == 3
    assert all(10**18 < int(each) < 2**63 for each in ids)  # GitHub's have eleven digits; 64 bits hold it


def test_rehearsing_loads_no_rule_of_the_check() -> None:
    code = "import sys, generator.commands.rehearse; print([m for m in sys.modules if m.startswith('generator.check')])"
    paths = f"import sys; sys.path[:0] = {[str(ROOT), str(ROOT / 'scripts')]!r}; "
    done = subprocess.run([sys.executable, "-c", paths + code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://upload.example/legacy/", "'https://upload.example/legacy/', which is not on this machine"),
        ("http://127.0.0.1.example/", "which is not on this machine"),
        ("ftp://localhost/", "which is not on this machine"),
        ("http://me:secret@localhost/", "an address with a login"),
    ],
)
def test_a_rehearsal_publishes_on_this_machine_only(
    url: str, said: str, yard: Yard, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["rehearse", "nightly", "--repository", str(tmp_path), "--root", str(yard.root), "--index", url]
    assert main(words) == 2
    told = capsys.readouterr().err
    assert "--index is " in told and said in told
    assert "secret" not in told
