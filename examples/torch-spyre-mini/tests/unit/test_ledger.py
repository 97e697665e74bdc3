"""The counts of what ran."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from torch_spyre import ledger


def test_by_card_and_together() -> None:
    for card, name in ((0, "mm"), (1, "mm"), (1, "add.Tensor")):
        ledger.record(card, name)
    assert ledger.executed(1) == {"mm": 1, "add.Tensor": 1}
    assert ledger.executed() == {"mm": 2, "add.Tensor": 1}
    assert ledger.executed(7) == {}


def test_threads_lose_nothing() -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: [ledger.record(0, "mm") for _ in range(200)], range(8)))
    assert ledger.executed(0) == {"mm": 1600}


def test_what_the_host_computes_is_not_in_it() -> None:
    import torch

    torch.ones(3) @ torch.ones(3)
    assert ledger.executed() == {}
