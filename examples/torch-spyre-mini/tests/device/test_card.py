"""What only hardware can show."""

from __future__ import annotations

import torch


def test_every_card_multiplies() -> None:
    a, b = torch.randn(256, 512), torch.randn(512, 128)
    for index in range(torch.spyre.device_count()):
        card = f"spyre:{index}"
        torch.testing.assert_close((a.to(card) @ b.to(card)).cpu(), a @ b, rtol=1e-2, atol=1e-2)


def test_a_large_tensor_survives_the_way() -> None:
    host = torch.arange(1 << 24)
    assert torch.equal(host.to("spyre").cpu(), host)
