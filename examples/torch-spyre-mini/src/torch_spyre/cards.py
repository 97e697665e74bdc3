"""Which cards there are. Without a word from the environment: none."""

from __future__ import annotations

from collections.abc import Mapping

EMULATE = "TORCH_SPYRE_EMULATE"
CARDS = "TORCH_SPYRE_CARDS"
MOST = 64


class CardsError(ValueError):
    """The environment asks for cards that cannot be."""


def emulated(env: Mapping[str, str]) -> int:
    """How many cards are emulated: 0 unless TORCH_SPYRE_EMULATE is 1, else TORCH_SPYRE_CARDS, 1 if that is not set.

    Raises CardsError for anything else than these.
    """
    switch = env.get(EMULATE, "")
    if switch not in ("", "0", "1"):
        raise CardsError(f"{EMULATE} is {switch!r}; it may be 0 or 1")
    wanted = env.get(CARDS, "") or "1"
    if not (wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= MOST):
        raise CardsError(f"{CARDS} is {wanted!r}; it may be 1 to {MOST}")
    return int(wanted) if switch == "1" else 0


def absence(count: int) -> str:
    """Why there is no card to use, in a sentence; empty where there is one."""
    if count:
        return ""
    return f"no Spyre card is here: this package has no driver for real ones, and {EMULATE}=1 is not set"


def place(index: int | None, current: int, count: int) -> int:
    """The card that an index means; None is the current one. Raises RuntimeError, as PyTorch does for its own."""
    if why := absence(count):
        raise RuntimeError(why)
    card = current if index is None else index
    if not 0 <= card < count:
        raise RuntimeError(f"there is no card spyre:{card}; there are {count}, from spyre:0 on")
    return card
