"""matrices/rollout.yml: read strictly, in agreement with the other matrices, every fault at its place with a hint."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from generator import check
from generator.load import load
from generator.rollout.plan import disagreements, plan
from shuntyard.errors import ProblemsFound, ShuntyardError
from tests.conftest import ROOT
from tests.generator.check.cases import subject_of
from tests.generator.rollout.samples import with_rollout
from tests.generator.yard import Yard


def test_a_toolkit_without_a_rollout_works(yard: Yard) -> None:
    assert yard.toolkit().rollout is None
    assert list(disagreements(yard.toolkit())) == []
    with pytest.raises(ShuntyardError, match=r"no matrices/rollout\.yml"):
        plan(yard.toolkit())


def test_the_rollout_as_data(yard: Yard) -> None:
    found = plan(with_rollout(yard).toolkit())
    assert (found.baseline, found.candidate, found.pipelines) == ("shell", "python", ("nightly",))
    assert [(phase.name, phase.configurations, phase.days, phase.done) for phase in found.phases] == [
        ("1", ("unit",), 0, True), ("2A", ("docs",), 7, False), ("2B", ("gloo",), 0, False),
        ("2C", ("inductor",), 0, False), ("3", ("unit", "docs", "gloo", "inductor"), 0, False),
    ]  # fmt: skip
    assert found.phases[4].everything and found.phases[4].subjects == ("*",)
    criteria = {
        each.condition: (each.days, each.least, each.devices) for phase in found.phases for each in phase.criteria
    }
    assert criteria == {
        "success_rate > 99.5%": (14, 20, 0), "tests == equivalent or improved": (14, 20, 0),
        "execution_time within 10% of baseline": (14, 20, 0), "fallback_rate == 0%": (14, 20, 0),
        "fallback_rate < 5%": (14, 20, 2), "configuration_coverage == 100%": (28, 20, 0),
    }  # fmt: skip
    assert found.configurations == ("unit", "docs", "gloo", "inductor")
    phase = found.phase_of("gloo")
    assert phase is not None and phase.name == "2B"


FORMAT = {
    "an unknown key": ("done: true", "¦doen: true", "unknown key 'doen'", "did you mean 'done'?"),
    "an unknown key in a criterion": (
        "devices: 2}",
        "¦devises: 2}",
        "unknown key 'devises'",
        "did you mean 'devices'?",
    ),
    "a window of no days": ("days: 28", "days: ¦0", "the number 0 is too small", "at least 1"),
    "text for a number": ("least: 10", "least: ¦ten", "a whole number is expected here", "such as 60"),
    "neither all nor a list": ("configurations: all", "configurations: ¦some", "", ""),
    "no criteria": ("{criterion: It works, condition: success_rate > 99.5%}", "", "", ""),
    "a missing title": ("    title: Everything\n", "", "key 'title' is missing", ""),
}


@pytest.mark.parametrize("fault", FORMAT)
def test_the_format_is_strict(yard: Yard, fault: str) -> None:
    old, new, message, hint = FORMAT[fault]
    with_rollout(yard)
    place = yard.edit("rollout", old, new)
    problems = [problem for problem in yard.problems() if problem.file == "matrices/rollout.yml"]
    assert len(problems) == 1
    assert message in problems[0].message and hint in problems[0].hint
    assert place is None or (problems[0].line, problems[0].column) == place


AGREEMENT = {
    "an unknown configuration": ("[docs]", "[docs, ¦dosc]", "unknown configuration 'dosc'", "did you mean 'docs'?"),
    "a configuration in two phases": ("[gloo]", "[gloo, ¦docs]", "'docs' is in two phases", "phase 2A already"),
    "another phase than the suites'": (
        "[docs]\n    lasts: 7", "[docs, ¦gloo]\n    lasts: 7", "suites.yml has 'gloo' in phase 2B", "move it here",
    ),
    "a phase twice": ("phase: 2B", "phase: ¦2A", "the phase '2A' again", "it stands first on line 11"),
    "an unknown pipeline": ("[nightly]", "[¦nightli]", "unknown pipeline 'nightli'", "did you mean 'nightly'?"),
    "one arm": ("candidate: python", "candidate: ¦shell", "the baseline takes over from itself", "name the other arm"),
    "a condition": ("fallback_rate == 0%", "¦fallback_rate = 0%", "not understood at column", "write it like"),
    "a quantity": ("fallback_rate == 0%", "¦falback_rate == 0%", "unknown quantity 'falback_rate'", "known are"),
    "a unit": ("success_rate > 99.5%", "¦success_rate > 99.5 s", "compares a rate with a time", "unit of rate"),
    "a share of all in one": ("fallback_rate == 0%", "¦adoption == 100%", "not measured for a single", "known are"),
    "sure of a verdict": (
        "condition: tests == equivalent or improved}", "condition: ¦tests == equivalent, sure: true}",
        "is as sure as its test", "leave `sure` out",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", AGREEMENT)
def test_what_does_not_agree_is_told_at_its_place(yard: Yard, fault: str) -> None:
    old, new, message, hint = AGREEMENT[fault]
    with_rollout(yard)
    place = yard.edit("rollout", old, new)
    problems = list(disagreements(yard.toolkit()))
    told = [problem for problem in problems if message in problem.message]
    assert len(told) == 1, problems
    assert (told[0].line, told[0].column) == place
    assert hint in told[0].hint
    assert told[0].file == "matrices/rollout.yml"
    with pytest.raises(ProblemsFound):
        plan(yard.toolkit())


def test_a_configuration_that_no_phase_has_is_told_where_it_stands(yard: Yard) -> None:
    with_rollout(yard)
    yard.edit("rollout", "[gloo]", "[]")
    (problem,) = disagreements(yard.toolkit())
    assert (problem.file, problem.message) == ("matrices/suites.yml", "'gloo' is in no phase of rollout.yml")
    assert problem.hint == "add it to phase 2B"


def test_the_rule_says_the_same(yard: Yard) -> None:
    with_rollout(yard)
    yard.edit("rollout", "[gloo]", "[]")
    (outcome,) = check.run(subject_of(yard), ["rollout"])
    assert [problem.rule for problem in outcome.problems] == ["rollout"]


def test_the_shipped_rollout_is_the_document_s() -> None:
    found = plan(load(ROOT))
    named = {phase.name: set(phase.configurations) for phase in found.phases if not phase.everything}
    assert named["1"] == {"smoke"}
    assert named["2A"] == {"docs_test", "python"}
    assert named["2B"] >= {"jit_legacy", "huggingface", "torchbench"}
    assert named["2C"] >= {"distributed", "inductor_distributed", "inductor_cpp_wrapper"}
    assert [phase.name for phase in found.phases] == ["1", "2A", "2B", "2C", "3", "4"]
    assert [phase.name for phase in found.phases if phase.done] == ["1"]
    conditions = {phase.name: {each.condition for each in phase.criteria} for phase in found.phases}
    assert {"execution_time within 10% of baseline", "fallback_rate == 0%"} <= conditions["2A"]
    assert {"tests == equivalent", "fallback_rate < 5%"} <= conditions["2B"]
    assert "fallback_rate < 2%" in conditions["3"]


def test_a_model_that_is_no_file_s_is_not_needed(yard: Yard) -> None:
    """The plan depends on the models only, so that a changed toolkit in memory has its own."""
    toolkit = with_rollout(yard).toolkit()
    assert toolkit.rollout is not None
    fewer = toolkit.rollout.model_copy(update={"pipelines": []})
    assert plan(replace(toolkit, rollout=fewer)).pipelines == ()


def test_the_json_schema_is_rendered(yard: Yard) -> None:
    files = with_rollout(yard).render().files
    schema = json.loads(files["matrices/schema/rollout.json"])
    assert schema["required"] == ["baseline", "candidate", "phases"]
