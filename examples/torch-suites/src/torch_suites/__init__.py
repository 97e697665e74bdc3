"""Small models, and the tools to train, time and distribute them: something real for test configurations to test."""

from torch_suites.data import copies, spirals, stripes
from torch_suites.layers import CausalAttention, GatedUnit, RMSNorm
from torch_suites.models import ZOO, Entry
from torch_suites.training import accuracy, seed_everything, train

__version__ = "1.0.0"

__all__ = [
    "ZOO",
    "CausalAttention",
    "Entry",
    "GatedUnit",
    "RMSNorm",
    "accuracy",
    "copies",
    "seed_everything",
    "spirals",
    "stripes",
    "train",
]
