"""matrices/alerts.yml: the document's alerts word for word, and every fault told at its place with a hint."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

from generator import schema
from generator.alerts.plan import rules
from generator.load import load
from shuntyard.errors import Problem, ProblemsFound, ShuntyardError
from tests.conftest import ROOT
from tests.generator.yard import Yard

# As the rollout's document writes them.
DOCUMENT = """\
alerts:
  - name: "Python Runner High Fallback Rate"
    condition: fallback_rate > 5%
    action: disable_feature_flag

  - name: "Python Runner Performance Regression"
    condition: execution_time > baseline * 1.2
    action: investigate_and_optimize
"""

WHOLE = """\
labels: [ci/alert]
alerts:
  - name: High Fallback Rate
    condition: fallback_rate > 5%
    action: [disable_feature_flag, notify]
    severity: critical
    per: configuration
    for: 2 runs
    window: 14 d
    least: 20
    remind: 3 d
  - {name: Slow, condition: execution_time > baseline * 1.2, action: notify, per: pipeline, for: 36 h, remind: never}
"""


def problems(yard: Yard) -> list[Problem]:
    try:
        rules(yard.toolkit())
    except ProblemsFound as found:
        return found.problems
    return []


def test_the_document_s_alerts_are_read_as_they_are(yard: Yard) -> None:
    yard.put("alerts", DOCUMENT)
    found, labels = rules(yard.toolkit())
    assert [(each.name, each.question.text, each.actions) for each in found] == [
        ("Python Runner High Fallback Rate", "fallback_rate > 5%", ("disable_feature_flag",)),
        ("Python Runner Performance Regression", "execution_time > baseline * 1.2", ("investigate_and_optimize",)),
    ]
    assert {(each.per, str(each.hold), each.window_s, each.severity) for each in found} == {
        ("configuration", "1 run", 7 * 86_400.0, "warning")
    }
    assert labels == ()


def test_every_key_is_read(yard: Yard) -> None:
    yard.put("alerts", WHOLE)
    (first, second), labels = rules(yard.toolkit())
    assert (first.severity, first.per, str(first.hold), first.window_s) == (
        "critical",
        "configuration",
        "2 runs",
        14 * 86_400.0,
    )
    assert (first.least, first.remind_s, first.actions) == (20, 3 * 86_400.0, ("disable_feature_flag", "notify"))
    assert (second.per, second.hold.seconds, second.remind_s) == ("pipeline", 36 * 3600.0, 0.0)
    assert labels == ("ci/alert",)


def test_the_toolkit_s_own_file_is_good_and_holds_the_document_s_alerts() -> None:
    found, _ = rules(load(ROOT))
    texts = {each.question.text: each.actions for each in found}
    assert "disable_feature_flag" in texts["fallback_rate > 5%"]
    assert "investigate_and_optimize" in texts["execution_time > baseline * 1.2"]
    assert "disable_feature_flag" in texts["verdict == regressed"]


def test_a_toolkit_without_the_file_works_and_says_so_when_asked(yard: Yard) -> None:
    assert yard.toolkit().alerts is None and yard.problems() == []
    with pytest.raises(ShuntyardError, match=r"no matrices/alerts\.yml"):
        rules(yard.toolkit())


def test_it_is_no_pipeline_and_has_a_schema(yard: Yard) -> None:
    yard.put("alerts", WHOLE)
    toolkit = yard.toolkit()
    assert "alerts" not in toolkit.pipelines
    item = schema.json_schema("alerts")["$defs"]["AlertItem"]
    assert set(item["required"]) == {"name", "condition", "action"} and "for" in item["properties"]
    assert "matrices/schema/alerts.json" in yard.render().files


# What is edited in WHOLE, what stands there instead (¦ marks the place that is told), message and hint.
FAULTS = {
    "a key": ("severity: critical", "¦severty: critical", "unknown key 'severty'", "did you mean 'severity'?"),
    "a severity": ("severity: critical", "severity: ¦high", "'high' is not allowed here", "'critical'"),
    "an action": ("disable_feature_flag, notify", "disable_feature_flag, ¦page", "'page' is not allowed", "'notify'"),
    "an action twice": ("[disable_feature_flag, notify]", "¦[notify, notify]", "notify twice", "once"),
    "no action": ("[disable_feature_flag, notify]", "¦[]", "no action", "at least notify"),
    "a place": ("per: configuration", "per: ¦suite", "'suite' is not allowed here", "'pipeline'"),
    "a time": ("for: 2 runs", "for: ¦2 weeks", "'2 weeks' is not allowed here", "must match"),
    "no runs": ("for: 2 runs", "for: ¦0 runs", "'0 runs' is not allowed here", "must match"),
    "a number": ("least: 20", "least: ¦0", "the number 0 is too small", "at least 1"),
    "a quantity": ("fallback_rate > 5%", "¦falback_rate > 5%", "unknown quantity 'falback_rate'", "known are"),
    "a unit": ("fallback_rate > 5%", "¦fallback_rate > 5 min", "compares a rate with a time", "unit of rate"),
    "a verdict": ("fallback_rate > 5%", "¦verdict == slower", "no verdict 'slower'", "regressed"),
    "code": ("fallback_rate > 5%", "¦__import__('os').system('x') > 1", "not understood", "write it like"),
    "an expression": ("High Fallback Rate", "¦${{ github.actor }}", "a GitHub expression", "plain values"),
    "the name again": ("name: Slow", "name: ¦High Fallback Rate", "'High Fallback Rate' again", "first on line 3"),
    "a share of all": ("fallback_rate > 5%", "¦adoption < 50%", "is of everything together", "per: all"),
    "nothing that slows": (
        "[disable_feature_flag, notify]", "¦investigate_and_optimize", "says nothing about what slowed", "open_issue",
    ),
    "two issues": (
        "[disable_feature_flag, notify]", "¦[open_issue, investigate_and_optimize]", "open an issue", "by itself",
    ),
    "nobody's quarantine": ("[disable_feature_flag, notify]", "¦[quarantine]", "without an owner", "owner:"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_told_at_its_place_with_a_hint(yard: Yard, case: str) -> None:
    old, new, message, hint = FAULTS[case]
    assert WHOLE.count(old) == 1
    place = yard.put("alerts", WHOLE.replace(old, new))
    told = [each for each in problems(yard) if message in each.message]
    assert told, problems(yard)
    assert (told[0].file, (told[0].line, told[0].column)) == ("matrices/alerts.yml", place)
    assert hint in told[0].hint


def test_all_faults_are_told_at_once(yard: Yard) -> None:
    yard.put(
        "alerts", WHOLE.replace("5%", "5 min").replace("1.2", "1.2 +").replace("name: Slow", "name: High Fallback Rate")
    )
    assert len(problems(yard)) == 3


def test_a_missing_key_and_an_empty_file_are_told(yard: Yard) -> None:
    yard.put("alerts", "alerts:\n  - {name: x, condition: fallback_rate > 5%}\n")
    (problem,) = problems(yard)
    assert "'action' is missing" in problem.message
    yard.put("alerts", "alerts: []\n")
    assert "must not be empty" in problems(yard)[0].message


def test_a_caller_s_own_file_is_read_and_named(yard: Yard, tmp_path: Path) -> None:
    own = tmp_path / "alerts.yml"
    own.write_text(WHOLE, encoding="utf-8")
    assert len(rules(yard.toolkit(), own)[0]) == 2
    own.write_text(WHOLE.replace("5%", "5 min"), encoding="utf-8")
    with pytest.raises(ProblemsFound) as found:
        rules(yard.toolkit(), own)
    assert found.value.problems[0].where() == f"{own}:4:16"


def test_list_shows_the_rules(yard: Yard) -> None:
    yard.put("alerts", WHOLE)
    code, out, _ = yard.run("alerts", "list")
    assert code == 0 and "High Fallback Rate  fallback_rate > 5%" in out and "36 h" in out
    code, out, _ = yard.run("alerts", "list", "--json")
    assert code == 0 and [each["for"] for each in json.loads(out)["alerts"]] == ["2 runs", "36 h"]


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["check", "--hub", "gitlab"], "no hub 'gitlab'"),
        (["check", "--hub", "local:"], "without a folder"),
        (["check", "--history", "mysql", "--dry-run"], "has no place"),
        (["check", "--history", "s3://user:secret@bucket/h"], "never carries credentials"),
        (["clear", "Nothing such"], "no alert 'Nothing such'"),
    ],
)
def test_wrong_usage_is_told(yard: Yard, argv: list[str], says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    yard.put("alerts", WHOLE)
    monkeypatch.chdir(yard.root)
    code, out, err = yard.run("alerts", *argv)
    assert (code, out) == (2, "") and says in err and "secret" not in err


def test_help_needs_no_library(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    command = importlib.import_module("generator.commands.alerts")
    heavy = {"lark", "duckdb", "scipy", "numpy", "apprise", "pyarrow"}
    text = Path(str(command.__file__)).read_text(encoding="utf-8")
    assert not any(f"import {name}" in text for name in heavy) and "shuntyard.alerts" not in text
