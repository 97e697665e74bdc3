"""Layers that the small models share."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class RMSNorm(nn.Module):
    """Divide each vector by its root mean square, then scale each feature by a learned weight.

    >>> RMSNorm(2)(torch.tensor([[3.0, 4.0], [30.0, 40.0]])).detach()
    tensor([[0.8485, 1.1314],
            [0.8485, 1.1314]])
    """

    def __init__(self, features: int, epsilon: float = 1e-6) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(features))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon) * self.weight


class GatedUnit(nn.Module):
    """A feed-forward block whose hidden values are gated: down(silu(gate(x)) * up(x)).

    The shape does not change; there are three matrices and no bias:

    >>> unit = GatedUnit(4, hidden=8)
    >>> unit(torch.zeros(2, 4)).shape, sum(p.numel() for p in unit.parameters())
    (torch.Size([2, 4]), 96)
    """

    def __init__(self, features: int, hidden: int) -> None:
        super().__init__()
        self.gate = nn.Linear(features, hidden, bias=False)
        self.up = nn.Linear(features, hidden, bias=False)
        self.down = nn.Linear(hidden, features, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(nn.functional.silu(self.gate(x)) * self.up(x))


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Causal attention, written out: position i sees the positions up to i. All shapes are (..., length, features).

    The first position sees only itself, so its value comes out unchanged; the second sees two equal keys:

    >>> value = torch.tensor([[1.0], [3.0]])
    >>> attend(torch.ones(2, 1), torch.ones(2, 1), value).flatten().tolist()
    [1.0, 2.0]
    """
    length = query.shape[-2]
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    future = torch.ones(length, length, dtype=torch.bool, device=query.device).triu(1)
    return scores.masked_fill(future, -math.inf).softmax(-1) @ value


class CausalAttention(nn.Module):
    """Causal self-attention with several heads on (batch, length, features).

    >>> CausalAttention(6, heads=4)
    Traceback (most recent call last):
        ...
    ValueError: 6 features do not divide into 4 heads
    """

    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        if features % heads:
            raise ValueError(f"{features} features do not divide into {heads} heads")
        self.heads = heads
        self.mix = nn.Linear(features, 3 * features, bias=False)
        self.out = nn.Linear(features, features, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, features = x.shape
        parts = self.mix(x).view(batch, length, 3, self.heads, features // self.heads)
        query, key, value = parts.permute(2, 3, 0, 1, 4).flatten(1, 2).unbind(0)
        mixed = attend(query, key, value).view(self.heads, batch, length, features // self.heads)
        return self.out(mixed.permute(1, 2, 0, 3).reshape(batch, length, features))
