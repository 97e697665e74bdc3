"""Skip reasons as labels."""

from __future__ import annotations

import pytest

from shuntyard.result import CaseResult
from shuntyard.store.skips import OTHERWISE, RULES, SkipRule, label, label_counts, parse_table


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


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (
            "needs at least 2 devices\n/home/x/tests/tpu_test.py:3: needs at least 2 devices",
            "Multiple Devices Required",
        ),
        ("mosaic_test.cc:7\nNot supported on ROCm", "Not Supported on ROCm"),
        ("tpu_test.cc:7", OTHERWISE),
        ("no output", OTHERWISE),
        ("TPUs only", "TPU-Only"),
        ("skipped for ROCm", "Not Supported on ROCm"),
    ],
)
def test_where_it_was_skipped_says_nothing_about_why(reason: str, expected: str) -> None:
    assert label(reason) == expected


def test_patterns_are_regular_expressions() -> None:
    rules = (SkipRule(label="some", any=(r"needs [2-9] cards?\b",)),)
    assert [label(reason, rules=rules) for reason in ("Needs 4  cards", "needs 1 card")] == ["some", OTHERWISE]


def test_counts() -> None:
    cases = [
        CaseResult(case=str(n), outcome="skipped", message=text) for n, text in enumerate(["tpu", "tpu", "", "cuda"])
    ]
    cases.append(CaseResult(case="a", outcome="failed", message="tpu"))
    assert label_counts(cases) == {"TPU-Only": 2, OTHERWISE: 1, "NVIDIA-Specific": 1}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"otherwise": 1, "rules": []}', '{"otherwise": "x", "rules": [{}]}'])
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_table(text)
