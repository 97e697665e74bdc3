"""The two tables: each rule decides what it says, nothing is left undecided, infrastructure counts for neither."""

from __future__ import annotations

import re
from datetime import date, datetime
from itertools import product
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuntyard.nightly.areas import area, shared
from shuntyard.nightly.classify import judge_sign, read_night
from shuntyard.nightly.night import ROLES, Night, NightRun, Pipeline, PipelineNight, Role, RowCount, Sign, State
from shuntyard.nightly.rules import KINDS, NIGHTS, SIGNS, Kind
from shuntyard.nightly.totals import total
from tests.scripts.records import of

CASE = "case"
# role, scope, outcome, text → rule. Messages as Bazel, pytest, pip, auditwheel and the runners write them.
SAID: list[tuple[Role, str, str, str, str]] = [
    ("source", "fault", "error", "result missing: no result.json came", "result-lost"),
    ("installed", "fault", "error", "", "result-lost"),
    ("source", "row", "error", "The self-hosted runner: mi300-3 lost communication with the server.", "runner-lost"),
    ("installed", "job", "cancelled", "cancelled", "runner-lost"),
    ("source", CASE, "error", "the remote executor failed: UNAVAILABLE: io exception", "executor"),
    ("source", "row", "error", "ERROR: Failed to query remote execution capabilities: UNAVAILABLE", "executor"),
    ("installed", "row", "error", "Error response from daemon: toomanyrequests: rate limit", "registry"),
    ("installed", "row", "error", "the registry 127.0.0.1:5000 refuses the image: denied", "registry"),
    ("source", CASE, "error", "write failed: No space left on device", "disk"),
    ("source", "row", "error", "the command did not end in 3 h: timed out", "time-limit"),
    ("installed", "row", "error", "auditwheel: linked to too-recent versioned symbols (GLIBC_2.34)", "wheel-check"),
    ("installed", CASE, "failed", "ERROR: jax-0.8-cp39-none-any.whl is not a supported wheel on this", "wheel-check"),
    ("installed", CASE, "failed", "AssertionError: version mismatch: jaxlib 0.8.0, plugin 0.7.2", "wheel-versions"),
    ("installed", CASE, "failed", "plugin requires jaxlib<0.8, but you have jaxlib 0.8", "wheel-versions"),
    ("installed", "row", "error", "clang: error: use of undeclared identifier 'x'\nfatal error: stop", "wheel-build"),
    ("installed", CASE, "error", "ImportError: libhipblas.so.3: cannot open shared object file", "missing-library"),
    ("installed", CASE, "failed", "/lib/libm.so.6: version `GLIBC_2.38' not found", "missing-library"),
    ("installed", "row", "error", "ERROR: No matching distribution found for jaxlib==0.9", "missing-requirement"),
    ("installed", CASE, "failed", "ModuleNotFoundError: No module named 'jax_rocm7_plugin'", "own-module"),
    ("installed", CASE, "failed", "ModuleNotFoundError: No module named 'ml_dtypes'", "missing-module"),
    ("installed", CASE, "failed", "ImportError: _solver.so: undefined symbol: hipsolverDnDgetrf", "import"),
    ("installed", CASE, "failed", "RuntimeError: Unable to initialize backend 'rocm'", "import"),
    ("source", CASE, "error", "could not be built: //jaxlib/rocm:solver", "build"),
    ("source", "row", "error", "ERROR: /x/BUILD:12:11: Compilation of rule '//x' failed", "build"),
    ("source", CASE, "failed", "AttributeError: module 'jax.lax' has no attribute 'pcast'", "api"),
    ("source", CASE, "failed", "TypeError: f() got an unexpected keyword argument 'axis'", "api"),
    ("source", CASE, "failed", "ImportError: cannot import name 'P' from 'jax.sharding'", "api"),
    ("source", CASE, "failed", "TypeError: f() missing 1 required positional argument: 'x'", "api"),
    ("source", CASE, "failed", "AttributeError: 'NoneType' object has no attribute 'shape'", "test"),
    ("source", CASE, "failed", "AssertionError: Not equal to tolerance rtol=1e-06", "test"),
    ("source", CASE, "failed", "timed out after 920 s", "test"),  # a test that hangs is the test's fault
    ("source", CASE, "crashed", "", "test"),
    ("installed", CASE, "failed", "assert 1.0 == 2.0", "no-rule"),
    ("source", "row", "error", "exit code 42", "no-rule"),
    ("source", "job", "failure", "failure", "no-rule"),
]  # fmt: skip


