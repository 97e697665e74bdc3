"""Each rule says exactly what its fixtures expect, at exactly that place, and nothing about its good fixture."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator import check
from generator.check.subject import Subject
from shuntyard.errors import Problem
from tests.conftest import ROOT, UPDATE_GOLDEN
from tests.generator.check.cases import Case, as_text, cases, clean_yard, judge, subject_of, yard_of


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.rule}-{case.name}")
def test_a_rule_says_what_its_fixture_expects(case: Case, tmp_path: Path) -> None:
    subject = subject_of(yard_of(case, tmp_path / "yard"))
    problems = judge(subject, case.rule)
    text = as_text(problems)
    if UPDATE_GOLDEN and case.name != "good":
        case.expected.write_text(text, encoding="utf-8")
    assert text == (case.expected.read_text(encoding="utf-8") if case.name != "good" else "")
    for problem in problems:
        assert_inside(subject, problem)


def assert_inside(subject: Subject, problem: Problem) -> None:
    """The place is one of the file's; only a rule about whole files may leave it out."""
    if problem.rule == "drift":
        return
    lines = (subject.root / problem.file).read_text(encoding="utf-8").split("\n")
    assert 1 <= problem.line <= len(lines), problem
    assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1, problem


def test_the_clean_toolkit_has_no_problem(tmp_path: Path) -> None:
    assert as_text(judge(subject_of(clean_yard(tmp_path / "yard")))) == ""


@pytest.mark.parametrize("rule", check.RULES)
def test_every_rule_has_a_bad_and_a_good_fixture_and_its_section(rule: str) -> None:
    names = {case.name for case in cases() if case.rule == rule}
    assert "good" in names
    assert any(
        case.expected.read_text(encoding="utf-8") for case in cases() if case.rule == rule and case.name != "good"
    )
    assert f"\n## `{rule}`\n" in (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")


def test_every_fixture_and_every_section_belongs_to_a_rule() -> None:
    headings = (
        line for line in (ROOT / "docs" / "rules.md").read_text(encoding="utf-8").splitlines() if line[:4] == "## `"
    )
    assert {case.rule for case in cases()} == set(check.RULES)
    assert [heading[4:-1] for heading in headings] == list(check.RULES)


@pytest.mark.parametrize("rule", check.RULES)
def test_a_rule_is_the_module_of_its_name(rule: str) -> None:
    module = check.RULES[rule]
    assert getattr(module, "__name__", "") == f"generator.check.{rule}"
    assert module.SUMMARY
