"""What the generator's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.generator.yard import Yard, build


@pytest.fixture(scope="session")
def rendered_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the unchanged small toolkit renders to, by path. Not to be changed."""
    return build(tmp_path_factory.mktemp("rendered") / "yard").render().files


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    """A small toolkit of its own, to change at will."""
    return build(tmp_path / "yard")
