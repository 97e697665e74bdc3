"""Where steps run, and what becomes of a step that does not succeed."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shuntyard.engine import Container, Prepared
from shuntyard.wheels.faults import StepFailedError, os_failure
from shuntyard.wheels.ledger import Finding, Ledger
from shuntyard.wheels.place import Ground, Here, Inside
from shuntyard.wheels.pythons import Python
from shuntyard.wheels.row import outcome

OWN = f"3.{sys.version_info.minor}"


class OnThisMachine:
    """Stands in for an engine: the container's command is a process of this machine, and is remembered."""

    name = "docker"

    def __init__(self, path: str = os.defpath) -> None:
        self.path, self.asked = path, list[Container]()

    def pull(self, image: str) -> str:
        return "sha256:" + "0" * 64

    @contextlib.contextmanager
    def prepared(self, container: Container) -> Iterator[Prepared]:
        self.asked.append(container)
        yield Prepared(argv=list(container.argv), env={"PATH": self.path, **container.env})


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    (tmp_path / "logs").mkdir()
    env = {"PATH": os.environ["PATH"], "INPUT_PASSWORD": "pw", "GH_TOKEN": "t", "TWINE_PASSWORD": "p", "CC": "cc"}
    return Ground(work=tmp_path, logs=tmp_path / "logs", env=env, timeout_s=20)


def script(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def test_builds_inherit_no_secrets(ground: Ground) -> None:
    Here(ground=ground).run(
        "env", script("import os; print(sorted(os.environ))"), cwd=ground.work, env={"AXIS_ROCM": "7.2.0"}, log="env"
    )
    told = (ground.logs / "env.log").read_text()
    assert "AXIS_ROCM" in told
    assert "'CC'" in told
    assert not any(name in told for name in ("INPUT_PASSWORD", "GH_TOKEN", "TWINE_PASSWORD"))


def test_a_failure_says_its_last_lines(ground: Ground) -> None:
    with pytest.raises(StepFailedError, match=r"the wheel failed \(exit 7\); its last lines:\nlast words") as caught:
        Here(ground=ground).run(
            "the wheel", script("print('last words'); raise SystemExit(7)"), cwd=ground.work, env={}, log="a"
        )
    assert caught.value.outcome == "failed"


@pytest.mark.parametrize(
    ("text", "said", "kind"),
    [
        ("import os; os.kill(os.getpid(), 9)", "was ended by signal 9", "failed"),
        ("print('cc: No space left on device'); raise SystemExit(1)", "the disk is full", "error"),
    ],
)
def test_other_ends(ground: Ground, text: str, said: str, kind: str) -> None:
    with pytest.raises(StepFailedError, match=said) as caught:
        Here(ground=ground).run("it", script(text), cwd=ground.work, env={}, log="a")
    assert caught.value.outcome == kind


def test_a_program_that_is_not_there(ground: Ground) -> None:
    with pytest.raises(StepFailedError, match="did not start"):
        Here(ground=ground).run("it", ["no-such-program"], cwd=ground.work, env={}, log="a")


def test_a_container_sees_the_same_paths(ground: Ground, tmp_path: Path) -> None:
    engine = OnThisMachine()
    inside = Inside(ground=ground, engine=engine, image="img@sha256:0", digest="sha256:0", workspace=tmp_path / "repo")
    inside.run("it", script("print(1)"), cwd=tmp_path, env={"SOURCE_DATE_EPOCH": "1"}, log="a")
    (asked,) = engine.asked
    assert [(str(mount.source), mount.writable) for mount in asked.mounts] == [
        (str(tmp_path / "repo"), True),
        (str(tmp_path), True),
    ]
    assert all(mount.target == str(mount.source) for mount in asked.mounts)
    assert (asked.workdir, dict(asked.env)) == (str(tmp_path), {"SOURCE_DATE_EPOCH": "1"})
    assert inside.about == {"built-in": "container", "image": "img@sha256:0", "digest": "sha256:0", "engine": "docker"}


def test_pythons_of_an_image(ground: Ground, tmp_path: Path) -> None:
    (tmp_path / f"python{OWN}").symlink_to(sys.executable)
    inside = Inside(ground=ground, engine=OnThisMachine(str(tmp_path)), image="i", digest="d", workspace=tmp_path)
    found = inside.has(OWN)
    assert found is not None
    assert found.version == OWN
    assert inside.has("3.99") is None
    assert inside.pip(Python(version="3.12", program="/opt/python/cp312-cp312/bin/python"))[1:] == ["-m", "pip"]


def test_a_ledger_takes_down_what_happened(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    with ledger.step("a"):
        pass
    assert ledger.good
    with ledger.step("b"):
        raise StepFailedError("why")
    with ledger.step("c"):
        raise OSError(28, "No space left on device")
    with ledger.check("d") as found:
        found.append(Finding(check="twine", file="f.whl", rule="r", message="m"))
    ledger.skipped("e", "no Python 3.99")
    told = [(case.case, case.outcome) for case in ledger.cases]
    assert told == [("a", "passed"), ("b", "failed"), ("c", "error"), ("d", "failed"), ("e", "skipped")]
    assert "MB free of" in ledger.cases[2].message
    assert str(ledger.findings[0]) == "f.whl: twine r: m"
    assert not ledger.good
    assert outcome(ledger) == "error"


def test_nothing_run_is_nothing_passed(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.skipped("a", "why")
    assert outcome(ledger) == "empty"


def test_other_faults_of_the_system(tmp_path: Path) -> None:
    assert "Permission denied" in os_failure("it", PermissionError(13, "Permission denied"), tmp_path).message
