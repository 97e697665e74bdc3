"""The example accelerator's package: built once, uploaded once, installed from the index once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.images.index import PASSWORD, Index, images_python, serve
from tests.spyre.steps import Ran, Steps, checkout, environment, install, toolkit_at

STAGE = 3  # from here on the emulated device is among the checks
DATE = "1700000000"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.spyre)
            item.add_marker(pytest.mark.slow)


@dataclass(frozen=True, kw_only=True)
class Published:
    """What was built and uploaded, by which runs."""

    built: Ran
    sent: Ran
    index: Index

    @property
    def wheels(self) -> Path:
        return Path(self.built.outputs["wheels"])


@pytest.fixture(scope="session")
def torch_python() -> str:
    """A Python with CPU PyTorch and pytest: SHUNTYARD_TORCH_PYTHON. Without one, these tests have nothing to run."""
    path = os.environ.get("SHUNTYARD_TORCH_PYTHON", "")
    if not path or not Path(path).exists():
        why = f"SHUNTYARD_TORCH_PYTHON is {path or 'not set'}: no Python with PyTorch; `make test-spyre` sets one up"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    return path


@pytest.fixture(scope="session")
def packager() -> str:
    """The Python with the tools for packages."""
    return images_python()


@pytest.fixture(scope="session")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Steps:
    return Steps(toolkit=toolkit_at(STAGE, tmp_path_factory.mktemp("toolkit") / "yard"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return checkout(tmp_path / "torch-spyre-mini")


@pytest.fixture(scope="session")
def published(steps: Steps, packager: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """The package on a real index on loopback, by the scripts that a workflow calls."""
    home = tmp_path_factory.mktemp("published")
    project = checkout(home / "torch-spyre-mini")
    built = steps.run(
        "build_wheels", project, python=packager, once=".", pythons="3.11", sdist="true", naming="none",
        source_date=DATE, wheels=str(home / "wheels"), results=str(home / "results"), work=str(home),
    )  # fmt: skip
    assert built.code == 0, built.said
    with serve(packager, home / "index") as index:
        sent = upload(steps, packager, home, index)
        assert sent.code == 0, sent.said
        yield Published(built=built, sent=sent, index=index)


def upload(steps: Steps, packager: str, home: Path, index: Index) -> Ran:
    """What a trusted publisher's action does on GitHub, with a password, because a local index trusts nobody else."""
    return steps.run(
        "publish_packages", home, python=packager, packages=str(home / "wheels"), report="none",
        repository_url=index.url, username="publisher", password=PASSWORD,
    )  # fmt: skip


@pytest.fixture(scope="session")
def installed(published: Published, torch_python: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a clean environment with the package from the index, and nothing from its checkout."""
    programs = environment(torch_python, tmp_path_factory.mktemp("installed") / "env")
    install(programs, published.index)
    return programs
