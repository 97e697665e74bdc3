"""test-image on small suites of pytest: in a place that stands for a container, and in a real virtual environment.

Real containers are in tests/images. Here an engine runs the command on this machine, with the mounts' paths put in.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import test_image as script
from shuntyard import wire
from shuntyard.engine import Container, Engine, Prepared
from shuntyard.entry import call
from shuntyard.errors import EXIT_PROBLEMS, ShuntyardError
from shuntyard.handover import write
from shuntyard.images.record import KIND, RECORD, ImageRecord
from shuntyard.passed import CONTAINER
from shuntyard.plan import Row, Unit
from shuntyard.result import ShardResult
from tests.scripts.runner_samples import ROOT, SCRIPTS, make_row, make_suite, script_env

pytestmark = pytest.mark.slow
DIGEST = f"sha256:{'0' * 63}1"
IMAGE = f"registry.example/team/jax@{DIGEST}"
HARNESS = ROOT / "suites" / "jax_integration"
GOOD = "@pytest.mark.requires()\ndef test_a(): pass\n"


@dataclass(frozen=True)
class Here:
    """An engine without containers: what it is asked to run, it runs here."""

    name: str = "here"
    has: str = DIGEST

    def pull(self, image: str) -> str:
        if "absent" in image:
            raise ShuntyardError(f"the image {image} cannot be pulled: not found", exit_code=EXIT_PROBLEMS)
        return self.has

    @contextlib.contextmanager
    def prepared(self, container: Container) -> Iterator[Prepared]:
        def outside(text: str) -> str:
            for mount in container.mounts:
                text = text.replace(mount.target, str(mount.source))
            return text

        argv = [sys.executable if word == "python3" else outside(word) for word in container.argv]
        env = {name: outside(value) for name, value in container.env.items()}
        yield Prepared(argv=argv, env={"PATH": os.environ["PATH"], **env})


class Ran:
    """What one call left."""

    def __init__(self, exit_code: int, results: Path) -> None:
        self.exit_code, self.folder = exit_code, results / "python" / "r1"
        text = (self.folder / "result.json").read_text(encoding="utf-8")
        self.result = wire.decode(ShardResult, json.loads(text))
        self.cases = {case.case: case for case in self.result.cases}

    @property
    def outcomes(self) -> dict[str, str]:
        return {name: case.outcome for name, case in self.cases.items()}


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a suite that has the shipped one's harness, and no tests yet."""
    folder = tmp_path / "project" / "suite"
    folder.mkdir(parents=True)
    for name in ("conftest.py", "pytest.ini"):
        (folder / name).write_bytes((HARNESS / name).read_bytes())
    (folder / "harness").mkdir()
    for path in (HARNESS / "harness").glob("*.py"):
        (folder / "harness" / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(folder.parent)
    return folder


def fill(suite: Path, text: str) -> None:
    head = "import os, signal, subprocess, sys, time\nimport pytest\n"
    (suite / "test_it.py").write_text(head + textwrap.dedent(text))


def unit(row: Row | None = None) -> str:
    row = row or make_row("", make_suite(arguments=("-q",)))
    return json.dumps(wire.encode(Unit(id=row.id, runs_on=("linux-x86-64-1gpu-amd",), rows=(row,))))


def run(
    monkeypatch: pytest.MonkeyPatch, suite: Path, engine: Engine | None = Here(), **inputs: str
) -> Ran:  # fmt: skip
    monkeypatch.setattr("shuntyard.incontainer.order.choose", lambda wanted, env: engine)
    results = suite.parent.parent / "results"
    given = {"unit": unit(), "image": IMAGE, "suite": "suite", "platform": "cpu", "results": str(results)}
    given |= {name.replace("_", "-"): value for name, value in inputs.items()}
    return Ran(call(script.CONTRACT, script.run, [], script_env(given)), results)


def test_a_good_run(monkeypatch: pytest.MonkeyPatch, suite: Path) -> None:
    fill(suite, "@pytest.mark.requires()\ndef test_a(): assert os.environ['XLA_FLAGS'] == '--a --b=1'\n")
    ran = run(monkeypatch, suite, environment="XLA_FLAGS=--a --b=1\n\nOTHER=x=y")
    assert ran.exit_code == 0, ran.result
    assert ran.outcomes == {"test_it.py::test_a": "passed", CONTAINER: "passed"}
    assert (ran.result.outcome, ran.result.error, ran.result.key.row_id) == ("passed", "", "python")
    facts = json.loads((ran.folder / "tested.json").read_text())
    assert facts == {"image": IMAGE, "digest": DIGEST, "engine": "here", "labels": {}}
    assert (ran.folder / "tests" / "junit.xml").read_text().count("<testcase ") == 1


def test_what_did_not_run_is_not_passed(monkeypatch: pytest.MonkeyPatch, suite: Path) -> None:
    fill(suite, "@pytest.mark.requires()\ndef test_a(): pytest.skip('not run: needs 2 devices, 1 is here')\n")
    ran = run(monkeypatch, suite)
    assert ran.exit_code == 1
    assert ran.cases["test_it.py::test_a"].outcome == "skipped"
    assert ran.cases["test_it.py::test_a"].message == "not run: needs 2 devices, 1 is here"
    assert (ran.result.outcome, ran.result.error) == ("empty", "every test was skipped: nothing was tested")


def test_what_tests_leave_besides_files_is_neither_read_nor_kept(
    monkeypatch: pytest.MonkeyPatch, suite: Path, tmp_path: Path
) -> None:
    (tmp_path / "private.xml").write_text("<testsuite><testcase name='of this machine'/></testsuite>")
    fill(suite, f"""
        @pytest.mark.requires()
        def test_a():
            out = os.path.dirname(os.environ["JAX_INTEGRATION_SEEN"])
            os.symlink({str(tmp_path / "private.xml")!r}, out + "/link.xml")
            os.mkfifo(out + "/pipe.json")
        """)  # fmt: skip
    ran = run(monkeypatch, suite)
    assert ran.outcomes["test_it.py::test_a"] == "passed"
    left = [path for path in (ran.folder / "tests").rglob("*") if path.is_symlink() or not path.is_file()]
    assert left == []


def test_a_hung_test_is_killed_with_its_children_and_named(
    monkeypatch: pytest.MonkeyPatch, suite: Path, tmp_path: Path
) -> None:
    fill(suite, f"""
        @pytest.mark.requires()
        def test_a(): pass
        @pytest.mark.requires()
        def test_hangs():
            child = subprocess.Popen(["sleep", "600"], start_new_session=True)
            open({str(tmp_path / "pid")!r}, "w").write(str(child.pid))
            time.sleep(600)
        @pytest.mark.requires()
        def test_b(): pass
        """)  # fmt: skip
    began = time.monotonic()
    ran = run(monkeypatch, suite, test_timeout="2")
    assert time.monotonic() - began < 30
    assert (ran.exit_code, ran.result.outcome) == (1, "failed")
    hung = ran.cases["test_it.py::test_hangs"]
    assert (hung.outcome, ran.outcomes["test_it.py::test_a"], ran.outcomes["test_it.py::test_b"]) == (
        "failed", "passed", "passed",
    )  # fmt: skip
    assert hung.message.startswith("timed out after 2 s; killed: python")
    assert "sleep" in hung.message.splitlines()[0]
    assert "in test_hangs" in hung.message
    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_a_run_over_its_time_limit_is_killed_with_its_children_and_names_the_test(
    monkeypatch: pytest.MonkeyPatch, suite: Path, tmp_path: Path
) -> None:
    fill(suite, f"""
        @pytest.mark.requires()
        def test_a(): pass
        @pytest.mark.requires()
        def test_hangs():
            child = subprocess.Popen(["sleep", "600"], start_new_session=True)
            open({str(tmp_path / "pid")!r}, "w").write(str(child.pid))
            time.sleep(600)
        """)  # fmt: skip
    ran = run(monkeypatch, suite, time_limit="0.1")
    assert (ran.exit_code, ran.result.exit_code, ran.result.error) == (1, 124, "timed out after 6 s")
    assert ran.outcomes == {"test_it.py::test_a": "passed", "test_it.py::test_hangs": "crashed", CONTAINER: "passed"}
    assert ran.cases["test_it.py::test_hangs"].message == "was running when the run timed out after 6 s"
    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_a_test_that_takes_its_process_along_is_named_and_the_rest_runs(
    monkeypatch: pytest.MonkeyPatch, suite: Path
) -> None:
    fill(suite, """
        @pytest.mark.requires()
        def test_crashes(): os.kill(os.getpid(), signal.SIGSEGV)
        @pytest.mark.requires()
        def test_ends_everything(): os._exit(0)
        @pytest.mark.requires()
        def test_b(): pass
        """)  # fmt: skip
    ran = run(monkeypatch, suite)
    assert ran.exit_code == 1
    assert ran.outcomes["test_it.py::test_b"] == "passed"
    crash = ran.cases["test_it.py::test_crashes"]
    assert (crash.outcome, crash.message.splitlines()[0]) == ("failed", f"its process died: signal 11 ({_segv()})")
    assert "in test_crashes" in crash.message
    assert ran.cases["test_it.py::test_ends_everything"].message.startswith("its process died: exit code 0")


def _segv() -> str:
    return str(signal.strsignal(signal.SIGSEGV))


UNSTARTED = {
    "an internal error": (
        "def pytest_collection_finish(): raise RuntimeError('gone')", 3, "internal error in pytest: RuntimeError: gone",
    ),
    "a setting that is none": ("@pytest.mark.requires(platfrom='rocm')\ndef test_a(): pass", 4, "requires 'platfrom'"),
    "a test that says nothing of hardware": ("def test_a(): pass", 4, "does not say which hardware it needs"),
    "no test at all": ("", 5, ""),
}  # fmt: skip


@pytest.mark.parametrize("fault", UNSTARTED)
def test_pytests_own_fault_is_no_pass(monkeypatch: pytest.MonkeyPatch, suite: Path, fault: str) -> None:
    text, code, message = UNSTARTED[fault]
    if text.startswith("def pytest_"):
        (suite / "conftest.py").write_text((suite / "conftest.py").read_text() + f"\n{text}\n")
        text = GOOD
    fill(suite, text)
    ran = run(monkeypatch, suite)
    assert (ran.exit_code, ran.result.exit_code) == (1, code)
    assert ran.result.outcome == ("empty" if code == 5 else "error")
    assert message in ran.result.error


def test_a_test_file_that_cannot_be_imported_is_an_error(monkeypatch: pytest.MonkeyPatch, suite: Path) -> None:
    fill(suite, "import module_that_is_not_there")
    ran = run(monkeypatch, suite)
    assert (ran.exit_code, ran.result.outcome) == (1, "failed")
    assert ran.cases["test_it.py"].outcome == "error"


def test_another_suite_than_ours_is_told_by_its_junit(monkeypatch: pytest.MonkeyPatch, suite: Path) -> None:
    for path in (suite / "conftest.py", suite / "pytest.ini"):
        path.unlink()
    fill(suite, "def test_a(): pass\ndef test_b(): assert os.environ['JAX_INTEGRATION_PLATFORM'] == 'rocm'\n")
    ran = run(monkeypatch, suite)
    assert ran.exit_code == 1
    assert {name.rpartition("::")[2]: outcome for name, outcome in ran.outcomes.items()} == {
        "test_a": "passed", "test_b": "failed", "(container)": "passed",
    }  # fmt: skip


def test_an_image_that_cannot_be_pulled_is_an_error_of_the_row(monkeypatch: pytest.MonkeyPatch, suite: Path) -> None:
    fill(suite, GOOD)
    ran = run(monkeypatch, suite, image=f"registry.example/absent@{DIGEST}")
    assert (ran.exit_code, ran.result.outcome, ran.result.cases) == (1, "error", ())
    assert "cannot be pulled: not found" in ran.result.error


def test_another_image_than_was_asked_for_is_not_tested(monkeypatch: pytest.MonkeyPatch, suite: Path) -> None:
    fill(suite, GOOD)
    ran = run(monkeypatch, suite, engine=Here(has=f"sha256:{'f' * 64}"))
    assert ran.result.outcome == "error"
    assert "came as sha256:ffff" in ran.result.error


def test_a_python_that_the_image_does_not_have(monkeypatch: pytest.MonkeyPatch, suite: Path) -> None:
    fill(suite, GOOD)
    ran = run(monkeypatch, suite, python="python-that-is-not-there")
    assert (ran.exit_code, ran.result.outcome, ran.result.exit_code) == (1, "error", 127)
    assert "could not be started" in ran.result.error


def test_hardware_is_what_the_tests_saw(monkeypatch: pytest.MonkeyPatch, suite: Path) -> None:
    seen = {"platform": "rocm", "devices": 4, "kinds": ["AMD Instinct MI300X"], "version": "rocm 70200"}
    text = json.dumps({**seen, "memory_bytes": 192 * 10**9})
    fill(suite, f"""
        @pytest.mark.requires()
        def test_a(): open(os.environ["JAX_INTEGRATION_SEEN"], "w").write({text!r})
        """)  # fmt: skip
    hardware = run(monkeypatch, suite).result.hardware
    assert (hardware.class_, hardware.vendor, hardware.backend, hardware.count) == ("gpu", "amd", "rocm", 4)
    assert (hardware.memory_gb, hardware.features, hardware.simulated) == (192.0, ("AMD Instinct MI300X",), False)


def test_hardware_that_no_test_saw_is_unknown(monkeypatch: pytest.MonkeyPatch, suite: Path) -> None:
    fill(suite, GOOD)
    hardware = run(monkeypatch, suite).result.hardware
    assert (hardware.class_, hardware.backend, hardware.count) == ("", "", 0)


REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "a tag": ({"image": "registry.example/team/jax:latest"}, "has no digest"),
    "a setting that is none": ({"environment": "NAME VALUE"}, "write NAME=VALUE"),
    "a suite outside": ({"suite": "../.."}, "input 'suite'"),
    "no time": ({"time-limit": "0"}, "input 'time-limit' is 0"),
    "a hand-over that is none": ({"handover": "suite", "image": ""}, "has no _SUCCESS"),
    "half a quote": ({"container-options": "--device='"}, "container-options"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_wrong_input_is_refused(suite: Path, fault: str) -> None:
    inputs, message = REFUSED[fault]
    given = {"unit": unit(), "image": IMAGE, "suite": "suite", "platform": "cpu", "engine": "none", **inputs}
    done = started(suite.parent, given)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr


def test_an_image_of_other_axes_is_refused(suite: Path, tmp_path: Path) -> None:
    folder = tmp_path / "image"
    folder.mkdir()
    record = ImageRecord(
        digest=DIGEST, reference=IMAGE, size=1, created="", reproducible=True, base="", base_digest="", engine="",
        engine_version="", python="python3", labels={}, layers=(), wheels=(),
    )  # fmt: skip
    (folder / RECORD).write_text(json.dumps(wire.encode(record)))
    write(folder, kind=KIND, axes={"rocm": "7.1.1"}, facts={"digest": DIGEST, "reference": IMAGE})
    row = Row(id="python", values={"rocm": "7.2.0"}, runner="x", suite=make_suite())
    given = {"unit": unit(row), "handover": str(folder), "suite": "suite", "platform": "rocm"}
    done = started(suite.parent, given)
    assert done.returncode == 2
    assert "was made for rocm 7.1.1, and the row python is for rocm 7.2.0" in done.stderr


def test_without_an_engine_and_without_wheels_nothing_is_tested(suite: Path) -> None:
    done = started(
        suite.parent, {"unit": unit(), "image": IMAGE, "suite": "suite", "platform": "cpu", "engine": "none"}
    )
    assert done.returncode == 2
    assert "no container engine works here" in done.stderr


def test_without_an_engine_the_wheels_are_tested_here_with_that_said(suite: Path, tmp_path: Path) -> None:
    """A real virtual environment and a real pip, without any index; it borrows pytest from this one."""
    make_wheel(tmp_path / "wheels", "mini_pjrt", "0.3.0+rocm7.2", {"mini_pjrt.py": "WHERE = __file__\n"})
    borrowed = {"borrowed.pth": f"{Path(pytest.__file__).parent.parent}\n"}
    make_wheel(tmp_path / "wheels", "borrowed", "1.0", borrowed)
    write(tmp_path / "wheels", kind="wheels", axes={"rocm": "7.2"})
    fill(suite, """
        @pytest.mark.requires()
        def test_a(settings):
            import importlib.metadata, mini_pjrt
            assert mini_pjrt.WHERE.startswith(sys.prefix)
            assert settings.versions["mini-pjrt"] == importlib.metadata.version("mini-pjrt") == "0.3.0+rocm7.2"
            assert not [name for name in os.environ if name.startswith("INPUT_")]
        """)  # fmt: skip
    results = tmp_path / "results"
    given = {
        "unit": unit(), "image": IMAGE, "wheels": str(tmp_path / "wheels"), "engine": "none", "requirements": "#",
        "suite": "suite", "platform": "cpu", "python": sys.executable, "results": str(results),
    }  # fmt: skip
    done = started(suite.parent, given, {"PIP_NO_INDEX": "1", "RUNNER_TEMP": str(tmp_path)})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no container engine works here: the suite runs on this machine" in done.stdout
    ran = Ran(done.returncode, results)
    assert ran.cases[CONTAINER].outcome == "skipped"
    assert ran.cases[CONTAINER].message.startswith("not run: no container engine works here")
    assert ran.outcomes["test_it.py::test_a"] == "passed"
    assert not list(tmp_path.glob("integration-*")), "the environment was left behind"


def test_a_wheel_that_cannot_be_installed_is_an_error_of_the_row(suite: Path, tmp_path: Path) -> None:
    make_wheel(tmp_path / "wheels", "mini_plugin", "0.3.0", {"mini_plugin.py": ""}, requires="mini-pjrt==0.3.0")
    write(tmp_path / "wheels", kind="wheels", axes={})
    fill(suite, GOOD)
    results = tmp_path / "results"
    given = {
        "unit": unit(), "wheels": str(tmp_path / "wheels"), "requirements": "#", "suite": "suite", "platform": "cpu",
        "python": sys.executable, "results": str(results),
    }  # fmt: skip
    done = started(suite.parent, given, {"PIP_NO_INDEX": "1"})
    ran = Ran(done.returncode, results)
    assert (done.returncode, ran.result.outcome) == (1, "error")
    assert "the wheels could not be installed" in ran.result.error
    assert "mini-pjrt==0.3.0" in ran.result.error


def started(
    project: Path, inputs: Mapping[str, str], env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The script as a runner starts it."""
    command = [sys.executable, "-SEs", str(SCRIPTS / "test_image.py")]
    return subprocess.run(
        command, cwd=project, env=script_env(inputs, env), capture_output=True, text=True, check=False, timeout=120
    )


def make_wheel(folder: Path, name: str, version: str, files: Mapping[str, str], requires: str = "") -> None:
    """A wheel as pip takes it."""
    folder.mkdir(exist_ok=True)
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += f"Requires-Dist: {requires}\n" if requires else ""
    tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    whole = {**files, f"{info}/METADATA": metadata, f"{info}/WHEEL": tags}
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        record = ""
        for path, text in whole.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record += f"{path},sha256={digest},{len(text.encode())}\n"
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