@pytest.mark.parametrize(("role", "scope", "outcome", "text", "rule"), SAID)
def test_what_a_failure_is(role: Role, scope: str, outcome: str, text: str, rule: str) -> None:
    sign = Sign(scope=scope, row="r", outcome=outcome, text=text)  # type: ignore[arg-type]
    assert judge_sign(sign, role).rule.id == rule


def test_every_rule_has_an_example_and_a_name_of_its_own() -> None:
    assert {rule.id for rule in SIGNS} == {rule for *_, rule in SAID}
    for table in (SIGNS, NIGHTS):
        assert len({rule.id for rule in table}) == len(table)
    of_document = {kind for kinds in KINDS.values() for kind in kinds}
    assert {rule.kind for rule in SIGNS} == of_document | {"infrastructure", "unknown"}
    for rule in SIGNS:  # the documents' kinds of one side are never found by the other
        if rule.kind in of_document:
            assert rule.roles == tuple(role for role in ROLES if rule.kind in KINDS[role])


@given(of(Sign), st.sampled_from(ROLES))
def test_every_sign_is_something(sign: Sign, role: Role) -> None:
    assert judge_sign(sign, role).rule in SIGNS


@pytest.mark.parametrize("text", ["error: " * 50_000, "registry" * 40_000, "remote cache" * 30_000, "\n" * 300_000])
def test_a_long_text_takes_no_longer(text: str) -> None:
    assert judge_sign(Sign(scope="row", outcome="error", text=text), "source").rule in SIGNS


def test_patterns_are_lower_case_because_case_is_ignored_and_say_so() -> None:
    for rule in SIGNS:
        for pattern in rule.patterns:
            assert pattern == pattern.lower(), pattern
            re.compile(pattern)


def side(role: Role, state: State, *signs: Sign) -> PipelineNight:
    pipeline = Pipeline(name=role, role=role)
    if state not in ("passed", "failed", "error", "empty"):
        return PipelineNight(pipeline=pipeline, state=state)
    run = NightRun(
        run_id="1", attempt=1, repository="o/r", sha="", url="", began=datetime(2026, 11, 22), outcome=state,
        rows=RowCount(), signs=signs,
    )  # fmt: skip
    return PipelineNight(pipeline=pipeline, state=state, run=run)


def case(name: str, text: str, outcome: str = "failed") -> Sign:
    return Sign(scope="case", row="r", name=name, outcome=outcome, text=text)


PJIT = case("//jax/tests:pjit_test_gpu", "AssertionError")
BUILD = case("//jaxlib:solver", "could not be built", "error")
API = case("//jax/tests:lax_test", "module 'jax.lax' has no attribute 'x'")
PJIT_TOO = case("tests/integration/test_pjit.py::test_a", "AssertionError")
WHEEL = Sign(scope="row", row="r", outcome="error", text="auditwheel: too-recent versioned symbols")
WHEEL_BUILD = Sign(scope="row", row="r", outcome="error", text="Failed building wheel for x: fatal error: y.h")
MODULE = case("tests/integration/test_import.py::test_a", "No module named 'numpy'")
LOST = Sign(scope="fault", row="r", outcome="error", text="result missing")

READ: list[tuple[PipelineNight, PipelineNight, str, str, str]] = [
    (side("source", "passed"), side("installed", "passed"), "clean", "nothing", "nothing caught"),
    (side("source", "failed", PJIT), side("installed", "failed", PJIT_TOO), "code", "both", "code"),
    (side("source", "failed", BUILD), side("installed", "error", WHEEL_BUILD), "code", "both", "code"),
    (
        side("source", "failed", PJIT), side("installed", "error", WHEEL), "two-faults", "both",
        "test failure and packaging error",
    ),
    (side("source", "failed", PJIT), side("installed", "passed"), "source-alone", "source", "test failure"),
    (side("source", "failed", BUILD), side("installed", "passed"), "source-alone", "source", "build regression"),
    (side("source", "failed", API), side("installed", "passed"), "source-alone", "source", "API change"),
    (side("source", "failed", API, LOST), side("installed", "passed"), "source-alone", "source", "API change"),
    (side("source", "passed"), side("installed", "error", WHEEL), "installed-alone", "installed", "packaging error"),
    (
        side("source", "passed"), side("installed", "failed", MODULE), "installed-alone", "installed",
        "missing dependency",
    ),
    (side("source", "passed"), side("installed", "failed", PJIT_TOO), "installed-alone", "installed", "unknown"),
    (side("source", "error"), side("installed", "passed"), "source-alone", "source", "unknown"),
    (side("source", "failed", PJIT), side("installed", "missed"), "unpaired-source", "unpaired", "test failure"),
    (side("source", "failed", PJIT), side("installed", "error", LOST), "unpaired-source", "unpaired", "test failure"),
    (side("source", "empty"), side("installed", "error", WHEEL), "unpaired-installed", "unpaired", "packaging error"),
    (
        side("source", "error", LOST), side("installed", "passed"), "infrastructure-source", "infrastructure",
        "infrastructure",
    ),
    (side("source", "passed"), side("installed", "error", LOST), "infrastructure-installed", "infrastructure",
     "infrastructure"),
    (side("source", "passed"), side("installed", "missed"), "half-source", "unpaired", "half a night"),
    (side("source", "off"), side("installed", "passed"), "half-installed", "unpaired", "half a night"),
    (side("source", "missed"), side("installed", "pending"), "none", "none", "nothing ran"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "installed", "rule", "caught", "word"), READ)
