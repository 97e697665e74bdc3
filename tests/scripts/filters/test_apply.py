"""The filters in PyTorch's order, label by label."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.filters.rows import Rows, read_rows
from tests.scripts.filters.samples import filtered, gone, left, record, rows

THREE = rows("default", "slow", "inductor")


@pytest.mark.parametrize(
    ("labels", "kept"),
    [
        ([], ["default", "slow", "inductor"]),
        (["ciflow/spyre", "keep-going"], ["default", "slow", "inductor"]),
        (["test-config/slow"], ["slow"]),
        (["test-config/slow", "test-config/default"], ["default", "slow"]),
        (["test-config/functorch"], []),
        (["test-config/"], ["default", "slow", "inductor"]),
        (["my-test-config/slow"], ["default", "slow", "inductor"]),
    ],
)
def test_config_labels_keep_only_theirs(labels: list[str], kept: list[str]) -> None:
    told = filtered(THREE, labels=labels).rows
    assert left(told) == kept
    assert all("not among the labels test-config/" in reason for reason in gone(told).values())


def test_configurations_asked_for_come_after_the_labels() -> None:
    told = filtered(THREE, labels=["test-config/slow", "test-config/default"], configs=["SLOW ", "inductor"]).rows
    assert left(told) == ["slow"]
    assert gone(told) == {
        "inductor": "not among the labels test-config/default, test-config/slow",
        "default": "not among the configurations asked for (inductor, slow)",
    }


def test_a_row_without_a_configuration_stays_unless_somebody_chooses() -> None:
    matrix = read_rows('{"include": [{"runner": "r"}, {"config": "slow"}]}')
    assert left(filtered(matrix).rows) == ["(no config)", "slow"]
    assert left(filtered(matrix, configs=["slow"]).rows) == ["slow"]
    assert left(filtered(matrix, labels=["test-config/slow"]).rows) == ["slow"]


@pytest.mark.parametrize(
    ("job", "kept"),
    [
        ("linux-spyre / test", ["a rerun_disabled_tests", "b rerun_disabled_tests"]),
        (
            "linux-cuda13 / test",
            ["a mem_leak_check", "a rerun_disabled_tests", "b mem_leak_check", "b rerun_disabled_tests"],
        ),
        (
            "linux-rocm / test",
            ["a mem_leak_check", "a rerun_disabled_tests", "b mem_leak_check", "b rerun_disabled_tests"],
        ),
    ],
)
def test_periodic_modes_replicate_rows(job: str, kept: list[str]) -> None:
    told = filtered(rows("a", "b"), periodic=True, job=job).rows
    assert left(told) == kept
    assert all(row.values[row.mode] == row.mode for row in told.kept)
    assert set(gone(told)) == {"a", "b"}


def test_the_label_for_memory_leaks_marks_rows_of_gpu_jobs_only() -> None:
    labels = ["enable-mem-leak-check"]
    assert "mem_leak_check" in filtered(rows("a"), labels=labels, job="linux-cuda13 / test").rows.kept[0].values
    assert "mem_leak_check" not in filtered(rows("a"), labels=labels).rows.kept[0].values


@pytest.mark.parametrize("job", ["", "build", "test", "build-and-test"])
def test_a_record_without_a_configuration_disables_all(job: str) -> None:
    told = filtered(THREE, [record(job)]).rows
    assert left(told) == []
    assert set(gone(told).values()) == {"disabled by https://x/7 of ann"}


@pytest.mark.parametrize("job", ["test (slow)", "build-and-test (slow)", "test  (slow)"])
def test_a_record_with_a_configuration_disables_one(job: str) -> None:
    assert left(filtered(THREE, [record(job)]).rows) == ["default", "inductor"]


def test_several_records_disable_several() -> None:
    assert left(filtered(THREE, [record("test (slow)"), record("test (default)")]).rows) == ["inductor"]


@pytest.mark.parametrize(
    "wrong",
    [
        record("test", workflow="trunk"),
        record("test", platform="linux-jammy-py3.10"),
        record("lint (slow)"),
        record("test (slow, 1, 2)"),
        record("nonsense"),
    ],
)
def test_a_record_about_something_else_disables_nothing(wrong: object) -> None:
    assert left(filtered(THREE, [wrong]).rows) == ["default", "slow", "inductor"]  # type: ignore[list-item]


@pytest.mark.parametrize("platform", ["manywheel-py3", "manywheel-py3-build", "manywheel-py3-test"])
@pytest.mark.parametrize("job", ["manywheel-py3-build / build", "manywheel-py3-test / test", "manywheel-py3 / test"])
def test_build_and_test_suffixes_are_one_platform(platform: str, job: str) -> None:
    assert left(filtered(THREE, [record("test", platform=platform)], job=job).rows) == []


@pytest.mark.parametrize("unknown", [{"job": "no slash"}, {"job": ""}, {"workflow": ""}, {"branch": "nightly"}])
def test_without_a_job_or_on_the_nightly_branch_no_list_counts(unknown: dict[str, str]) -> None:
    told = filtered(THREE, [record("")], [record("")], **unknown)
    assert left(told.rows) == ["default", "slow", "inductor"] and not told.unstable


def test_unstable_rows_run_and_are_marked() -> None:
    told = filtered(THREE, [], [record("test (slow)")])
    assert [(row.config, bool(row.unstable), row.values.get("unstable")) for row in told.rows.kept] == [
        ("default", False, None), ("slow", True, "unstable"), ("inductor", False, None),
    ]  # fmt: skip
    assert not told.unstable


def test_the_job_is_unstable_where_all_its_rows_are_or_its_name_says_so() -> None:
    assert filtered(THREE, [], [record("build")]).unstable
    assert filtered(rows("slow"), [], [record("test (slow)")]).unstable
    assert filtered(THREE, job="linux-unstable / test").unstable
    assert not filtered(Rows(kept=())).unstable


NAMES = st.sampled_from(["default", "slow", "inductor", "x"])
LABELS = st.lists(NAMES.map("test-config/{}".format) | st.sampled_from(["keep-going", "a b"]), max_size=3)
JOBS = st.sampled_from(["", "test", "build", "test (slow)", "test (x)", "other"])


@given(st.lists(NAMES, max_size=5), LABELS, st.lists(NAMES, max_size=2), st.lists(JOBS, max_size=3), st.booleans())
def test_each_row_runs_or_has_a_reason(
    configs: list[str], labels: list[str], asked: list[str], records: list[str], periodic: bool
) -> None:
    disabled = [record(job) for job in records]
    told = filtered(rows(*configs), disabled, disabled, labels=labels, configs=asked, periodic=periodic).rows
    plain = [row for row in told.kept if not row.mode] + [gone.row for gone in told.removed if not gone.row.mode]
    assert sorted(row.config for row in plain) == sorted(configs)
    assert all(gone.reason for gone in told.removed)


def test_flags_and_issues_come_with_the_rows() -> None:
    told = filtered(
        THREE, labels=["keep-going"], body="[ci-no-td] fixes #12", commits="Resolve #13", repository="o/r", issues="o/r"
    )
    assert [flag for flag, on in told.flags.items() if on] == ["keep-going", "ci-no-td"]
    assert told.reenabled == (12, 13)
