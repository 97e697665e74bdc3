"""The server of the lists' tests, here too."""

from __future__ import annotations

from tests.scripts.lists.conftest import server

__all__ = ["server"]
