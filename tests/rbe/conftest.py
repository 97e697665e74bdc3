"""One remote executor and one Bazel for all tests that do them no harm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rbe.calls import Checkout, checkout
from tests.rbe.postgres import Postgres, postgres
from tests.rbe.programs import bazel, rbe_python
from tests.rbe.servers import Executor, executor

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.rbe)


@pytest.fixture(scope="session")
def database() -> Iterator[Postgres]:
    rbe_python()
    with postgres() as running:
        yield running


@pytest.fixture(scope="session")
def remote(database: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Executor]:
    """The executor that stays up."""
    with executor(database, tmp_path_factory.mktemp("executors") / "steady") as running:
        yield running


@pytest.fixture
def frail(database: Postgres, tmp_path: Path) -> Iterator[Executor]:
    """An executor of one test alone, to be killed."""
    with executor(database, tmp_path / "frail") as running:
        yield running


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    bazel()
    folder = tmp_path_factory.mktemp("work")
    with checkout(folder, folder / "flaky") as made:
        yield made
