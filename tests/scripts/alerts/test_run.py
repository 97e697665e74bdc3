"""From a real Parquet history to flags, issues and notifications: the rollout's alerts fire when they should, once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from shuntyard.alerts.rules import Hold, Rule
from shuntyard.alerts.verdicts import parse
from tests.scripts.alerts.conftest import Receiver
from tests.scripts.alerts.histories import NOW, Arm, healthy, keep, night, week
from tests.scripts.alerts.yard import DOCUMENT, FALLBACK, REGRESSED, SLOW, Checks, acts, firing

CONFIGS = ("docs_test", "distributed")
DAY = timedelta(days=1)


def sick(config: str, arm: Arm) -> dict[tuple[str, str], Arm]:
    """Both configurations, one of them sick in the Python arm."""
    return {**healthy(*CONFIGS), (config, "python"): arm}


@pytest.mark.slow
def test_nothing_fires_on_a_healthy_history(tmp_path: Path) -> None:
    checks = Checks(tmp_path)
    week(checks.history, lambda _: healthy(*CONFIGS))
    checked = checks.run()
    assert [alert.status for alert in checked.alerts] == ["good"] * 6
    assert (checked.acts, checks.issues(), checks.flags()) == ((), [], "")


@pytest.mark.parametrize(
    ("arm", "expected"),
    [
        (Arm(fallbacks=2), [FALLBACK.name]),
        (Arm(seconds=13.0), [REGRESSED.name, SLOW.name]),
        (
            Arm(outcomes=dict.fromkeys(range(1, 7), "failed")),
            [REGRESSED.name],
        ),  # one test is broken, the time is the same
    ],
)
def test_each_alert_of_the_document_fires_where_it_should(tmp_path: Path, arm: Arm, expected: list[str]) -> None:
    checks = Checks(tmp_path)
    week(checks.history, lambda _: sick("distributed", arm))
    assert firing(checks.run()) == [(name, "distributed") for name in expected]


def test_fallbacks_switch_the_flag_off_open_an_issue_and_tell_people(tmp_path: Path, receiver: Receiver) -> None:
    checks = Checks(tmp_path, rules=[FALLBACK], urls=receiver.url)
    week(checks.history, lambda _: sick("distributed", Arm(fallbacks=2)))
    checked = checks.run()
    assert acts(checked) == [
        ("disable_feature_flag", "fire", "done"), ("open_issue", "fire", "done"), ("notify", "fire", "done"),
    ]  # fmt: skip
    assert checks.flags() == "distributed=off"
    (entry,) = (json.loads(line) for line in (tmp_path / "rollout.jsonl").read_text().splitlines())
    assert (entry["action"], entry["config"], entry["by"]) == ("demoted", "distributed", "alert")
    assert entry["evidence"][0]["value"] == pytest.approx(1 / 3) and entry["evidence"][0]["n"] == 36
    (issue,) = checks.issues()
    assert issue["title"] == "Python Runner High Fallback Rate: distributed" and issue["labels"] == ["alert"]
    for said in ("33.33 %", "n = 36 executions", "gfx942", "python-runner-ab", "switched off distributed"):
        assert said in issue["body"]
    (message,) = receiver.messages
    assert message["type"] == "failure"
    assert message["title"] == "critical: Python Runner High Fallback Rate fires for distributed"
    for said in ("pipelines: python-runner-ab", "configurations: distributed", "hardware: gpu amd gfx942 rocm x8"):
        assert said in message["message"]
    assert "commits: 6, from " in message["message"] and "https://ci.example/runs/1" in message["message"]


@pytest.mark.slow
def test_one_firing_is_told_once_reminded_and_told_as_over(tmp_path: Path, receiver: Receiver) -> None:
    checks = Checks(tmp_path, rules=[replace(FALLBACK, remind_s=2 * 86_400.0)], urls=receiver.url)
    week(checks.history, lambda _: sick("distributed", Arm(fallbacks=2)))
    assert len(checks.run().acts) == 3
    assert checks.run(NOW + DAY).acts == ()
    assert acts(checks.run(NOW + 2 * DAY)) == [("open_issue", "remind", "done"), ("notify", "remind", "done")]
    assert checks.run(NOW + 3 * DAY).acts == ()
    keep(checks.history, [night(-index, sick("distributed", Arm()), repeats=20) for index in range(1, 5)])
    over = checks.run(NOW + 8 * DAY)
    assert acts(over) == [("open_issue", "resolve", "done"), ("notify", "resolve", "done")]
    assert checks.file.load().entries == {}
    assert checks.run(NOW + 8 * DAY).acts == ()
    assert len(checks.issues()) == 1 and len(checks.comments(1)) == 2
    assert [message["type"] for message in receiver.messages] == ["failure", "failure", "success"]
    assert "is over" in checks.comments(1)[1]["body"] and "still fires" in checks.comments(1)[0]["body"]


def test_performance_opens_an_issue_with_what_slowed(tmp_path: Path) -> None:
    checks = Checks(tmp_path, rules=[SLOW])
    week(checks.history, lambda _: sick("docs_test", Arm(seconds=12.0, slower=2.0)))
    checks.run()
    (issue,) = checks.issues()
    rows = [line for line in issue["body"].splitlines() if line.startswith(("| `test/", "| start"))]
    assert "start-up and the rest" in rows[0] and "test_slow" in rows[1]
    assert "2.00×" in rows[1] and "arm shell" in issue["body"]


def test_without_arms_the_rows_own_past_is_the_baseline(tmp_path: Path) -> None:
    checks = Checks(tmp_path, rules=[replace(SLOW, per="pipeline")])
    nights = [
        night(index + 0.3, {("resnet", ""): Arm(seconds=13.0 if index == 0 else 10.0)}, pipeline="nightly", repeats=1)
        for index in reversed(range(14))
    ]
    keep(checks.history, nights)
    checked = checks.run()
    assert firing(checked) == [(SLOW.name, "o/r nightly")]
    assert checked.alerts[0].reading.against == "median of the 13 runs before"
    assert "since then" in checks.issues()[0]["body"]


def test_a_short_past_is_unknown_and_said(tmp_path: Path) -> None:
    checks = Checks(tmp_path, rules=[replace(SLOW, per="pipeline")])
    keep(checks.history, [night(index + 0.3, {("resnet", ""): Arm()}, pipeline="nightly") for index in range(3)])
    (alert,) = checks.run().alerts
    assert alert.status == "unknown" and "history is short (2 of the 10 runs" in alert.note


def test_an_old_runner_that_slows_down_is_not_the_new_one_s_fault(tmp_path: Path) -> None:
    checks = Checks(tmp_path, rules=[SLOW])
    arms = [{("docs_test", "shell"): Arm(seconds=20.0 if index == 0 else 10.0)} for index in range(14)]
    keep(checks.history, [night(index + 0.3, arms[index]) for index in reversed(range(14))])
    (alert,) = checks.run().alerts
    assert alert.status == "unknown" and "did not both run" in alert.note


def test_an_empty_history_is_unknown_and_said(tmp_path: Path) -> None:
    checked = Checks(tmp_path).run()
    assert {(alert.status, alert.note) for alert in checked.alerts} == {
        ("unknown", "no configuration ran in the last 7 d")
    }


def test_everything_together_switches_each_configuration_that_took_part(tmp_path: Path) -> None:
    rule = replace(FALLBACK, per="all", actions=("disable_feature_flag",))
    checks = Checks(tmp_path, rules=[rule], in_file={"docs_test": True, "distributed": False, "smoke": True})
    week(checks.history, lambda _: sick("docs_test", Arm(fallbacks=3)))
    checked = checks.run()
    assert firing(checked) == [(FALLBACK.name, "everything")]
    assert checks.flags() == "docs_test=off"  # `distributed` is off in the file, and `smoke` never ran
    assert checked.acts[0].told == "the flag of distributed is off already"


@pytest.mark.parametrize(("bad_nights", "status"), [(1, "pending"), (2, "pending"), (3, "firing")])
def test_for_counts_runs(tmp_path: Path, bad_nights: int, status: str) -> None:
    rule = replace(FALLBACK, hold=Hold(runs=3), window_s=86_400.0, actions=("open_issue",))
    checks = Checks(tmp_path, rules=[rule])
    week(checks.history, lambda index: sick("distributed", Arm(fallbacks=2 if index < bad_nights else 0)))
    checked = checks.run()
    found = {str(alert.place): (alert.status, alert.held_runs) for alert in checked.alerts}
    assert found == {"distributed": (status, bad_nights), "docs_test": ("good", 0)}
    assert len(checks.issues()) == (status == "firing")


@pytest.mark.slow
def test_what_ran_before_the_flag_went_on_again_does_not_count(tmp_path: Path) -> None:
    checks = Checks(tmp_path, rules=[FALLBACK])
    week(checks.history, lambda _: sick("distributed", Arm(fallbacks=2)))
    checks.run()
    checks.switched_on = {"distributed": NOW + DAY}
    assert checks.hub is not None
    checks.hub.set_variable("SHUNTYARD_FLAGS", "")
    blind = checks.run(NOW + 1.1 * DAY)
    assert firing(blind) == [(FALLBACK.name, "distributed")] and blind.alerts[0].blind
    assert checks.flags() == ""  # it is not switched off again for what is past
    keep(checks.history, [night(-1.2, sick("distributed", Arm(fallbacks=2)))])
    assert firing(checks.run(NOW + 1.5 * DAY)) == [(FALLBACK.name, "distributed")]
    assert checks.flags() == "distributed=off"  # but for what came since it is


@pytest.mark.slow
def test_the_order_of_rules_changes_nothing(tmp_path: Path) -> None:
    first, second = Checks(tmp_path / "a"), Checks(tmp_path / "b", rules=DOCUMENT[::-1])
    for checks in (first, second):
        week(checks.history, lambda _: sick("distributed", Arm(fallbacks=2, seconds=13.0)))
    one, two = first.run(), second.run()
    assert one.alerts == two.alerts and acts(one) == acts(two) and firing(one)
    assert [issue["title"] for issue in first.issues()] == [issue["title"] for issue in second.issues()]


def test_flaky_cases_are_proposed_with_owner_reason_and_last_day(tmp_path: Path) -> None:
    rule = Rule(
        name="Flaky Tests",
        question=parse("flaky_share > 5%"),
        actions=("quarantine",),
        per="pipeline",
        owner="the team",
    )
    checks = Checks(tmp_path, rules=[rule])
    week(checks.history, lambda _: sick("distributed", Arm(outcomes={2: "failed", 5: "failed"})))
    checked = checks.run()
    assert acts(checked) == [("quarantine", "fire", "done")]
    (pull,) = checks.pulls()
    ((path, text),) = pull["files"].items()
    (entry,) = json.loads(text)["quarantines"]
    assert path.startswith("matrices/quarantine/pipeline-python-runner-ab-")
    assert (entry["case"], entry["owner"]) == ("test/test_a.py::test_one", "the team")
    assert entry["expires"] == "2026-12-06" and "flipped in 12 of" in entry["reason"]
    assert pull["branch"].startswith("shuntyard/quarantine-pipeline-")


def test_a_dry_run_shows_everything_and_changes_nothing(tmp_path: Path, receiver: Receiver) -> None:
    checks = Checks(tmp_path, urls=receiver.url)
    week(checks.history, lambda _: sick("distributed", Arm(fallbacks=2, seconds=13.0)))
    shown = checks.run(dry_run=True)
    assert {act.result for act in shown.acts} == {"would"}
    assert (checks.changed(), receiver.messages, checks.flags()) == ([], [], "")
    preview = {(act.action, act.alert.rule.name): act.detail for act in shown.acts}
    assert "'' to 'distributed=off'" in preview["disable_feature_flag", FALLBACK.name]
    done = checks.run()
    for issue in checks.issues():  # what was shown is what came, but for what was done meanwhile
        body = issue["body"].split("-->\n", 1)[1].split("What was done at once")[0]
        assert any(body in detail for detail in preview.values())
    assert [message["title"] for message in receiver.messages] == [
        act.detail.splitlines()[0].removeprefix("title: ") for act in shown.acts if act.action == "notify"
    ]
    assert len(done.acts) == len(shown.acts)
