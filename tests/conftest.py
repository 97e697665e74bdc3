"""What all tests share: where the toolkit is, and copies of it that a test may change."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Properties are about results: how long an example takes on a busy machine is no fault (benchmarks measure time).
settings.register_profile("shuntyard", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shuntyard")

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("matrices", "scripts", "generator", "requirements", "actions", "docs", ".github", "examples")
UPDATE_GOLDEN = bool(os.environ.get("SHUNTYARD_UPDATE_GOLDEN"))


@pytest.fixture
def toolkit_root(tmp_path: Path) -> Path:
    """A copy of the toolkit's own files, to change at will."""
    target = tmp_path / "toolkit"
    ignore = shutil.ignore_patterns("__pycache__", ".venv*", "*.pyc")
    for name in COPIED:
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, target / name, ignore=ignore)
    return target
