"""Several files together: nothing that one says can take a case of another away."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.ingest.combine import combine
from shuntyard.ingest.told import Source, Told
from shuntyard.result import BAD_CASES, CaseResult
from shuntyard.rows import final_cases
from tests.scripts.ingest.samples import FIXTURES, brief, case, junit, read


def source(name: str, *cases: tuple[str, str, int], problem: str = "") -> Source:
    entries = [CaseResult(case=n, outcome=o, attempt=a, call_s=1.0) for n, o, a in cases]  # type: ignore[arg-type]
    return Source(name, "junit", Told(cases=entries, problem=problem))


def test_a_failure_does_not_vanish_behind_a_pass_elsewhere() -> None:
    files = [source("1", ("a", "failed", 1)), source("2", ("a", "passed", 1))]
    assert brief(combine(files).cases) == ["a failed"]
    assert brief(combine(files[::-1]).cases) == ["a failed"]


def test_or_it_is_an_attempt_where_the_caller_says_so() -> None:
    files = [source("1", ("a", "failed", 1)), source("2", ("a", "passed", 1), ("a", "passed", 1))]
    assert brief(combine(files, "attempts").cases) == ["a failed", "a passed #2", "a passed #3"]


def test_last_attempts_are_held_against_each_other() -> None:
    flaky = source("1", ("a", "failed", 1), ("a", "passed", 2))
    assert brief(combine([flaky, source("2", ("a", "failed", 1))]).cases) == ["a failed", "a failed #2"]
    assert brief(combine([flaky, source("2", ("a", "passed", 1))]).cases) == ["a failed", "a passed #2"]


def test_an_error_row_for_each_file_that_is_not_whole() -> None:
    found = combine([source("x.xml", ("a", "passed", 1), problem="breaks off"), source("y.xml", ("b", "passed", 1))])
    assert brief(found.cases) == ["a passed", "b passed", "x.xml::(file) error"]
    assert found.cases[-1].message == "breaks off"
    assert found.problems == ("x.xml: breaks off",)


def test_error_rows_of_names_of_any_length_stay_apart() -> None:
    files = [source("d" * 5000 + end, problem="no") for end in "ab"]
    assert len({each.case for each in combine(files).cases}) == 2


OUTCOMES = st.sampled_from(["passed", "failed", "skipped", "error", "xfailed"])
RUNS = st.lists(st.tuples(st.sampled_from("abc"), st.lists(OUTCOMES, min_size=1, max_size=3)), max_size=5)


@given(st.lists(RUNS, max_size=4))
def test_each_case_once_and_the_worst_last_attempt_counts(files: list[list[tuple[str, list[str]]]]) -> None:
    sources = [
        source(str(number), *((name, outcome, i) for name, outcomes in runs for i, outcome in enumerate(outcomes, 1)))
        for number, runs in enumerate(files)
    ]
    found = combine(sources).cases
    runs = [run for each in files for run in each]
    assert {each.case for each in found} == {name for name, _ in runs}
    for last in final_cases(found):
        bad = any(outcomes[-1] in BAD_CASES for name, outcomes in runs if name == last.case)
        assert (last.outcome in BAD_CASES) == bad
        attempts = [each.attempt for each in found if each.case == last.case]
        assert attempts == list(range(1, len(attempts) + 1))


SAMPLES = [
    "pytest/report.xml",
    "pytest/report.jsonl",
    "gtest/report.json",
    "gtest/report.xml",
    "bazel/build.json",
    "absl/report.xml",
]
SIBLING = junit(case("sibling::a"), case("sibling::b", "<failure/>"))


def mutate(data: bytes, seed: int) -> bytes:
    """A few bytes changed, a piece cut out, doubled, or moved; seeded."""
    rng = random.Random(seed)
    changed = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        start, length = rng.randrange(len(changed) + 1), rng.randint(0, 40)
        match rng.randrange(5):
            case 0:
                changed[start : start + length] = b""
            case 1:
                changed[start:start] = rng.randbytes(length)
            case 2:
                changed[start : start + length] = rng.randbytes(length)
            case 3:
                changed[start:start] = changed[rng.randrange(len(changed) + 1) :][:200]
            case _:
                del changed[start + length * 50 :]
        changed = changed or bytearray(b"x")
    return bytes(changed)


@pytest.mark.parametrize("name", SAMPLES)
@given(seed=st.integers(0, 2**32))
def test_a_damaged_file_never_costs_a_sibling_its_cases(name: str, seed: int) -> None:
    damaged = read(mutate((FIXTURES / name).read_bytes(), seed), name)
    found = combine([read(SIBLING, "before.xml"), damaged, read(SIBLING.replace(b"sibling", b"other"), "after.xml")])
    assert {"sibling::a passed", "sibling::b failed", "other::a passed", "other::b failed"} <= set(brief(found.cases))
    whole = not damaged.told.problem
    assert whole or any(each.case == f"{name}::(file)" for each in found.cases)
