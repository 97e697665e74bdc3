"""setup-toolkit: one environment for each locked set and Python, whole or made again, and made once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

LOCKED = "# Nothing is locked here, so that nothing is downloaded.\n"


class Machine:
    """A checkout of the toolkit with an empty locked set, a runner's tool cache, and a caller's checkout."""

    def __init__(self, root: Path) -> None:
        self.toolkit, self.cache, self.checkout = root / "toolkit", root / "cache", root / "checkout"
        (self.toolkit / "scripts").mkdir(parents=True)
        (self.toolkit / "requirements").mkdir()
        self.checkout.mkdir()
        shutil.copy(ROOT / "scripts" / "setup_toolkit.py", self.toolkit / "scripts")
        (self.toolkit / "scripts" / "shuntyard").symlink_to(ROOT / "scripts" / "shuntyard")
        self.lock(LOCKED)

    def lock(self, text: str) -> None:
        (self.toolkit / "requirements" / "base.txt").write_text(text, encoding="utf-8")

    def start(self, **env: str) -> subprocess.Popen[str]:
        variables = {"PATH": os.environ["PATH"], "RUNNER_TOOL_CACHE": str(self.cache), "PIP_NO_INDEX": "1", **env}
        command = [sys.executable, "-SE", str(self.toolkit / "scripts" / "setup_toolkit.py")]
        return subprocess.Popen(
            command, env=variables, cwd=self.checkout, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def run(self, **env: str) -> tuple[int, str]:
        process = self.start(**env)
        said, _ = process.communicate()
        return process.returncode, said

    def homes(self) -> list[Path]:
        return sorted(path for path in (self.cache / "shuntyard").iterdir() if path.is_dir())


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.slow
def test_an_environment_is_made_once_and_kept(machine: Machine) -> None:
    output = machine.checkout / "output"
    code, said = machine.run(GITHUB_OUTPUT=str(output))
    assert code == 0, said
    assert "installing base.txt" in said
    (home,) = machine.homes()
    python = output.read_text(encoding="utf-8").splitlines()[1]
    assert python == str(home / "bin" / "python")
    prefix = subprocess.run([python, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True)
    assert Path(prefix.stdout.strip()).samefile(home)
    code, said = machine.run()
    assert (code, said) == (0, f"the toolkit's Python is {home}/bin/python\n")
    (home / "complete").unlink()
    (home / "leftover").touch()
    assert "installing" in machine.run()[1], "a half-made environment is made again"
    assert not (home / "leftover").exists()


@pytest.mark.slow
def test_programs_outlive_the_link_that_led_to_the_cache(machine: Machine, tmp_path: Path) -> None:
    """A rehearsal's home has such a link, and a program's first line names its Python."""
    machine.cache.mkdir()
    link = tmp_path / "link"
    link.symlink_to(machine.cache)
    assert machine.run(RUNNER_TOOL_CACHE=str(link))[0] == 0
    link.unlink()
    (home,) = machine.homes()
    subprocess.run([str(home / "bin" / "pip"), "--version"], check=True)


@pytest.mark.slow
def test_jobs_that_share_a_machine_wait_for_each_other_whatever_their_checkouts_hold(machine: Machine) -> None:
    for name in ("venv", "pip", "json", "logging", "ensurepip", "types", "fcntl"):
        (machine.checkout / f"{name}.py").write_text("raise SystemExit('shadowed')\n", encoding="utf-8")
    processes = [machine.start(PYTHONPATH=str(machine.checkout)) for _ in range(3)]
    said = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], said
    assert sorted("installing" in text for text in said) == [False, False, True]
    assert "shadowed" not in "".join(said)


@pytest.mark.slow
def test_a_set_that_cannot_be_installed_is_told_and_not_kept(machine: Machine) -> None:
    machine.lock("not-on-this-machine==1 --hash=sha256:" + "0" * 64 + "\n")
    code, said = machine.run(GITHUB_ACTIONS="true")
    assert code == 2
    assert "::error::" in said and "failed%0Athe package index may be out of reach" in said
    (home,) = machine.homes()
    assert not (home / "complete").exists()
    machine.lock(LOCKED)
    assert machine.run()[0] == 0
    assert len(machine.homes()) == 2, "another set has an environment of its own"


def test_an_unknown_set_is_wrong_usage(machine: Machine) -> None:
    code, said = machine.run(INPUT_SET="../base")
    assert code == 2
    assert "input 'set' is '../base'" in said
    assert not machine.cache.exists()
