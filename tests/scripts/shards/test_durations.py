"""Durations per hardware."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.errors import ShuntyardError
from shuntyard.shard import ESTIMATE_S
from shuntyard.shards.durations import Borrow, Durations, Estimator, quantile, read_borrow, runs_on
from tests.scripts.shards.samples import FIXTURES


@pytest.fixture
def durations() -> Durations:
    return Durations(json.loads((FIXTURES / "durations.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("job", "hardware"),
    [
        ("linux-jammy-cuda13.0-py3.10-gcc11-sm86", "cuda"),
        ("linux-noble-rocm-py3.12-mi300", "rocm"),
        ("macos-py3-arm64-mps", "mps"),
        ("linux-jammy-py3.10-clang21-asan", "cpu"),
        ("unit-test / inductor-cpu-test", "cpu"),
        ("win-vs2022-cpu-py3", "cpu"),
        ("spyre", "spyre"),
        ("default", "default"),
    ],
)
def test_a_job_runs_on_the_hardware_that_its_name_says_and_on_no_other(job: str, hardware: str) -> None:
    known = ("cuda", "rocm", "mps", "cpu", "spyre", "default")
    assert [each for each in known if runs_on(job, each)] == [hardware]


def test_a_name_that_says_nothing_is_of_no_hardware() -> None:
    assert not any(runs_on("unit-test / inductor-test", each) for each in ("cpu", "cuda", "spyre"))


def test_durations_of_other_hardware_do_not_count(durations: Durations) -> None:
    estimator = Estimator(durations, "spyre", "default")
    assert (estimator.estimate("test_ops").seconds, estimator.estimate("test_ops").source) == (1201.0, "measured")
    assert estimator.estimate("test_nn").source == "unknown"
    assert estimator.estimate("test_nn").seconds == estimator.unknown_s == 1201.0


def test_several_jobs_of_one_hardware_count_by_their_median(durations: Durations) -> None:
    estimator = Estimator(durations, "cpu", "default")
    assert estimator.estimate("test_ops").seconds == 1800.0
    assert estimator.estimate("test_torch").seconds == 100.0


def test_a_configuration_without_a_duration_takes_that_of_the_default_one(durations: Durations) -> None:
    estimator = Estimator(durations, "cpu", "slow")
    assert (estimator.estimate("test_ops").seconds, estimator.estimate("test_nn").seconds) == (40.0, 310.0)


def test_other_hardware_counts_only_where_asked_and_by_the_factor(durations: Durations) -> None:
    estimator = Estimator(durations, "spyre", "default", Borrow(hardware="cpu", factor=1.5))
    assert (estimator.estimate("test_nn").seconds, estimator.estimate("test_nn").source) == (465.0, "borrowed")
    assert estimator.estimate("test_ops").seconds == 1201.0, "its own duration comes first"
    assert estimator.estimate("test_never_seen").source == "unknown"


def test_without_any_duration_a_test_takes_the_stated_guess() -> None:
    assert Estimator(Durations({}), "spyre", "default").estimate("test_x").seconds == ESTIMATE_S


def test_names_are_those_of_a_configuration_or_of_all(durations: Durations) -> None:
    assert durations.names("inductor") == {"inductor/test_torchinductor"}
    assert {"test_cuda", "test_nn", "/abs/test_x"} <= durations.names("default")
    assert durations.names("nowhere") == durations.every_name()


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1))
def test_a_quantile_is_the_least_value_that_enough_do_not_exceed(values: list[float], share: float) -> None:
    found = quantile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert sum(value < found for value in values) < share * len(values) + 1e-9


@pytest.mark.parametrize("text", ["cpu", "*2", "cpu*", "cpu*x", "cpu*-1", "cpu*0", "cpu*nan", "cpu*inf"])
def test_a_loan_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ShuntyardError, match="borrow"):
        read_borrow(text)


def test_a_loan_is_hardware_and_a_factor() -> None:
    assert read_borrow(" cpu * 1.5 ") == Borrow(hardware="cpu", factor=1.5)
    assert read_borrow(" ") is None


@pytest.mark.parametrize("data", [[], "x", None, {"job": []}, {"job": {"default": [1]}}])
def test_another_format_is_refused(data: Any) -> None:
    with pytest.raises(ShuntyardError, match="durations are not understood"):
        Durations(data)


@given(st.none() | st.text() | st.booleans() | st.floats() | st.integers())
def test_what_is_no_time_is_no_duration(value: Any) -> None:
    found = Durations({"spyre": {"default": {"t": value}}}).on("spyre", "default")
    assert all(math.isfinite(seconds) and seconds >= 0 for seconds in found.values())
