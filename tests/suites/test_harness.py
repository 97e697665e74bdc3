"""What the suite stands on: each test's hardware, its time limit, and the process that a crashed test takes along."""

from __future__ import annotations

import json
import shutil
import textwrap
from pathlib import Path

import pytest

from shuntyard import wire
from shuntyard.incontainer.told import Seen
from tests.suites.installation import SUITE, Installation, Told, suite

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The harness without the suite's own tests, beside a sound installation."""
    shutil.copytree(SUITE / "harness", tmp_path / "suite" / "harness", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pytest.ini"):
        shutil.copy(SUITE / name, tmp_path / "suite" / name)
    return tmp_path


def run(project: Path, text: str, *options: str, installed: Installation | None = None) -> Told:
    site = (installed or Installation()).make(project / "site")
    head = "import os, subprocess, sys, time\nimport pytest\n"
    (project / "suite" / "test_it.py").write_text(head + textwrap.dedent(text))
    words = options if any(word.startswith("--platform") for word in options) else ("--platform=cpu", *options)
    return suite(*words, path=site, folder=project / "suite")


NEEDS = """
    @pytest.mark.requires(devices=2)
    def test_two(): pass
    @pytest.mark.requires(devices=1)
    def test_one(): pass
    @pytest.mark.requires(platform="rocm")
    def test_rocm(): pass
    @pytest.mark.requires()
    def test_nothing(): pass
"""


def test_absent_hardware_is_not_run_and_says_so(project: Path) -> None:
    told = run(project, NEEDS, installed=Installation(devices=1))
    assert told.exit_code == 0, told.output
    assert told.outcomes == {
        "test_two": "skipped",
        "test_one": "passed",
        "test_rocm": "skipped",
        "test_nothing": "passed",
    }
    assert told.messages["test_two"] == "not run: needs 2 devices, 1 is here"
    assert told.messages["test_rocm"] == "not run: needs rocm, cpu is here"


def test_hardware_that_is_there_is_used(project: Path) -> None:
    told = run(
        project, NEEDS, "--platform=rocm", installed=Installation(platform="gpu", client="rocm 70200", devices=2)
    )
    assert set(told.outcomes.values()) == {"passed"}


def test_devices_that_cannot_be_counted_are_an_error_and_not_absent(project: Path) -> None:
    installed = Installation(devices=1)
    site = installed.make(project / "site")
    (site / "jax" / "__init__.py").write_text("raise ImportError('libamdhip64.so.7: cannot open shared object file')")
    (project / "suite" / "test_it.py").write_text(f"import pytest\n{textwrap.dedent(NEEDS)}")
    told = suite("--platform=cpu", path=site, folder=project / "suite")
    assert told.exit_code == 1
    assert told.outcomes == {"test_two": "error", "test_one": "error", "test_rocm": "error", "test_nothing": "passed"}
    assert "libamdhip64.so.7" in told.messages["test_two"]


def test_what_was_seen_is_written_as_test_image_reads_it(project: Path) -> None:
    run(project, NEEDS, f"--seen={project / 'seen.json'}", installed=Installation(devices=3))
    seen = wire.decode(Seen, json.loads((project / "seen.json").read_text()))
    assert seen == Seen(platform="cpu", devices=3, kinds=("cpu",), version="cpu", memory_bytes=0)


def test_the_closest_marker_counts(project: Path) -> None:
    told = run(project, "pytestmark = pytest.mark.requires(devices=9, platform='cpu')\n" + textwrap.dedent("""
        @pytest.mark.requires(devices=2)
        def test_two(): pass
        def test_nine(): pass
        """))  # fmt: skip
    assert told.outcomes == {"test_two": "passed", "test_nine": "skipped"}


REFUSED = {
    "a test that says nothing": ("def test_a(): pass", (), "test_a does not say which hardware it needs"),
    "a need that is none": ("@pytest.mark.requires(device=2)\ndef test_a(): pass", (), "requires 'device'"),
    "no platform": ("", ("--platform=",), "say what JAX is to compute on"),
    "half a version": ("", ("--expect-versions=jax",), "write name==version"),
    "no number": ("", ("--test-limit=long",), "--test-limit is 'long'"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_is_not_meant_is_refused(project: Path, fault: str) -> None:
    text, options, message = REFUSED[fault]
    told = run(project, text, *options)
    assert told.exit_code == 4
    assert message in told.output


def test_a_hung_test_is_killed_with_its_children_and_the_rest_runs(project: Path) -> None:
    told = run(project, f"""
        @pytest.mark.requires()
        def test_before(): pass
        @pytest.mark.requires()
        def test_hangs():
            child = subprocess.Popen(["sleep", "600"], start_new_session=True)
            open({str(project / "pid")!r}, "w").write(str(child.pid))
            while True:
                time.sleep(60)
        @pytest.fixture
        def hangs_afterwards():
            yield
            time.sleep(600)
        @pytest.mark.requires()
        def test_hangs_in_teardown(hangs_afterwards): pass
        @pytest.mark.requires()
        def test_after(): pass
        """, "--test-limit=2")  # fmt: skip
    assert told.exit_code == 1
    wanted = {
        "test_before": "passed",
        "test_hangs": "failed",
        "test_hangs_in_teardown": "error",
        "test_after": "passed",
    }
    assert told.outcomes == wanted
    assert told.messages["test_hangs"].startswith("timed out after 2 s; killed: ")
    assert "sleep" in told.messages["test_hangs"].splitlines()[0]
    assert "in test_hangs" in told.messages["test_hangs"]
    assert not Path("/proc", (project / "pid").read_text(), "exe").exists()


def test_a_crash_fails_its_test_alone(project: Path) -> None:
    told = run(project, """
        @pytest.mark.requires()
        def test_crashes(): os.kill(os.getpid(), 11)
        @pytest.mark.requires()
        def test_exits(): os._exit(3)
        @pytest.mark.requires()
        def test_fails(): assert 1 + 1 == 3
        @pytest.mark.requires()
        def test_after(): pass
        """)  # fmt: skip
    assert told.exit_code == 1
    assert told.outcomes == {
        "test_crashes": "failed",
        "test_exits": "failed",
        "test_fails": "failed",
        "test_after": "passed",
    }
    assert told.messages["test_crashes"].startswith("its process died: signal 11")
    assert told.messages["test_exits"].startswith("its process died: exit code 3")
    assert "assert (1 + 1) == 3" in told.messages["test_fails"]


def test_tests_share_one_process_until_one_takes_it_along(project: Path) -> None:
    told = run(project, f"""
        def note():
            open({str(project / "pids")!r}, "a").write(f"{{os.getpid()}} ")
        @pytest.mark.requires()
        def test_a(): note()
        @pytest.mark.requires()
        def test_b(): note(); os._exit(0)
        @pytest.mark.requires()
        def test_c(): note()
        """)  # fmt: skip
    assert told.outcomes["test_c"] == "passed"
    one, same, other = (project / "pids").read_text().split()
    assert one == same != other


def test_a_process_that_cannot_start_is_an_internal_error(project: Path) -> None:
    text = "import os, pytest\nif 'worker' in os.environ.get('JAX_INTEGRATION_ORDERS', ''): os._exit(7)\n"
    conftest = project / "suite" / "conftest.py"
    conftest.write_text("import os\nif os.environ.get('JAX_INTEGRATION_ORDERS'): os._exit(7)\n" + conftest.read_text()
                        .replace("from __future__ import annotations\n", ""))  # fmt: skip
    told = run(project, f"{text}@pytest.mark.requires()\ndef test_a(): pass")
    assert told.exit_code == 3
    assert "no test was started; the process of the tests ended with exit code 7" in told.output


def test_junit_and_the_terminal_tell_what_the_processes_reported(project: Path) -> None:
    told = run(project, NEEDS, f"--junitxml={project / 'junit.xml'}", installed=Installation(devices=1))
    text = (project / "junit.xml").read_text()
    assert 'tests="4"' in text
    assert 'skipped="2"' in text
    assert "not run: needs 2 devices, 1 is here" in text
    assert "2 passed, 2 skipped" in told.output
