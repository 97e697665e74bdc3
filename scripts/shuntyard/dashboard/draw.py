"""Vega specifications → pieces of SVG, drawn by a process of its own (`pen`).

A specification draws any number of pictures as items of one group named `cell`, each from its own origin: 100 curves
in one call take 0.4 s, in a hundred calls (of Vega-Lite) 25 s. Colours are the page's CSS variables (`var(--bad)`),
which is how one picture serves light and dark.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from shuntyard.dashboard.worker import Worker
from shuntyard.errors import ShuntyardError
from shuntyard.store import HINT

Vega = Mapping[str, Any]


class Pen:
    """Draws in a process of its own, one specification after the other; use it in a `with` statement."""

    def __init__(self) -> None:
        if importlib.util.find_spec("vl_convert") is None:
            raise ShuntyardError("the dashboard needs the library 'vl_convert', which is not installed", hint=HINT)
        self._worker = Worker("pen")

    def __enter__(self) -> Pen:
        self._worker.__enter__()
        self._thread = ThreadPoolExecutor(1, "pen")
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._worker.__exit__()
        self._thread.shutdown()

    def draw(self, vega: Vega, cells: int) -> Future[tuple[str, ...]]:
        """The pictures of a specification that draws `cells` of them, as soon as they are there: elements that go into
        an `<svg>`. Its result raises ShuntyardError where the process ended."""
        return self._thread.submit(self._draw, vega, cells)

    def _draw(self, vega: Vega, cells: int) -> tuple[str, ...]:
        if not cells:
            return ()
        return tuple(self._worker.ask([json.dumps(vega, separators=(",", ":"), allow_nan=False), cells]))
