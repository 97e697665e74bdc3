"""Tensors on a card: they come and go, alias, and stay where they are."""

from __future__ import annotations

import pytest
import torch


def test_there_and_back() -> None:
    host = torch.randn(3, 4)
    card = host.to("spyre")
    assert card.device == torch.device("spyre", 0)
    assert torch.equal(card.cpu(), host)
    assert torch.spyre.executed() == {"copy_in": 1, "copy_out": 1}


def test_the_host_cannot_read_it() -> None:
    assert torch.ones(3, device="spyre").data_ptr() == 0


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.int64, torch.bool])
def test_types(dtype: torch.dtype) -> None:
    host = torch.tensor([0, 1, 1]).to(dtype)
    assert torch.equal(host.to("spyre").cpu(), host)


def test_a_copy_is_not_the_original() -> None:
    host = torch.zeros(3)
    card = host.to("spyre")
    host.fill_(7)
    assert card.cpu().tolist() == [0, 0, 0]


def test_a_view_shares_the_memory() -> None:
    whole = torch.zeros(2, 3, device="spyre")
    whole.t()[1].add_(5)
    assert whole.cpu().tolist() == [[0, 5, 0], [0, 5, 0]]
    assert whole.t().stride() == (1, 3)


def test_made_on_the_card() -> None:
    torch.manual_seed(3)
    first = torch.randn(2, 5, device="spyre")
    torch.manual_seed(3)
    assert torch.equal(first.cpu(), torch.randn(2, 5, device="spyre").cpu())
    assert torch.spyre.executed()["normal_"] == 2
    assert "copy_in" not in torch.spyre.executed()


def test_it_prints() -> None:
    assert repr(torch.ones(2, device="spyre")) == "tensor([1., 1.], device='spyre:0')"


class TestTwoCards:
    def test_between_cards(self, two_cards: tuple[str, str]) -> None:
        first, second = two_cards
        moved = torch.arange(3.0).to(first).to(second)
        assert str(moved.device) == second
        assert torch.spyre.executed(0) == {"copy_in": 1, "copy_out": 1}
        assert torch.spyre.executed(1) == {"copy_in": 1}

    def test_one_operator_stays_on_one_card(self, two_cards: tuple[str, str]) -> None:
        first, second = two_cards
        with pytest.raises(RuntimeError, match="on one card; they are on spyre:0, spyre:1"):
            torch.ones(2, device=first) + torch.ones(2, device=second)

    def test_the_current_card(self, two_cards: tuple[str, str]) -> None:
        with torch.spyre.device(two_cards[1]):
            assert str(torch.ones(1, device="spyre").device) == two_cards[1]
        assert str(torch.ones(1, device="spyre").device) == two_cards[0]


def test_a_card_that_is_not_there() -> None:
    with pytest.raises(RuntimeError, match="there is no card spyre:64"):
        torch.ones(1, device="spyre:64")


def test_the_host_and_the_card_do_not_mix() -> None:
    with pytest.raises(RuntimeError, match="on one card; they are on cpu, spyre:0"):
        torch.ones(2, device="spyre") + torch.ones(2)
