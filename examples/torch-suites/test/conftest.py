"""What every test module shares: caches of its own, no network, and a seed for each test."""

import os
import shutil
import tempfile

# Compiled kernels are cached on disk. With a cache of its own, each run does the whole work, so two runs compare.
OWN_CACHE = None if "TORCHINDUCTOR_CACHE_DIR" in os.environ else tempfile.mkdtemp(prefix="torch-suites-")
if OWN_CACHE:
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = OWN_CACHE
os.environ["HF_HUB_OFFLINE"] = "1"

import pytest
from torch_suites import seed_everything
from torch_suites.vision import declare_missing_operators

# Before anything imports torchvision, which timm and transformers do.
MISSING_OPERATORS = declare_missing_operators()


def pytest_unconfigure():
    if OWN_CACHE:
        shutil.rmtree(OWN_CACHE, ignore_errors=True)


@pytest.fixture(autouse=True)
def _seed():
    seed_everything(0)


@pytest.fixture
def missing_operators():
    """The operators of torchvision that this machine's wheel could not load."""
    return MISSING_OPERATORS
