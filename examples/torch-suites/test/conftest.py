"""What every test module shares: a seed for each test, one thread, a cache of its own, and no network."""

import os
import shutil
import tempfile

import pytest
import torch
from torch_suites import seed_everything
from torch_suites.vision import declare_missing_operators

CACHE = "TORCHINDUCTOR_CACHE_DIR"
OWN_CACHE = pytest.StashKey[str]()
MISSING_OPERATORS = pytest.StashKey[tuple[str, ...]]()


def pytest_configure(config):
    os.environ["HF_HUB_OFFLINE"] = "1"
    # The tensors are small: more threads wait more than they work (three times the wall time on two busy cores).
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # for processes that tests start
    torch.set_num_threads(1)
    # Compiled kernels are cached on disk. With a cache of its own, each run does the whole work, so two runs compare.
    if CACHE not in os.environ:
        os.environ[CACHE] = config.stash[OWN_CACHE] = tempfile.mkdtemp(prefix="torch-suites-")
    # Before any test module imports torchvision, which timm and transformers do.
    config.stash[MISSING_OPERATORS] = declare_missing_operators()


def pytest_unconfigure(config):
    if OWN_CACHE in config.stash:
        os.environ.pop(CACHE, None)
        shutil.rmtree(config.stash[OWN_CACHE], ignore_errors=True)


@pytest.fixture(autouse=True)
def _seed():
    seed_everything(0)


@pytest.fixture
def missing_operators(pytestconfig):
    """The operators of torchvision that this machine's wheel could not load."""
    return pytestconfig.stash[MISSING_OPERATORS]
