"""What real producers wrote (tests/fixtures/ingest/README.md says how it was made), read case by case."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shuntyard.ingest.files import find
from shuntyard.ingest.source import read_all
from tests.scripts.ingest.samples import FIXTURES, brief, ingest

OUTCOMES = {
    "passes": "passed",
    "slow_setup": "passed",
    "fails": "failed",
    "setup_error": "error",
    "teardown_error": "error",
    "fails_and_teardown_error": "error",
    "skipped": "skipped",
    "skips_itself": "skipped",
    "xfail": "xfailed",
    "xpass_strict": "failed",
    "names[a::b]": "passed",
}


def test_pytest_reportlog() -> None:
    found = ingest("pytest/report.jsonl")
    cases = {case.case: case for case in found.cases}
    assert found.problems == ()
    assert len(cases) == len(found.cases) == 17
    for name, outcome in {**OUTCOMES, "xpass": "xpassed"}.items():
        assert cases[f"test_sample.py::test_{name}"].outcome == outcome
    assert cases["test_broken.py"].outcome == "error"
    assert cases["test_sample.py::TestCase::test_subtests"].outcome == "failed"
    slow = cases["test_sample.py::test_slow_setup"]
    assert slow.setup_s == pytest.approx(0.03, abs=0.01) and slow.call_s == pytest.approx(0.01, abs=0.005)
    assert cases["test_sample.py::test_passes"].metrics == {"loss": 0.25}
    assert cases["test_sample.py::test_skipped"].message == "not supported on ROCm"
    assert cases["test_sample.py::test_fails"].message.startswith("AssertionError: sums\nassert (1 + 1) == 3\n")
    assert "test_sample.py:16: AssertionError" in cases["test_sample.py::test_fails"].message


def test_pytest_junit() -> None:
    found = ingest("pytest/report.xml")
    cases = {case.case: case for case in found.cases}
    assert found.problems == ()
    assert len(cases) == len(found.cases) == 17
    for name, outcome in {**OUTCOMES, "xpass": "passed"}.items():  # JUnit XML has no word for it
        assert cases[f"test_sample::test_{name}"].outcome == outcome
    assert cases["test_sample::test_slow_setup"].call_s == 0.041
    both = cases["test_sample::test_fails_and_teardown_error"]
    assert both.attempt == 1 and "cannot clean up" in both.message


@pytest.mark.parametrize(
    ("name", "prefix"), [("pytest/reruns.xml", "test_flaky"), ("pytest/reruns.jsonl", "test_flaky.py")]
)
def test_pytest_rerunfailures(name: str, prefix: str) -> None:
    setup = "error" if name.endswith("jsonl") else "failed"
    assert brief(ingest(name).cases) == [
        f"{prefix}::test_flips failed",
        f"{prefix}::test_flips failed #2",
        f"{prefix}::test_flips passed #3",
        f"{prefix}::test_never failed",
        f"{prefix}::test_never failed #2",
        f"{prefix}::test_flaky_setup {setup}",
        f"{prefix}::test_flaky_setup {setup} #2",
        f"{prefix}::test_flaky_setup passed #3",
    ]


@pytest.mark.parametrize("name", ["unittest/one.xml", "unittest/reports"])
def test_unittest_xml_reporting(name: str) -> None:
    found = ingest(name)
    assert found.problems == ()
    assert sorted(brief(found.cases)) == [
        "setUpClass (test_unit.TestClassFails) error",
        "test_unit.TestOutcomes::test_errors error",
        "test_unit.TestOutcomes::test_expected xfailed",
        "test_unit.TestOutcomes::test_fails failed",
        "test_unit.TestOutcomes::test_passes passed",
        "test_unit.TestOutcomes::test_skipped skipped",
        "test_unit.TestOutcomes::test_subtests (i=1) failed",
        "test_unit.TestOutcomes::test_unexpected failed",
    ]


def test_absl() -> None:
    """absl writes `status="notrun"`, and no reason: what it skipped must not pass."""
    found = ingest("absl/report.xml")
    outcomes = {case.case.rpartition("::")[2]: case.outcome for case in found.cases}
    assert outcomes == {
        "test_errors": "error",
        "test_fails": "failed",
        "test_known": "passed",
        "test_passes": "passed",
        "test_sizes_f32": "passed",
        "test_sizes_f64": "failed",
        "test_skipped": "skipped",
        "test_skips": "skipped",
        "test_sub (i=0)": "passed",
        "test_sub (i=1)": "failed",
        "test_sub (i=2)": "passed",
        "test_unexpected": "error",
    }


@pytest.mark.parametrize("name", ["gtest/report.xml", "gtest/report.json"])
def test_gtest(name: str) -> None:
    found = ingest(name)
    assert found.problems == ()
    assert brief(found.cases) == [
        "Sums::Right passed",
        "Sums::Wrong failed",
        "Sums::Throws failed",
        "Sums::Skipped skipped",
        "Sums::DISABLED_Later skipped",
        "Sums::Slow passed",
        "Typed/0::Works passed",
        "Typed/1::Works passed",
        "NoSetUp::Never skipped",
        "Few/Sizes::Even/0 passed",
        "Few/Sizes::Even/1 passed",
        "Few/Sizes::Even/2 failed",
    ]
    cases = {case.case: case for case in found.cases}
    assert cases["Sums::Right"].metrics == {"loss": 0.25}
    assert cases["Sums::Slow"].call_s == pytest.approx(0.0125, abs=0.001)
    assert "first" in cases["Sums::Wrong"].message and "second ]]> <&>" in cases["Sums::Wrong"].message


def test_gtest_shard_holds_its_own_cases_only() -> None:
    assert len(ingest("gtest/shard-2-of-3.xml").cases) == 5


def test_bazel_events() -> None:
    found = ingest("bazel/build.json")
    assert found.problems == ()
    assert sorted(brief(found.cases)) == [
        "//pkg:bad_test failed",
        "//pkg:dead_test failed",
        "//pkg:flaky_test failed",
        "//pkg:flaky_test passed #2",
        "//pkg:good_test passed",
        "//pkg:sharded_test (shard 1 of 3) passed",
        "//pkg:sharded_test (shard 2 of 3) failed",
        "//pkg:sharded_test (shard 3 of 3) passed",
        "//pkg:slow_test failed",
        "//pkg:unbuilt_test error",
        "//pkg:xml_test failed",
        "//pkg:xml_test passed #2",
    ]
    cases = {case.case: case for case in found.cases}
    assert cases["//pkg:slow_test"].message.startswith("timed out after 3.0")
    assert cases["//pkg:slow_test"].call_s == pytest.approx(3.03, abs=0.05)
    assert cases["//pkg:unbuilt_test"].message == "could not be built: local spawn failed for Genrule"


def test_bazel_cached_results_count_but_have_no_time() -> None:
    found = ingest("bazel/cached.json")
    assert sorted(brief(found.cases)) == [f"//pkg:{name}_test passed" for name in ("flaky", "good", "xml")]
    assert all(case.call_s == 0 and case.metrics == {"cached": 1.0} for case in found.cases)


def test_bazel_runs_are_told_apart() -> None:
    names = brief(ingest("bazel/runs.json").cases)
    assert len(names) == 8
    assert {"//pkg:good_test (run 2 of 2) passed", "//pkg:sharded_test (shard 2 of 3, run 1 of 2) failed"} <= set(names)


def test_bazel_tests_that_never_ran_are_errors() -> None:
    cases = {case.case: case for case in ingest("bazel/interrupted.json").cases}
    assert cases["//pkg:good_test"].outcome == "passed"
    assert cases["//pkg:slow_test"].outcome == cases["//pkg:bad_test"].outcome == "error"
    assert cases["//pkg:slow_test"].message == "aborted (user interrupted)"
    broken = {case.case: case for case in ingest("bazel/analysis.json").cases}
    assert broken["//odd:fine_test"].outcome == "passed"
    assert "no such package 'nowhere'" in broken["//odd:orphan_test"].message


def test_bazel_test_xml_and_events_tell_of_each_case_once() -> None:
    """Bazel had left the files of a build with two runs; the killed test's file is none."""
    found = ingest("bazel/testlogs", "bazel/build.json")
    xml = "//pkg:xml_test::__main__.PmapTest::"
    assert sorted(brief(found.cases)) == sorted(
        [
            f"{xml}testFlips failed",
            f"{xml}testFlips passed #2",
            f"{xml}testSkips skipped",
            f"{xml}testSkips skipped #2",
            "bazel/testlogs/pkg/dead_test/test.xml::(file) error",
            *(line for line in brief(ingest("bazel/build.json").cases) if "xml_test" not in line),
        ]
    )
    assert [note for note in found.notes if "7 more of earlier builds are left out" in note]
    assert len(found.problems) == 1


