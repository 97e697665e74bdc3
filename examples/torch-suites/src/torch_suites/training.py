"""A training loop, and what makes it repeatable."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn


def seed_everything(seed: int) -> None:
    """Seed the random numbers of Python, NumPy and PyTorch.

    >>> seed_everything(7); first = torch.rand(3)
    >>> seed_everything(7); torch.equal(first, torch.rand(3))
    True
    """
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def train(
    model: nn.Module,
    batch: tuple[Tensor, Tensor],
    loss: Callable[[Tensor, Tensor], Tensor],
    *,
    steps: int,
    rate: float = 1e-2,
    optimizer: torch.optim.Optimizer | None = None,
) -> list[float]:
    """Train on one batch, with Adam unless told otherwise; return the loss before each step.

    >>> seed_everything(0)
    >>> x = torch.linspace(-1, 1, 20).unsqueeze(1)
    >>> losses = train(nn.Linear(1, 1), (x, 3 * x - 1), nn.functional.mse_loss, steps=200, rate=0.05)
    >>> len(losses), losses[-1] < 1e-3 < losses[0]
    (200, True)
    """
    if steps < 1:
        raise ValueError(f"steps is {steps}; training takes at least one")
    optimizer = optimizer or torch.optim.Adam(model.parameters(), lr=rate)
    inputs, targets = batch
    losses = []
    model.train()
    for _ in range(steps):
        optimizer.zero_grad()
        value = loss(model(inputs), targets)
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return losses


@torch.no_grad()
def accuracy(model: nn.Module, batch: tuple[Tensor, Tensor]) -> float:
    """The share of samples whose highest score is at the right place; the model is left in the mode it was in.

    >>> accuracy(nn.Identity(), (torch.tensor([[2.0, 1.0], [2.0, 1.0]]), torch.tensor([0, 1])))
    0.5
    """
    training = model.training
    model.eval()
    inputs, targets = batch
    share = (model(inputs).argmax(-1) == targets).float().mean().item()
    model.train(training)
    return share
