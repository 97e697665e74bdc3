"""The runtime half of an example plugin. It registers nothing with JAX: real JAX beside it keeps its own backends."""

from __future__ import annotations

import ctypes
import functools
from importlib.metadata import version as _installed
from pathlib import Path

__version__ = _installed("mini-pjrt")


def library_path() -> Path:
    """Where the shared library lies."""
    return Path(__file__).with_name("libmini_pjrt.so")


@functools.cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(str(library_path()))
    library.mini_pjrt_version.restype = ctypes.c_char_p
    return library


def version() -> str:
    """The version that was compiled in."""
    return bytes(_library().mini_pjrt_version()).decode()


def device_count() -> int:
    """How many devices its software platform has."""
    return int(_library().mini_pjrt_device_count())
