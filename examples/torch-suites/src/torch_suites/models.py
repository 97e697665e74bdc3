"""A zoo of small models, each with data to train it on and a loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from torch_suites.data import copies, spirals, stripes
from torch_suites.layers import CausalAttention, GatedUnit, RMSNorm


class Perceptron(nn.Module):
    """Two hidden layers on points of the plane.

    >>> Perceptron(classes=3)(torch.zeros(5, 2)).shape
    torch.Size([5, 3])
    """

    def __init__(self, classes: int = 2, hidden: int = 64) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(2, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, classes)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class ConvNet(nn.Module):
    """Two convolutions with batch norm on images of one channel, of any size.

    >>> ConvNet().eval()(torch.zeros(2, 1, 8, 8)).shape
    torch.Size([2, 2])
    """

    def __init__(self, classes: int = 2, width: int = 8) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(2 * width, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Autoencoder(nn.Module):
    """Images of size * size values through `code` values and back.

    >>> Autoencoder()(torch.zeros(2, 1, 8, 8)).shape
    torch.Size([2, 1, 8, 8])
    """

    def __init__(self, size: int = 8, code: int = 4, hidden: int = 64) -> None:
        super().__init__()
        self.encode = nn.Sequential(nn.Flatten(), nn.Linear(size * size, hidden), nn.ReLU(), nn.Linear(hidden, code))
        self.decode = nn.Sequential(nn.Linear(code, hidden), nn.ReLU(), nn.Linear(hidden, size * size))

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x)).view_as(x)


class Recurrent(nn.Module):
    """A gated recurrent language model: (batch, length) symbols to (batch, length, symbols) scores.

    >>> Recurrent(symbols=8)(torch.zeros(2, 5, dtype=torch.long)).shape
    torch.Size([2, 5, 8])
    """

    def __init__(self, symbols: int = 8, features: int = 64) -> None:
        super().__init__()
        self.embed = nn.Embedding(symbols, features)
        self.cell = nn.GRU(features, features, batch_first=True)
        self.head = nn.Linear(features, symbols)

    def forward(self, x: Tensor) -> Tensor:
        hidden, _ = self.cell(self.embed(x))
        return self.head(hidden)


class Block(nn.Module):
    """Attention, then a gated unit, each on normed values and added to what came in."""

    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.first = RMSNorm(features)
        self.attention = CausalAttention(features, heads)
        self.second = RMSNorm(features)
        self.unit = GatedUnit(features, 2 * features)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.first(x))
        return x + self.unit(self.second(x))


class Decoder(nn.Module):
    """A transformer language model of at most `longest` positions, with the signature of Recurrent.

    >>> Decoder(symbols=8)(torch.zeros(2, 5, dtype=torch.long)).shape
    torch.Size([2, 5, 8])
    """

    def __init__(
        self, symbols: int = 8, features: int = 32, heads: int = 4, blocks: int = 2, longest: int = 32
    ) -> None:
        super().__init__()
        self.embed = nn.Embedding(symbols, features)
        self.place = nn.Embedding(longest, features)
        self.blocks = nn.Sequential(*(Block(features, heads) for _ in range(blocks)))
        self.norm = RMSNorm(features)
        self.head = nn.Linear(features, symbols, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        places = torch.arange(x.shape[1], device=x.device)
        return self.head(self.norm(self.blocks(self.embed(x) + self.place(places))))


def next_symbol_loss(scores: Tensor, targets: Tensor) -> Tensor:
    """Cross entropy of (batch, length, symbols) scores and (batch, length) targets, in nats a symbol."""
    return nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten())


@dataclass(frozen=True)
class Entry:
    """A model of the zoo: how to make it, a batch of `count` samples for it, and its loss."""

    make: Callable[[], nn.Module]
    batch: Callable[[int], tuple[Tensor, Tensor]]
    loss: Callable[[Tensor, Tensor], Tensor]


def _pictures(count: int) -> tuple[Tensor, Tensor]:
    images, _ = stripes(count)
    return images, images


ZOO: dict[str, Entry] = {
    "perceptron": Entry(Perceptron, spirals, nn.functional.cross_entropy),
    "convnet": Entry(ConvNet, stripes, nn.functional.cross_entropy),
    "autoencoder": Entry(Autoencoder, _pictures, nn.functional.mse_loss),
    "recurrent": Entry(Recurrent, copies, next_symbol_loss),
    "decoder": Entry(Decoder, copies, next_symbol_loss),
}
