"""What a card runs at a time: a test file, or one part of a long one. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from shuntyard.scope.model import Whole
from shuntyard.shards.durations import Estimate, Source

SPLIT_S = 600.0  # PyTorch splits files above it into ceil(t / 600) parts
MOST_PARTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Part `part` (from 1) of `parts` of a test; `estimate_s` is this part's. `whole` is "class" where each class of
    the test must be in one part, "file" where it has only one."""

    test: str
    part: int = 1
    parts: int = 1
    estimate_s: float
    source: Source
    whole: str = ""

    @property
    def id(self) -> str:
        """Unique in a row."""
        return self.test if self.parts == 1 else f"{self.test} {self.part}/{self.parts}"


def cut(test: str, estimate: Estimate, whole: Whole | None, split_s: float = SPLIT_S) -> Iterator[Piece]:
    """The pieces of a test: ceil(t / split_s), or one where the file is to stay whole. An unknown test stays whole too:
    nobody knows that it has enough cases to share out."""
    parts = 1
    if estimate.seconds > split_s and whole != "file" and estimate.source != "unknown":
        parts = min(math.ceil(estimate.seconds / split_s), MOST_PARTS)
    for part in range(1, parts + 1):
        yield Piece(
            test=test,
            part=part,
            parts=parts,
            estimate_s=estimate.seconds / parts,
            source=estimate.source,
            whole=whole or "",
        )
