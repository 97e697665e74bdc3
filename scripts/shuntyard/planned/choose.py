"""Which cases of a file one piece runs. Pure, and fit for Python 3.9: the tests' own pytest loads it too."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from shuntyard.shards.parts import cases_of

# The endings that PyTorch gives the cases of one device-generic test: `test_add_cpu_float32` is an instance of
# `test_add` (pytorch/pytorch, torch/testing/_internal/common_utils.py, remove_device_and_dtype_suffixes).
DEVICES = frozenset({"cpu", "cuda", "hpu", "lazy", "meta", "mps", "mtia", "privateuse1", "xla", "xpu"})
DTYPES = frozenset({"bool", "bfloat16", "complex64", "complex128", "uint8"}) | {
    f"{kind}{bits}" for kind, sizes in {"int": (8, 16, 32, 64), "float": (16, 32, 64)}.items() for bits in sizes
}


class Chosen(NamedTuple):
    """Cases in the order of the file: those of this piece, and why some of them are skipped."""

    mine: tuple[str, ...]
    skipped: Mapping[str, str]


def choose(cases: Sequence[str], order: Mapping[str, Any], device: str = "") -> Chosen:
    """What a piece runs of the `cases` (node ids) that pytest found.

    `order` has `part` and `parts`, `whole`, `disabled` ([case, suite, reason] each) and `rerun`: then only disabled
    cases run, instead of all but them. `device` is one more ending of PyTorch's cases. Together the parts have every
    case once, disabled or not.
    """
    off = Disabled(order["disabled"], DEVICES | {device} - {""})
    reasons = {case: why for case in cases if (why := off.why(case))}
    mine = cases_of(cases, int(order["part"]), int(order["parts"]), whole=str(order["whole"]))
    if order["rerun"]:
        return Chosen(mine=tuple(case for case in mine if case in reasons), skipped={})
    return Chosen(mine=tuple(mine), skipped={case: reasons[case] for case in mine if case in reasons})


class Disabled:
    """Disabled cases, as PyTorch has them: the name fits with or without the endings of device and dtype, and an entry
    for `TestOps` counts for `TestOpsCPU` too. The brackets of a parametrised case are passed over."""

    def __init__(self, entries: Sequence[Sequence[str]], devices: Collection[str] = DEVICES) -> None:
        self._devices = devices
        self._known: dict[str, list[tuple[str, str]]] = {}
        for test, suite, why in entries:
            self._known.setdefault(test, []).append((suite.rpartition(".")[2], why))

    def why(self, case: str) -> str:
        """Why a case (a node id) is disabled; empty when it is not. A plain function never is: it has no class."""
        names = case.split("[", 1)[0].split("::")
        if len(names) < 3:
            return ""
        listed = [*self._known.get(names[-1], ()), *self._known.get(generic(names[-1], self._devices), ())]
        return next((why for suite, why in listed if names[-2].startswith(suite)), "")


def generic(name: str, devices: Collection[str] = DEVICES) -> str:
    """A case's name without the ending of its dtype and of a device before it; PyTorch takes no device's off alone."""
    head, _, last = name.rpartition("_")
    if not head or last not in DTYPES:
        return name
    start, _, device = head.rpartition("_")
    return start if start and device in devices else head
