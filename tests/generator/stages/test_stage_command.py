"""`shuntyard stage`: what it shows, in text and JSON, and how it ends."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from generator.stages import demand, show
from generator.stages.plan import plan
from shuntyard.capacity.remedies import Remedy
from tests.generator.stages.samples import AT, FIXTURE, TIMES, make_history, staged, text
from tests.generator.yard import Yard


@pytest.fixture
def times(tmp_path: Path) -> str:
    """PyTorch's times, as a file that somebody downloaded."""
    file = tmp_path / "test-times.json"
    file.write_bytes(gzip.decompress(TIMES.read_bytes()))
    return str(file)


def as_json(yard: Yard, *argv: str) -> Any:
    code, out, err = yard.run("stage", str(FIXTURE), "--json", *argv)
    assert code in (0, 1), err
    return json.loads(out)


def test_it_shows_the_stage_the_criteria_and_the_plan(yard: Yard, times: str) -> None:
    yard.put("torch-spyre", text())
    code, out, err = yard.run("stage", "torch-spyre", "--durations", times)
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("torch-spyre is at stage 0 of 0 to 5: The runtime image")
    assert "Criteria for stage 1: 0 of 3 met" in lines
    assert "Capacity, 30 days simulated; durations: test-times.json, default/default" in lines
    (fourth,) = [line for line in lines if line.split()[:2] == ["4", "2,048"]]
    assert "33 × 5" in fourth and "0 of 120" in fourth and "too few" not in fourth
    assert "stage 4: simulating 30 days with 2,048 cards" in err
    assert "look at this" not in out


def test_without_durations_the_stated_hours_count(yard: Yard) -> None:
    found = as_json(yard, "--simulate", "3")
    assert found["durations"] == "stated, not measured: 31.4 h in 999 files"
    assert [each["stage"]["shards"] for each in found["plans"]] == [0, 3, 11, 21, 33, 33]
    assert found["plans"][0]["figures"] is None
    assert found["plans"][4]["test_hours"] == pytest.approx(31.4 * 800 / 999)
    assert all(each["keeps"] for each in found["plans"])


def test_a_stage_may_be_asked_for_and_is_not_written(yard: Yard, times: str) -> None:
    yard.put("torch-spyre", text())
    before = yard.files()
    code, out, _ = yard.run("stage", "torch-spyre", "--stage", "3", "--simulate", "2")
    assert code == 0
    assert "torch-spyre is at stage 3 of 0 to 5" in out
    assert "  schedule      PyTorch's tests 45 5,11,17,23 * * *; its own on cards 29 4,10,16,22 * * * (UTC)" in out
    assert "labelled ciflow/spyre; never blocking; a push supersedes an earlier one that waits" in out
    assert "Criteria for stage 4: 0 of 4 met" in out
    assert yard.files() == before
    assert "this is the last stage" in yard.run("stage", "torch-spyre", "--stage", "5", "--simulate", "1")[1]


@pytest.mark.slow
def test_a_stage_that_is_too_small_says_what_would_be_enough(yard: Yard, times: str) -> None:
    argv = ["stage", str(FIXTURE), "--durations", times, "--slowdown", "40", "--simulate", "4"]
    code, out, err = yard.run(*argv, "--stage", "1")
    assert code == 1
    said = out[out.index("stage 1 does not keep its cadence:") :]
    assert "and shall within 4 h 00 min" in said
    assert "more cards (" in said and "% of the tests instead of 5 %" in said
    assert "stage 1: too small; looking for what would be enough" in err
    assert "40 times as long" in out
    assert yard.run(*argv, "--stage", "3")[0] == 0  # only the stage that is shown decides


def test_hours_that_are_not_the_durations_are_told_at_their_place(yard: Yard, times: str) -> None:
    yard.put("torch-spyre", text(("hours: 31.4", "hours: 20")))
    code, out, _ = yard.run("stage", "torch-spyre", "--durations", times, "--simulate", "1")
    assert code == 0
    assert "look at this: matrices/torch-spyre.yml:13:12: the durations come to 31.4 h, not 20;" in out
    slow = yard.run("stage", "torch-spyre", "--durations", times, "--simulate", "1", "--slowdown", "2")[1]
    assert "come to 31.4 h, not 20;" in slow  # hours are those of the durations' own hardware


def test_a_scope_cuts_the_tests_and_fills_in_unknown_ones(yard: Yard, times: str, tmp_path: Path) -> None:
    scope = tmp_path / "scope.txt"
    scope.write_text("test_nn\n\ntest_torch\nnobody_timed_this\n", encoding="utf-8")
    found = as_json(yard, "--durations", times, "--scope", str(scope), "--simulate", "1")
    assert "3 tests of scope.txt (1 of them unknown: the 90% quantile)" in found["durations"]


