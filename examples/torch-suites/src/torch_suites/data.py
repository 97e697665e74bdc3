"""Data sets that are made on the spot: nothing is downloaded, and a seed gives the same data everywhere."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def spirals(count: int, classes: int = 2, noise: float = 0.02, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Points on interleaved spirals: (count, 2) floats, and the (count,) numbers of their spirals.

    >>> points, labels = spirals(6, classes=3)
    >>> points.shape, labels.tolist()
    (torch.Size([6, 2]), [0, 1, 2, 0, 1, 2])
    """
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % classes
    radius = torch.rand(count, generator=generator).sqrt()
    angle = 2 * math.pi * (labels / classes + radius)
    points = radius.unsqueeze(1) * torch.stack([angle.cos(), angle.sin()], dim=1)
    return points + noise * torch.randn(count, 2, generator=generator), labels


def stripes(count: int, size: int = 8, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Noisy images (count, 1, size, size) of horizontal (0) or vertical (1) stripes.

    >>> images, labels = stripes(4)
    >>> images.shape, labels.tolist()
    (torch.Size([4, 1, 8, 8]), [0, 1, 0, 1])
    """
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % 2
    phase = torch.randint(0, 2, (count, 1), generator=generator)
    line = ((torch.arange(size) + phase) % 2).float()
    across = line.unsqueeze(1).expand(count, size, size)
    images = torch.where(labels.view(-1, 1, 1) == 1, across, across.transpose(1, 2))
    return (images + 0.1 * torch.randn(count, size, size, generator=generator)).unsqueeze(1), labels


def copies(count: int, length: int = 6, symbols: int = 8, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Sequences that say everything twice: inputs and next symbols, each (count, 2 * length - 1) integers.

    A model that looks back `length` positions can foretell the whole second half.

    >>> inputs, targets = copies(1, length=3)
    >>> bool((inputs[0, :2] == inputs[0, 3:]).all()), bool((inputs[0, 1:] == targets[0, :-1]).all())
    (True, True)
    """
    generator = torch.Generator().manual_seed(seed)
    half = torch.randint(0, symbols, (count, length), generator=generator)
    whole = torch.cat([half, half], dim=1)
    return whole[:, :-1], whole[:, 1:]
