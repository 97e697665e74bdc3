"""Whether two failures are about the same thing, by the words of their cases. Pure.

`//jaxlib/tests:pjit_test_gpu` and `tests/integration/test_pjit.py::test_two_devices` share the area `pjit`. It is a
hint: two failures in one area may still have two causes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_LIMIT = 500  # characters of a name that count
_PARTS = re.compile(r"[^a-z0-9]+")
# What says where a test is or how it runs, and not what it is about.
_COMMON = frozenset({
    "test", "tests", "testing", "unit", "integration", "gpu", "gpus", "cpu", "tpu", "multi", "single",
    "multigpu", "singlegpu", "src", "lib", "jax", "jaxlib", "rocm", "cuda", "amd", "backend", "main",
    "common", "core", "utils", "util", "base", "smoke", "shard", "device", "devices", "basic", "basics",
    "all", "run", "python3",
})  # fmt: skip


def area(case: str) -> frozenset[str]:
    """The words of a case's file or target: empty where they say nothing."""
    head = case[:_LIMIT].split("::", 1)[0].split("[", 1)[0].lower()
    target = head.rpartition(":")[2] if head.startswith(("//", "@")) else head.rpartition("/")[2]
    words = {word for word in _PARTS.split(target) if len(word) > 2 and not word.isdecimal()}
    return frozenset(words - _COMMON)


def shared(first: Iterable[frozenset[str]], second: Iterable[frozenset[str]]) -> tuple[str, ...]:
    """The words that stand in both, sorted."""
    return tuple(sorted(frozenset().union(*first) & frozenset().union(*second)))