def test_criteria_are_measured_where_a_history_is_given(yard: Yard, tmp_path: Path) -> None:
    history = make_history(tmp_path / "history", nights=12)
    argv = ("--stage", "2", "--simulate", "1", "--history", history, "--at", AT)
    found = as_json(yard, *argv)
    assert [each["met"] for each in found["criteria"]] == ["yes"] * 4
    code, out, _ = yard.run("stage", str(FIXTURE), *argv)
    assert code == 0
    assert "Criteria for stage 3: 4 of 4 met" in out
    (rate,) = [line for line in out.splitlines() if line.startswith("Nightlies pass")]
    assert "100 % (" in rate and "12 of 10" in rate and "14 d" in rate and " met" in rate


def test_files_of_the_history_that_cannot_be_read_are_exit_1(yard: Yard, tmp_path: Path) -> None:
    history = make_history(tmp_path / "history", nights=2)
    broken = next(Path(history).rglob("*.parquet"))
    broken.write_bytes(b"PAR1")
    code, out, err = yard.run("stage", str(FIXTURE), "--simulate", "1", "--history", history, "--at", AT)
    assert code == 1
    assert broken.name in err
    assert "Criteria for stage 1" in out


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["no-such-pipeline"], "there is no pipeline 'no-such-pipeline'"),
        (["nightly"], "has no `stages:`"),
        ([str(FIXTURE), "--stage", "9"], "has no stage 9"),
        ([str(FIXTURE), "--durations", "none.json"], "none.json cannot be read"),
        ([str(FIXTURE), "--durations", str(FIXTURE)], "is no JSON"),
        ([str(FIXTURE), "--durations", str(TIMES)], "is not UTF-8 text"),
        ([str(FIXTURE), "--scope", str(FIXTURE)], "a scope needs durations"),
        ([str(FIXTURE), "--simulate", "0"], "from 1 to 366"),
        ([str(FIXTURE), "--slowdown", "nan"], "is no factor"),
        ([str(FIXTURE), "--slowdown", "fast"], "invalid"),
    ],
)
def test_wrong_usage_is_exit_2(yard: Yard, argv: list[str], said: str) -> None:
    code, _, err = yard.run("stage", *argv)
    assert code == 2
    assert said in err


def test_faults_of_the_file_are_exit_1_with_their_place(yard: Yard) -> None:
    place = yard.put("torch-spyre", text(("cards: 512", "cards: ¦100")))
    code, out, _ = yard.run("stage", "torch-spyre")
    assert code == 1
    assert place is not None
    assert f"matrices/torch-spyre.yml:{place[0]}:{place[1]}: stage 2 has fewer cards" in out


def test_remedies_read_as_what_to_do() -> None:
    assert show.remedy(Remedy(kind="cards", before=128, after=140)) == "12 more cards (140)"
    assert show.remedy(Remedy(kind="cards", before=128, after=129)) == "1 more card (129)"
    assert show.remedy(Remedy(kind="runs", before=4, after=3)) == "3 scheduled runs a day instead of 4"
    assert show.remedy(Remedy(kind="share", before=25.0, after=18)) == "18 % of the tests instead of 25 %"
    assert show.remedy(Remedy(kind="shards", before=32, after=64)).startswith("64 shards instead of 32")


def test_cards_that_fail_and_gangs_are_read(tmp_path: Path) -> None:
    at = staged(tmp_path, ("placement: job}", "placement: gang, card-mtbf-hours: 4000, repair-hours: 48}"))
    work = demand.work(at, None, None)
    scenario = demand.scenario(at, 3, work.files)
    assert scenario.gang
    assert scenario.failures is not None
    assert (scenario.failures.mtbf_h, scenario.failures.repair_h) == (4000.0, 48.0)
    said: list[str] = []
    plans = plan(at, work, days=3, seed=0, tell=said.append)
    assert [each.figures.failures > 0 for each in plans if each.figures] == [True] * 5
    assert len(said) == 6


def test_the_documentation_shows_what_is_printed(yard: Yard, times: str) -> None:
    _, out, _ = yard.run("stage", str(FIXTURE), "--durations", times)
    shown = (FIXTURE.parents[3] / "docs" / "stages.md").read_text(encoding="utf-8")
    assert out[out.index("Capacity, 30 days") :].strip() in shown
