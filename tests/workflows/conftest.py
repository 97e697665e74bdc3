"""What the tests of whole workflows share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def torch_python() -> str:
    """A Python that has what examples/torch-suites/requirements.txt lists."""
    path = os.environ.get("SHUNTYARD_TORCH_PYTHON", "")
    if not path:
        pytest.fail("SHUNTYARD_TORCH_PYTHON names no Python with PyTorch; `make test-torch` sets one up")
    if not Path(path).exists():
        pytest.fail(f"SHUNTYARD_TORCH_PYTHON is {path}, which does not exist")
    return path
