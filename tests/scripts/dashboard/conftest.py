"""The dashboard of a history of thirty nights, made once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shuntyard.analyses.query import Scope
from shuntyard.dashboard.build import Dashboard, build
from shuntyard.dashboard.gather import Asked
from tests.scripts.dashboard.samples import START, make

NIGHTS = 30
NOW = START + timedelta(days=NIGHTS)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("history")
    make(folder, NIGHTS, repeats=2)
    return folder


@pytest.fixture(scope="session")
def told() -> list[str]:
    """What was said while the dashboard was built."""
    return []


@pytest.fixture(scope="session")
def dashboard(place: Path, told: list[str]) -> Dashboard:
    return build(str(place), Asked(scope=Scope(since=datetime(2026, 8, 1)), now=NOW), tell=told.append)
