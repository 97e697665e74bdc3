"""Skip reasons as labels."""

from __future__ import annotations

import pytest

from shuntyard.store.skips import OTHERWISE, RULES, SkipRule, label


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("Skipped: TPU only", "TPU-Only"),
        ("Not supported on ROCm", "Not Supported on ROCm"),
        ("skip on  ROCm:\n no complex", "Not Supported on ROCm"),
        ("test requires >= 2 devices", "Multiple Devices Required"),
        ("Requires CUDA compute capability 9.0", "NVIDIA-Specific"),
        ("only for CPU", "CPU-Only"),
        ("x64 is not enabled", "Device Inapplicability"),
        ("No module named 'tensorflow'", "Missing Module/API/Plugin"),
        ("Tests require the foo plugin", "Missing Module/API/Plugin"),
        ("Memory size limit exceeded", "Memory Limit Exceeded"),
        ("this is too slow", "Too Slow (Skipped Upstream)"),
        ("Mosaic is not ready", "Mosaic"),
        ("", OTHERWISE),
        ("just because", OTHERWISE),
    ],
)
def test_reasons(reason: str, expected: str) -> None:
    assert label(reason) == expected


def test_a_test_may_be_known_by_its_name() -> None:
    assert label("just because", "tests/pallas/mgpu_matmul_test.py::test_a") == "Mosaic"


def test_the_first_rule_that_fits_decides() -> None:
    rules = (SkipRule(label="one", any=("a",)), SkipRule(label="two", any=("a", "b")))
    assert [label(reason, rules=rules) for reason in ("a b", "b", "c")] == ["one", "two", OTHERWISE]


def test_all_and_any_must_both_fit() -> None:
    rule = SkipRule(label="x", all=("rocm",), any=("skip", "not"))
    assert rule.fits("skip on rocm", "")
    assert not rule.fits("rocm", "") and not rule.fits("skip", "")


def test_every_rule_can_fit() -> None:
    assert all(rule.any or rule.all or rule.names for rule in RULES)
