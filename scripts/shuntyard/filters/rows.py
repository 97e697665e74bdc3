"""Rows of a matrix in PyTorch's shape, `{include: [{config, runner, ...}]}`, and those that a filter took away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shuntyard.errors import ShuntyardError

MOST = 256
_HINT = 'such as {"include": [{"config": "default", "runner": "linux-spyre"}]}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its configuration, what else stands in it, its periodic mode, and whether a failure blocks nothing
    because an issue calls it unstable (`unstable` is then why)."""

    config: str
    values: Mapping[str, Any]
    mode: str = ""
    unstable: str = ""

    @property
    def name(self) -> str:
        """Readable: the configuration and its mode."""
        return f"{self.config or '(no config)'}{f' {self.mode}' if self.mode else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A row that does not run, and why."""

    row: Row
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What is left, and what each filter so far took away."""

    kept: tuple[Row, ...]
    removed: tuple[Removed, ...] = ()

    def without(self, reasons: Mapping[int, str]) -> Rows:
        """The rows without those at the given places, each with its reason."""
        kept = tuple(row for place, row in enumerate(self.kept) if place not in reasons)
        gone = tuple(Removed(row=self.kept[place], reason=reasons[place]) for place in sorted(reasons))
        return replace(self, kept=kept, removed=(*self.removed, *gone))


def read_rows(text: str) -> Rows:
    """The rows of a matrix as JSON. Raises ShuntyardError for anything else."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ShuntyardError(f"the matrix is not JSON: {error}", hint=_HINT) from error
    include = data.get("include") if isinstance(data, Mapping) else None
    if not isinstance(include, list) or not all(isinstance(row, Mapping) for row in include):
        raise ShuntyardError("the matrix has no list of rows under `include`", hint=_HINT)
    if len(include) > MOST:
        raise ShuntyardError(f"the matrix has {len(include):,} rows, at most {MOST} can run", hint="split it")
    for row in include:
        if not isinstance(row.get("config", ""), str):
            raise ShuntyardError("a row's `config` is no text", hint=_HINT)
    return Rows(kept=tuple(Row(config=row.get("config", "").strip(), values=dict(row)) for row in include))
