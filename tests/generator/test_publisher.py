"""The workflow that publishes an accelerator's packages: who may upload, what goes where, and when there is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.cli import main
from generator.load import Toolkit, load
from generator.programs import find
from generator.publisher import UPLOAD, publisher_workflow
from generator.source import parse
from shuntyard.errors import ShuntyardError
from shuntyard.proc.run import run
from tests.conftest import ROOT

NAME = "torch-spyre"
EXAMPLE = ROOT / "examples" / "torch-spyre-mini" / ".github" / "workflows" / "publish.yml"
OWN_LINE = "          dependencies: none # `import torch_spyre` needs no PyTorch, which would be gigabytes\n"


@pytest.fixture(scope="module")
def toolkit() -> Toolkit:
    return load(ROOT)


def text_at(toolkit: Toolkit, stage: int, **backend: Any) -> str:
    file = toolkit.backends[NAME]
    changed = file.backend.model_copy(update=backend)
    return publisher_workflow(toolkit, file.model_copy(update={"stage": stage, "backend": changed}))


def jobs_of(text: str) -> dict[str, Any]:
    jobs = parse(text, "publish.yml", strict=False).data["jobs"]
    assert isinstance(jobs, dict)
    return jobs


def test_the_example_is_what_the_verb_writes_but_for_a_line(toolkit: Toolkit) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert text.count(OWN_LINE) == 1
    assert text.replace(OWN_LINE, "") == text_at(toolkit, 1)


@pytest.mark.parametrize("stage", range(1, 6))
def test_a_stage_with_packages_to_publish_has_one(toolkit: Toolkit, stage: int, tmp_path: Path) -> None:
    file = tmp_path / "publish.yml"
    file.write_text(text_at(toolkit, stage), encoding="utf-8")
    done = run([find("actionlint"), str(file)], env={}, cwd=tmp_path, log=tmp_path / "log", timeout_s=60.0)
    assert done.exit_code == 0, (tmp_path / "log").read_text(encoding="utf-8")


def test_a_stage_that_only_builds_them_says_which_do_not(toolkit: Toolkit) -> None:
    with pytest.raises(ShuntyardError, match="publishes no packages at stage 0") as raised:
        text_at(toolkit, 0)
    assert raised.value.hint.endswith("there is 1, 2, 3, 4, 5")


def test_only_what_uploads_has_an_identity_and_it_runs_nothing_of_the_project(toolkit: Toolkit) -> None:
    jobs = jobs_of(text_at(toolkit, 1))
    granted = {name: job["permissions"] for name, job in jobs.items()}
    assert granted == {
        "checks": {"contents": "read"}, "packages": {"contents": "read"},
        "test-pypi": {"id-token": "write"}, "pypi": {"id-token": "write"},
    }  # fmt: skip
    for name in ("test-pypi", "pypi"):
        uses = [step.get("uses", "").partition("@")[0] for step in jobs[name]["steps"]]
        assert uses == ["actions/download-artifact", "", UPLOAD]  # no checkout, nothing to install
        assert jobs[name]["environment"] == name
    assert jobs["packages"]["needs"] == "checks"


def test_without_an_address_main_cannot_reach_the_real_index(toolkit: Toolkit) -> None:
    """pypa's action takes an empty address for PyPI's."""
    jobs = jobs_of(text_at(toolkit, 1))
    assert jobs["test-pypi"]["if"] == "${{ github.event_name == 'push' && vars.TEST_PYPI_URL != '' }}"
    assert jobs["test-pypi"]["steps"][-1]["with"]["repository-url"] == "${{ vars.TEST_PYPI_URL }}"
    assert jobs["pypi"]["if"] == "${{ github.event_name == 'release' }}"


def test_wheels_for_each_python_are_built_as_such(toolkit: Toolkit) -> None:
    (build,) = jobs_of(text_at(toolkit, 1, wheels="per-python", python=["3.12", "3.13"]))["packages"]["steps"]
    assert build["with"] == {"per-python": ".", "pythons": "3.12 3.13"}


def test_what_is_not_pinned_is_not_used(toolkit: Toolkit) -> None:
    pins = {name: pin for name, pin in toolkit.pins.items() if name != UPLOAD}
    with pytest.raises(ShuntyardError, match=f"{UPLOAD} is not pinned"):
        text_at(replace(toolkit, pins=pins), 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([NAME], "publishes no packages at stage 0"),
        (["nightly-rbe"], "nightly-rbe publishes no packages of its own"),
        ([NAME, "--phase", "production"], "--publish and --phase do not go together"),
    ],
)
def test_the_verb_says_why_there_is_none(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["caller", *words, "--publish", "--root", str(ROOT)]) == 2
    assert said in capsys.readouterr().err


def test_the_verb_writes_it(toolkit_root: Path, tmp_path: Path) -> None:
    matrix = toolkit_root / "matrices" / f"{NAME}.yml"
    matrix.write_text(matrix.read_text(encoding="utf-8").replace("\nstage: 0\n", "\nstage: 1\n"), encoding="utf-8")
    target = tmp_path / "publish.yml"
    assert main(["caller", NAME, "--publish", "--root", str(toolkit_root), "--out", str(target)]) == 0
    assert target.read_text(encoding="utf-8") == EXAMPLE.read_text(encoding="utf-8").replace(OWN_LINE, "")
