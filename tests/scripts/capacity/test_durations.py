"""Lists of test times: the lookup of PyTorch's sharding, unknown tests, nested shares, splitting."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.capacity.durations import checked, choose, fill, portion, slowed, split
from shuntyard.errors import ShuntyardError
from tests.scripts.capacity.samples import real_files

TIMES = {
    "linux-rocm": {"default": {"test_nn": 20.0}, "slow": {"test_nn": 90}},
    "default": {"default": {"test_nn": 10.0, "test_ops": 5.0}, "inductor": {"test_inductor": 7.0}},
}
FILES = st.dictionaries(st.text(max_size=6), st.floats(0, 1e5), max_size=60)


@pytest.mark.parametrize(
    ("job", "configs", "lists", "total"),
    [
        ("linux-rocm", ["default"], ("linux-rocm/default",), 20.0),
        ("linux-rocm", ["slow"], ("linux-rocm/slow",), 90.0),
        ("linux-rocm", ["inductor"], ("linux-rocm/default",), 20.0),  # the job's own default comes first
        ("linux-spyre", ["inductor"], ("default/inductor",), 7.0),
        ("linux-spyre", ["new"], ("default/default",), 15.0),
        ("linux-rocm", ["default", "slow"], ("linux-rocm/default", "linux-rocm/slow"), 110.0),  # it runs in both
    ],
)
def test_an_unknown_job_or_configuration_falls_back(
    job: str, configs: list[str], lists: tuple[str, ...], total: float
) -> None:
    found = choose(checked(TIMES), job, configs)
    assert found.lists == lists
    assert sum(found.files.values()) == total


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"job": []},
        {"job": {"config": 3}},
        {"job": {"config": {"test": "3"}}},
        {"job": {"config": {"test": True}}},
        {"job": {"config": {"test": math.nan}}},
        {"job": {"config": {"test": math.inf}}},
        {"job": {"config": {"test": -1.0}}},
        {"job": {"config": {"test": None}}},
    ],
)
def test_another_form_is_refused(data: object) -> None:
    with pytest.raises(ShuntyardError) as caught:
        checked(data)
    assert "{job: {config: {file: seconds}}}" in caught.value.hint


def test_a_file_without_the_list_or_with_an_empty_one_is_refused() -> None:
    with pytest.raises(ShuntyardError, match="neither"):
        choose({"other": {"slow": {"a": 1.0}}}, "job", ["default"])
    with pytest.raises(ShuntyardError, match="hold no file"):
        choose({"default": {"default": {}}}, "job", ["default"])


def test_a_test_that_nobody_timed_takes_a_high_quantile() -> None:
    known = {f"test_{number}": float(number) for number in range(1, 11)}
    assert fill(known, ["test_3", "test_new", "test_new"]) == {"test_3": 3.0, "test_new": 9.0}
    assert fill(known, ["x"], quantile=1.0) == {"x": 10.0}
    assert fill(known, ["x"], quantile=0.0) == {"x": 1.0}
    with pytest.raises(ShuntyardError, match="no test has a known time"):
        fill({}, ["x"])


@given(FILES, st.integers(0, 100), st.integers(0, 100))
def test_a_smaller_share_is_within_a_larger_one(files: dict[str, float], one: int, other: int) -> None:
    small, large = portion(files, min(one, other)), portion(files, max(one, other))
    assert small.items() <= large.items() <= files.items()
    assert len(small) == math.ceil(len(files) * min(one, other) / 100)


@given(FILES, st.text(max_size=6), st.integers(0, 100))
def test_a_new_test_moves_at_most_one_other(files: dict[str, float], new: str, percent: int) -> None:
    before, after = portion(files, percent), portion({**files, new: 1.0}, percent)
    assert len(before.keys() - after.keys()) <= 1
    assert len(after.keys() - before.keys() - {new}) <= 1


@given(st.lists(st.floats(0, 1e5), max_size=50), st.floats(1, 1e4))
def test_splitting_keeps_the_sum_and_the_limit(seconds: list[float], most: float) -> None:
    parts = split(seconds, most)
    assert math.isclose(math.fsum(parts), math.fsum(seconds), rel_tol=1e-9, abs_tol=1e-9)
    assert all(part <= most * (1 + 1e-9) for part in parts)
    assert len(parts) == sum(max(math.ceil(time / most), 1) for time in seconds)


def test_the_real_list_is_what_its_readme_says() -> None:
    files = real_files()
    assert len(files) == 999
    assert math.isclose(sum(files.values()), 113_140, abs_tol=1)
    assert max(files.values()) == 7703.2
    parts = split(files.values())
    assert max(parts) <= 600 < max(files.values())
    assert math.isclose(sum(slowed(files, 2).values()), 226_280, abs_tol=2)
