"""Why a case was skipped, as one of a few labels: an ordered table of rules, the first that fits decides. Pure.

The table has the labels that JAX on ROCm's dashboards count. A reason is compared without regard to case and spaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

OTHERWISE = "Skipped Upstream"


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipRule:
    """Fits a reason that has every text of `all` and, where there are some, at least one of `any`; and likewise a test
    whose name has one of `names`."""

    label: str
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def fits(self, reason: str, name: str) -> bool:
        """`reason` and `name` in lower case, with single spaces."""
        if self.names and any(text in name for text in self.names):
            return True
        if not self.any and not self.all:
            return False
        return all(text in reason for text in self.all) and (not self.any or any(text in reason for text in self.any))


RULES: tuple[SkipRule, ...] = (
    SkipRule(label="Mosaic", any=("mosaic",), names=("mosaic", "mgpu")),
    SkipRule(label="TPU-Only", any=("tpu",)),
    SkipRule(
        label="Not Supported on ROCm",
        all=("rocm",),
        any=("skip on", "skip for", "skipped on", "not supported", "unsupported", "not available", "not implemented"),
    ),
    SkipRule(label="Multiple Devices Required", all=("device",), any=(">=", "at least", "multiple", "requires")),
    SkipRule(
        label="NVIDIA-Specific",
        any=("cuda", "cudnn", "nvidia", "cupy", "compute capability", "sm80", "sm90", "sm100", "tensorrt"),
    ),
    SkipRule(label="Apple-Specific", any=("metal", "apple")),
    SkipRule(label="CPU-Only", any=("only for cpu", "only on cpu", "backend is not cpu", "cpu only", "cpu-only")),
    SkipRule(label="Device Inapplicability", any=("x64", "x32", "cpu and gpu backends")),
    SkipRule(
        label="Missing Module/API/Plugin",
        any=("no module named", "not installed", "could not import", "requires pytorch", "requires tensorflow"),
    ),
    SkipRule(label="Missing Module/API/Plugin", all=("require", "plugin")),
    SkipRule(label="Memory Limit Exceeded", any=("memory size limit", "out of memory", "not enough memory")),
    SkipRule(label="Too Slow (Skipped Upstream)", any=("too slow", "slowdown", "takes too long")),
    SkipRule(label="Currently Unmaintained (Skipped Upstream)", any=("unmaintained", "not maintained")),
)


def label(reason: str, case: str = "", rules: Sequence[SkipRule] = RULES) -> str:
    """The label of the first rule that fits; OTHERWISE when none does."""
    plain, name = _plain(reason), _plain(case)
    return next((rule.label for rule in rules if rule.fits(plain, name)), OTHERWISE)


def _plain(text: str) -> str:
    return " ".join(text.split()).lower()
