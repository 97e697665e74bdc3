"""A server that stands in for GitHub, and a hub that talks to it without waiting."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shuntyard.hub.api import Patience
from shuntyard.hub.github import GitHubHub, open_github
from tests.scripts.hub.fake_github import REPO, TOKEN, Yard, serving

NOW = 1_795_000_000.0


@pytest.fixture
def yard() -> Iterator[Yard]:
    with serving() as running:
        yield running


@pytest.fixture
def pauses() -> list[float]:
    """The waits of the hub, in seconds, instead of waiting."""
    return []


@pytest.fixture
def hub(yard: Yard, pauses: list[float]) -> GitHubHub:
    patience = Patience(tries=3, between_writes_s=0, timeout_s=5, pause=pauses.append, now=lambda: NOW)
    return open_github({"GH_TOKEN": TOKEN, "GITHUB_REPOSITORY": REPO}, api=yard.base, patience=patience)