def test_what_a_night_says(source: PipelineNight, installed: PipelineNight, rule: str, caught: str, word: str) -> None:
    reading = read_night(Night(day=date(2026, 11, 22), results=(source, installed)))
    assert (reading.rule.id, reading.caught, reading.word) == (rule, caught, word)


def test_every_rule_of_a_night_has_an_example_and_every_pair_of_sides_a_rule() -> None:
    assert {rule.id for rule in NIGHTS} == {rule for _, _, rule, _, _ in READ}
    sides = ("bad", "good", "broken", "absent")
    for source, installed, same in product(sides, sides, (True, False)):
        fits = [r for r in NIGHTS if source in r.source and installed in r.installed and r.same_area in (None, same)]
        assert fits, (source, installed)


SIGNS_OF = st.lists(of(Sign) | st.sampled_from([PJIT, BUILD, API, PJIT_TOO, WHEEL, MODULE, LOST]), max_size=3)
RESULTS = st.lists(
    st.tuples(st.sampled_from(ROLES), st.sampled_from(get_args(State)), SIGNS_OF).map(
        lambda t: side(t[0], t[1], *t[2])
    ),
    max_size=4,
).map(tuple)


@settings(max_examples=200)
@given(RESULTS)
def test_every_night_says_something_and_is_counted_once(results: tuple[PipelineNight, ...]) -> None:
    night = Night(day=date(2026, 11, 22), results=results)
    reading = read_night(night)
    assert reading.rule in NIGHTS
    assert reading.word
    totals = total([(night, reading)])
    assert sum(totals.caught.values()) == totals.nights == 1
    if reading.caught in ("infrastructure", "nothing", "none"):
        assert all(each.nights == 0 for kinds in totals.kinds.values() for each in kinds)


def test_the_commonest_kind_decides_and_unknown_only_alone() -> None:
    night = side("source", "failed", BUILD, PJIT, PJIT, LOST)
    reading = read_night(Night(day=date(2026, 11, 22), results=(night, side("installed", "passed"))))
    expected: tuple[tuple[Kind, int], ...] = (("test failure", 2), ("build regression", 1))
    assert reading.of("source").kinds == expected
    night = side("installed", "failed", PJIT_TOO, PJIT_TOO, MODULE)
    reading = read_night(Night(day=date(2026, 11, 22), results=(side("source", "passed"), night)))
    assert reading.word == "missing dependency"


def test_one_pipeline_of_a_role_that_did_not_run_leaves_its_side_open() -> None:
    day = date(2026, 11, 22)
    weekly = side("source", "off")
    good = Night(day=day, results=(side("source", "passed"), weekly, side("installed", "passed")))
    assert read_night(good).rule.id == "clean"
    missed = Night(day=day, results=(side("source", "passed"), side("source", "missed"), side("installed", "passed")))
    assert read_night(missed).rule.id == "half-installed"


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("//jaxlib/tests:pjit_test_gpu", {"pjit"}),
        ("@jax//jax/tests:shard_map_test::T::test_a[x]", {"map"}),
        ("tests/integration/test_pjit.py::test_two_devices", {"pjit"}),
        ("tests/test_multi_device_collectives.py", {"collectives"}),
        ("tests/test_gpu.py::test_pjit", set()),
        ("", set()),
    ],
)
def test_the_words_of_an_area(case: str, words: set[str]) -> None:
    assert area(case) == words


def test_areas_meet_in_their_words() -> None:
    assert shared([area("a_pjit.py"), area("b.py")], [area("//x:pjit")]) == ("pjit",)
    assert shared([], [area("//x:pjit")]) == ()
