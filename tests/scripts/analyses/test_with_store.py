"""From folders of results through the real store to verdicts: stores and analyses mean the same columns."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from shuntyard.analyses.arms import compare_arms
from shuntyard.analyses.flakes import find_flakes, flaky_tests
from shuntyard.analyses.kpis import rollout_kpis, service_kpis
from shuntyard.analyses.query import Chosen
from shuntyard.analyses.round_trip import round_trips
from shuntyard.analyses.trends import newest, trends
from shuntyard.stats.ab import Question
from shuntyard.store import Store, open_store
from shuntyard.store.intake import read
from shuntyard.store.tables import build
from tests.scripts.report_samples import make_cases, make_plan, make_result, write_result

NOW = datetime(2026, 11, 22, 4, 0)
CONFIGS = ("smoke", "docs_test", "python")


def rehearsed(folder: Path, repeats: int = 20) -> Store:
    """A store with one run: 20 paired repetitions of three configurations, of which the Python arm slows one by 30 %.

    A case of `python` flips once, and one repetition of `smoke` fell back.
    """
    chance = random.Random(3)
    for unit in make_plan(CONFIGS).units:
        for repetition in range(1, repeats + 1):
            for row in unit.rows:
                slow = 1.3 if row.id == "docs_test.python" else 1.0
                flipped = (row.id, repetition) == ("python.shell", 7)
                cases = make_cases("passed", "failed" if flipped else "passed", "skipped")
                made = make_result(row, cases, repetition=repetition, seconds=9 * slow * chance.lognormvariate(0, 0.05))
                if (row.id, repetition) == ("smoke.python", 3):
                    made = replace(made, ran="shell", fallback_reason="missing module: pytest")
                write_result(folder / "results", unit.id, made)
    store = open_store(str(folder / "history"))
    for submission in read(folder / "results", NOW.isoformat() + "+00:00"):
        assert store.append(build(submission, NOW)) == "added"
    return store


def test_a_rehearsal_ends_in_a_verdict_for_each_configuration(tmp_path: Path) -> None:
    with rehearsed(tmp_path).history() as history:
        found = compare_arms(Chosen(history.connection), Question(resamples=100))
    assert {each.group: each.time.verdict for each in found.groups} == {
        "docs_test": "regressed", "smoke": "equivalent", "python": "equivalent",
    }  # fmt: skip
    by_name = {each.group: each for each in found.groups}
    assert by_name["smoke"].time.dropped == {"fallback": 1, "unpaired": 1}
    assert by_name["python"].time.dropped == {"failed otherwise": 1, "unpaired": 1}
    assert by_name["docs_test"].time.method == "paired"
    assert by_name["docs_test"].tests.verdict == "equivalent"
    assert [each.kind for each in by_name["python"].tests.differences] == ["unsteady"]


def test_every_analysis_reads_the_store(tmp_path: Path) -> None:
    with rehearsed(tmp_path).history() as history:
        chosen = Chosen(history.connection)
        flakes = find_flakes(chosen, today=NOW.date())
        rollout = {each.name: each for each in rollout_kpis(chosen, ab=None, known=CONFIGS)}
        service = {each.name: each for each in service_kpis(chosen, now=NOW, flaky=flaky_tests(flakes))}
        (trip,) = round_trips(chosen)
        assert trends(chosen, seed=1).too_short > 0
        assert {each.anomaly.status for each in newest(chosen)} == {"history too short"}
    assert [(each.seen.case, each.seen.flips, each.seen.trials) for each in flakes] == [("test_it.py::test_1", 1, 40)]
    assert (rollout["fallback_rate"].value, rollout["fallback_rate"].n) == (1 / 60, 60)
    assert rollout["configuration_coverage"].value == 1.0
    assert rollout["success_rate"].value == 1.0
    assert (service["flaky_share"].value, service["flaky_share"].n) == (0.5, 2)
    assert (service["recovery_time"].value, trip.runs) == (0.0, 1)
