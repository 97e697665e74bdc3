"""What the generator's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.generator.yard import Yard, build


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    """A small toolkit of its own, to change at will."""
    return build(tmp_path / "yard")
