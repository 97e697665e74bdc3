"""The one shape that every Vega mark here has. Pure."""

from __future__ import annotations

from typing import Any


def mark(kind: str, data: str, **channels: Any) -> dict[str, Any]:
    """A mark for each row of `data`, set once: nothing in these pictures moves."""
    return {"type": kind, "from": {"data": data}, "encode": {"enter": channels}}