def test_bazel_cached_test_xml_has_no_time_either() -> None:
    found = ingest("bazel/testlogs/**/test.xml", "bazel/cached.json")
    flips = next(case for case in found.cases if case.case.endswith("testFlips"))
    assert (flips.outcome, flips.attempt, flips.call_s, flips.metrics) == ("passed", 1, 0.0, {"cached": 1.0})
    assert found.problems == ()  # the killed test's file is of an earlier build


def test_bazel_test_xml_alone_has_attempts_shards_and_runs() -> None:
    names = brief(ingest("bazel/testlogs").cases)
    assert {
        "//pkg:flaky_test error",
        "//pkg:flaky_test passed #2",
        "//pkg:sharded_test (shard 2 of 3) error",
        "//pkg:sharded_test (shard 2 of 3, run 1 of 2) error",
        "//pkg:xml_test::__main__.PmapTest::testFlips failed",
        "//pkg:xml_test::__main__.PmapTest::testFlips passed #2",
    } <= set(names)


def test_every_fixture_is_known_by_its_content(tmp_path: Path) -> None:
    kinds = {}
    for path in FIXTURES.rglob("*"):
        if path.is_file() and path.suffix in (".xml", ".json", ".jsonl") and "dead_test" not in path.parts:
            same = tmp_path / "noname"
            same.write_bytes(path.read_bytes())
            ((source,), _) = read_all(find([str(same)], tmp_path))
            kinds[path.relative_to(FIXTURES).as_posix()] = source.format
    assert set(kinds.values()) == {"junit", "pytest-reportlog", "bazel-events", "gtest-json"}
    assert all(kind == "junit" for name, kind in kinds.items() if name.endswith(".xml"))


@pytest.mark.slow
def test_the_pytest_that_is_installed(tmp_path: Path) -> None:
    """Not a stored file: what pytest writes today."""
    (tmp_path / "test_a.py").write_text(
        "import pytest\n"
        "@pytest.mark.parametrize('n', range(5))\n"
        "def test_n(n): assert n != 3\n"
        "def test_skip(): pytest.skip('needs >= 2 devices')\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--junitxml=out.xml", "-q"]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SHUNTYARD_"))}
    subprocess.run(command, cwd=tmp_path, env=env, check=False, capture_output=True)
    found = ingest("out.xml", base=tmp_path)
    outcomes = [case.outcome for case in found.cases]
    assert found.problems == ()
    assert (outcomes.count("passed"), outcomes.count("failed"), outcomes.count("skipped")) == (4, 1, 1)
