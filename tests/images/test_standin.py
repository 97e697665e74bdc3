"""What stands in for pypa/gh-action-pypi-publish while a workflow is rehearsed: real twine, a real index."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.generator.rehearse.test_standins import Act
from tests.images.conftest import make_wheel
from tests.images.index import Index, images_python, serve

NAME = "gh-action-pypi-publish"
WHEEL = "mini_pjrt-1.0-py3-none-any.whl"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with serve(images_python(), tmp_path / "index", password="") as running:
        yield running


@pytest.fixture
def act(tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch, tools: Path) -> Act:
    """A step in front of the index, with a wheel to publish. A login of somebody's lies about."""
    monkeypatch.setenv("RUNNER_TOOL_CACHE", str(tools))
    monkeypatch.setenv("TWINE_REPOSITORY_URL", "http://127.0.0.1:9/")
    made = Act(tmp_path, index=index.url)
    (made.workspace / "dist").mkdir()
    make_wheel(made.workspace / "dist", "mini_pjrt", "1.0", "VERSION = '1.0'\n")
    return made


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the toolkit's own set is kept between steps."""
    return tmp_path_factory.mktemp("tools")


def test_packages_are_checked_and_uploaded(act: Act, index: Index) -> None:
    code, said, _ = act.step(NAME, repository_url="https://test.example/legacy/")
    assert (code, index.files()) == (0, [WHEEL]), said
    assert f"twine uploads to {index.url}, not to https://test.example/legacy/" in said
    assert "PASSED" in said


def test_what_the_index_has_already(act: Act, index: Index) -> None:
    assert act.step(NAME)[0] == 0
    make_wheel(act.workspace / "dist", "mini_plugin", "2.0", "")
    code, said, _ = act.step(NAME)
    assert (code, f"the index did not take {WHEEL}" in said, index.files()) == (1, True, [WHEEL]), said
    code, said, _ = act.step(NAME, skip_existing="true")
    assert (code, f"the index has {WHEEL} already" in said, len(index.files())) == (0, True, 2), said


def test_another_fault_of_the_index_is_no_package_that_is_there(act: Act, index: Index) -> None:
    index.misbehave("403 1")
    code, said, _ = act.step(NAME, skip_existing="true")
    assert (code, f"the index did not take {WHEEL}" in said, index.files()) == (1, True, []), said


def test_what_is_no_package_is_found_before_anything_is_sent(act: Act, index: Index) -> None:
    with zipfile.ZipFile(act.workspace / "dist" / "torn-1.0-py3-none-any.whl", "w") as torn:
        torn.writestr("torn.py", "")
    code, said, _ = act.step(NAME)
    assert (code, "twine finds fault" in said, index.files()) == (1, True, []), said


def test_an_empty_folder_and_one_elsewhere(act: Act, index: Index) -> None:
    (act.workspace / "out").mkdir()
    for folder in ("out", "none"):
        code, said, _ = act.step(NAME, packages_dir=folder)
        assert (code, "there is no package in" in said, index.files()) == (1, True, []), said


def test_without_an_index_nothing_is_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tools: Path) -> None:
    monkeypatch.setenv("RUNNER_TOOL_CACHE", str(tools))
    act = Act(tmp_path)
    (act.workspace / "dist").mkdir()
    make_wheel(act.workspace / "dist", "mini_pjrt", "1.0", "")
    code, said, _ = act.step(NAME)
    assert (code, "rehearsal%3A not exercised::1 package ready" in said) == (1, True), said
