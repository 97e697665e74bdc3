"""What ran on which card. Only a kernel that runs gets in here, so that a test can prove where an operator ran."""

from __future__ import annotations

import threading
from collections import Counter

_lock = threading.Lock()
_executed: dict[int, Counter[str]] = {}


def record(card: int, name: str) -> None:
    """One execution of a kernel, such as `add.Tensor`."""
    with _lock:
        _executed.setdefault(card, Counter())[name] += 1


def executed(card: int | None = None) -> dict[str, int]:
    """How often each kernel ran on the card; None adds up all cards."""
    with _lock:
        chosen = [counts for index, counts in _executed.items() if card is None or index == card]
        return dict(sum(chosen, Counter()))


def reset() -> None:
    """Forgets everything."""
    with _lock:
        _executed.clear()
