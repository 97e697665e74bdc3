"""`shuntyard rollout` on a real toolkit and real Parquet histories: status, promotions, demotions, the log."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from generator.render import write
from shuntyard.hub.local import LocalHub
from shuntyard.rollout.flags import VARIABLE
from tests.generator.rollout.samples import AT, NOW, make_history, with_rollout
from tests.generator.yard import Yard
from tests.scripts.hub.fake_github import REPO, TOKEN, serving
from tests.scripts.hub.fake_github import Yard as GitHubYard

GOOD = {"docs": 1.0, "gloo": 1.0, "inductor": 1.0}


class Place:
    """A toolkit with a rollout, a history, a hub and a log, and the command on them."""

    def __init__(self, yard: Yard, folder: Path, ratios: dict[str, float] | None = None, **made: Any) -> None:
        self.yard, self.folder = yard, folder
        self.history = str(folder / "history")
        if ratios or made:
            make_history(folder / "history", ratios or GOOD, **made)
        self.hub = LocalHub(folder / "hub")
        self.log_file = folder / "log.jsonl"

    def run(self, action: str, *argv: str, hub: str = "", at: str = AT) -> tuple[int, str, str]:
        options = ["--log", str(self.log_file)]
        options += ["--history", self.history] if action in ("status", "advance") else []
        options += ["--at", at] if action != "log" else []
        options += ["--hub", hub or f"local:{self.folder / 'hub'}"] if hub != "-" and action != "log" else []
        return self.yard.run("rollout", action, *options, *argv)

    def json(self, action: str, *argv: str, **options: str) -> Any:
        code, out, err = self.run(action, "--json", *argv, **options)
        assert code == 0, err
        return json.loads(out)

    def log(self) -> list[dict[str, Any]]:
        text = self.log_file.read_text(encoding="utf-8") if self.log_file.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def flags(self) -> dict[str, bool]:
        return {name: item.python_runner for name, item in self.yard.toolkit().configurations.items()}


@pytest.fixture(scope="module")
def good_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where everything is as it should be. Not to be changed."""
    return Path(make_history(tmp_path_factory.mktemp("good") / "history", GOOD))


@pytest.fixture
def place(yard: Yard, tmp_path: Path, good_history: Path) -> Place:
    shutil.copytree(good_history, tmp_path / "history")
    return Place(with_rollout(yard), tmp_path)


def promoted(found: Any) -> list[str]:
    return [each["config"] for each in found["promoted"]]


def test_status_shows_each_criterion_with_its_value_n_and_window(place: Place) -> None:
    before = place.yard.files()
    code, out, err = place.run("status")
    assert (code, err) == (0, "")
    assert place.yard.files() == before
    lines = out.splitlines()
    (time,) = [line for line in lines if line.lstrip().startswith("execution_time within 10%")]
    assert "24 pairs" in time and "14 d" in time and "  met" in time and "×" in time
    assert "Phase 1: Smoke. done" in lines
    assert "Phase 2A: Low risk. open (not on yet: docs)" in lines
    assert "advance would switch on: docs (phase 2A)" in lines
    (devices,) = [line for line in lines if line.startswith("inductor")]
    assert "not known" in devices and "no runs in the window; 20 runs more" in devices


def test_status_as_json(place: Place) -> None:
    found = place.json("status")
    assert (found["schema"], found["at"], found["due"]) == (1, "2026-11-22T04:00:00Z", ["docs"])
    docs = found["phases"][1]["members"][0]
    assert (docs["config"], docs["on"], docs["met"]) == ("docs", False, "yes")
    fallback = docs["findings"][2]
    assert (fallback["condition"], fallback["value"], fallback["n"]) == ("fallback_rate == 0%", 0.0, 24)
    assert fallback["low"] == 0.0 and fallback["high"] == pytest.approx(0.138, abs=0.001)


def test_status_without_any_history_is_an_answer(yard: Yard, tmp_path: Path) -> None:
    with_rollout(yard)
    code, out, _ = yard.run("rollout", "status", "--history", str(tmp_path / "none"), "--log", str(tmp_path / "log"))
    assert code == 0
    assert "advance would switch on: nothing" in out
    assert out.count("not known") == 7


def test_advance_edits_one_scalar_and_renders_what_depends_on_it(place: Place) -> None:
    write(place.yard.root, place.yard.render().files)
    before = place.yard.files()
    code, out, err = place.run("advance")
    assert code == 0, err
    assert out.splitlines()[0] == "switched on: docs (phase 2A)  matrices/suites.yml"
    after = place.yard.files()
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {"matrices/suites.yml", "matrices/compiled/nightly.json", "docs/reference/suites.md"}
    old, new = before["matrices/suites.yml"].decode(), after["matrices/suites.yml"].decode()
    assert new == old.replace("docs: {python-runner: false,", "docs: {python-runner: true,")
    assert place.yard.run("render", "--check")[0] == 0
    (entry,) = place.log()
    assert (entry["action"], entry["config"], entry["from"], entry["to"]) == ("promoted", "docs", "off", "on")
    assert [each["condition"] for each in entry["evidence"]] == [
        "tests == equivalent or improved", "execution_time within 10% of baseline", "fallback_rate == 0%",
    ]  # fmt: skip
    assert all(each["n"] == 24 and each["met"] == "yes" for each in entry["evidence"])


def test_advance_again_changes_nothing(place: Place) -> None:
    place.run("advance")
    before = place.yard.files()
    found = place.json("advance")
    assert promoted(found) == []
    assert place.yard.files() == before
    assert len(place.log()) == 1
    assert "lasts 7 days" in place.run("advance")[1]


def test_phases_follow_each_other_in_time(place: Place) -> None:
    place.run("advance")
    later = NOW + timedelta(days=8)
    make_history(place.folder / "history", GOOD, last=later)
    found = place.json("advance", at=later.isoformat())
    assert promoted(found) == ["gloo"]
    assert [phase["state"] for phase in found["phases"]] == ["done", "done", "open", "waiting", "waiting"]
    assert place.flags() == {"unit": True, "docs": True, "gloo": True, "inductor": False}
    assert place.yard.matrix("suites").read_text().count("python-runner: true") == 2


def test_a_slow_runner_is_not_promoted(yard: Yard, tmp_path: Path) -> None:
    place = Place(with_rollout(yard), tmp_path, {**GOOD, "docs": 1.3})
    found = place.json("advance")
    assert promoted(found) == []
    time = found["phases"][1]["members"][0]["findings"][1]
    assert (time["met"], time["value"]) == ("no", pytest.approx(1.3, abs=0.05))
    assert place.log() == []


def test_a_fallback_is_one_too_many(yard: Yard, tmp_path: Path) -> None:
    place = Place(with_rollout(yard), tmp_path, fallbacks={"docs": 1})
    assert promoted(place.json("advance")) == []
    assert "NOT MET" in place.run("status")[1]


def test_a_dry_run_changes_nothing(place: Place) -> None:
    before = place.yard.files()
    for mode in ("--write-file", "--variable", "--propose"):
        code, out, _ = place.run("advance", mode, "--dry-run")
        assert code == 0
        assert out.startswith("would switch on: docs (phase 2A)")
    assert place.run("demote", "unit", "--reason", "x", "--dry-run")[1].startswith("would switch off: unit")
    assert place.yard.files() == before
    assert (place.hub.variable(VARIABLE), place.log()) == (None, [])


def test_advance_in_the_variable_leaves_the_file_alone(place: Place) -> None:
    place.hub.set_variable(VARIABLE, "unit=on")
    before = place.yard.files()
    assert promoted(place.json("advance", "--variable")) == ["docs"]
    assert place.hub.variable(VARIABLE) == "unit=on docs=on"
    assert place.yard.files() == before
    assert promoted(place.json("advance", "--variable")) == []
    (entry,) = place.log()
    assert (entry["where"], entry["phase"]) == ("variable SHUNTYARD_FLAGS", "2A")


def test_a_proposal_holds_whole_files_and_its_evidence_and_is_made_once(place: Place) -> None:
    before = place.yard.files()
    assert promoted(place.json("advance", "--propose")) == ["docs"]
    assert promoted(place.json("advance", "--propose")) == ["docs"]
    assert place.yard.files() == before
    (pull,) = [json.loads(path.read_text()) for path in (place.folder / "hub" / "pulls").glob("*.json")]
    assert pull["branch"] == "shuntyard/rollout"
    assert set(pull["files"]) == {"matrices/suites.yml", "matrices/compiled/nightly.json", "docs/reference/suites.md"}
    assert "docs: {python-runner: true," in pull["files"]["matrices/suites.yml"]
    assert "| As fast | execution_time within 10% of baseline |" in pull["body"]
    (entry,) = place.log()
    assert (entry["action"], entry["where"].endswith("pulls/1.json")) == ("proposed", True)


def test_a_demotion_is_immediate_and_holds_until_it_is_released(place: Place) -> None:
    place.run("advance", "--variable")
    code, out, _ = place.run("demote", "docs", "--reason", "it hangs")
    assert (code, out) == (0, "switched off: docs  variable\n")
    assert place.hub.variable(VARIABLE) == "docs=off"
    assert place.run("demote", "docs", "--reason", "it hangs")[1] == "not switched off: docs  off already\n"

    held = place.json("status")["phases"][1]["members"][0]
    assert (held["on"], held["held"]) == (False, True)
    assert held["why_held"].endswith("it hangs")
    assert held["findings"][2]["n"] == 0  # what ran before does not count any more
    assert promoted(place.json("advance", "--variable", "--release", "docs")) == []

    later = NOW + timedelta(days=15)
    make_history(place.folder / "history", GOOD, last=later)
    stays = place.json("advance", "--variable", at=later.isoformat())
    assert promoted(stays) == []
    assert "--release docs lets it go on" in stays["told"][0]
    assert promoted(place.json("advance", "--variable", "--release", "docs", at=later.isoformat())) == ["docs"]
    assert place.hub.variable(VARIABLE) == "docs=on"
    assert [entry["action"] for entry in place.log()] == ["promoted", "demoted", "promoted"]


def test_a_release_into_the_file_takes_the_entry_out(place: Place) -> None:
    place.hub.set_variable(VARIABLE, "docs=off unit=on")
    code, _, err = place.run("advance", "--release", "docs", hub="-")
    assert (code, err) == (0, "")  # the environment has no flags, so nothing is held
    place.yard.edit("suites", "docs: {python-runner: true,", "docs: {python-runner: false,")
    assert promoted(place.json("advance", "--release", "docs")) == ["docs"]
    assert place.hub.variable(VARIABLE) == "unit=on"
    assert place.flags()["docs"]


def test_a_release_without_the_hub_that_holds_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "docs=off")
    before = place.yard.files()
    code, _, err = place.run("advance", "--release", "docs", hub="-")
    assert code == 2
    assert "a variable keeps docs off, and no hub is named" in err
    monkeypatch.delenv(VARIABLE)
    place.hub.set_variable(VARIABLE, "*=off unit=on")
    code, _, err = place.run("advance", "--release", "docs")
    assert (code, "`*=off` keeps docs off, and others too" in err) == (2, True)
    assert place.yard.files() == before
    assert promoted(place.json("advance", "--variable", "--release", "docs")) == ["docs"]
    assert place.hub.variable(VARIABLE) == "*=off unit=on docs=on"


def test_what_is_demoted_before_it_was_ever_on_is_held_too(place: Place) -> None:
    assert promoted(place.json("advance", "--dry-run")) == ["docs"]
    assert place.run("demote", "docs", "--reason", "not this month")[1] == "switched off: docs  variable\n"
    assert promoted(place.json("advance")) == []
    assert place.json("status")["phases"][1]["members"][0]["held"]


def test_a_demotion_without_a_hub_edits_the_file(place: Place) -> None:
    code, out, _ = place.run("demote", "unit", "--reason", "x", hub="-")
    assert (code, out) == (0, "switched off: unit  matrices/suites.yml\n")
    assert not place.flags()["unit"]
    assert place.run("demote", "unit", "--reason", "x", hub="-")[1].startswith("not switched off: unit  off already")
    assert [entry["action"] for entry in place.log()] == ["demoted"]
    assert "waits for phase 1" in place.run("status", hub="-")[1]


def test_a_demotion_of_all_in_variable_and_file(place: Place) -> None:
    place.hub.set_variable(VARIABLE, "gloo=on")
    done = place.json("demote", "--all", "--reason", "stop everything", "--write-file")
    assert {each["config"]: each["changed"] for each in done["demoted"] if each["where"] == "variable"} == {
        "unit": True, "docs": True, "gloo": True, "inductor": True,
    }  # fmt: skip
    assert place.hub.variable(VARIABLE) == "gloo=off unit=off docs=off inductor=off"
    assert not any(place.flags().values())


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["demote", "--reason", "x"], "name the configurations, or --all"),
        (["demote", "unit", "--all", "--reason", "x"], "and not both"),
        (["demote", "unt", "--reason", "x"], "no configuration 'unt'"),
        (["demote", "unit", "--propose", "--reason", "x"], "--propose changes a hub"),
        (["advance", "--variable"], "--variable changes a hub"),
        (["advance", "--release", "dosc"], "did you mean 'docs'?"),
        (["status", "--hub", "gitlab"], "there is no hub 'gitlab'"),
        (["status", "--at", "yesterday"], "is no time such as"),
    ],
)
def test_wrong_usage_changes_nothing(yard: Yard, tmp_path: Path, argv: list[str], says: str) -> None:
    with_rollout(yard)
    before = yard.files()
    options = ["--history", str(tmp_path / "history")] if argv[0] != "demote" else []
    code, _, err = yard.run("rollout", *argv, *options, "--log", str(tmp_path / "log"))
    assert code == 2
    assert says in err
    assert yard.files() == before


def test_the_log_is_shown(place: Place) -> None:
    assert place.run("log")[1] == "no change is logged\n"
    place.run("advance", "--by", "a person")
    place.run("demote", "docs", "--reason", "it hangs", "--by", "a person")
    code, out, _ = place.run("log")
    assert code == 0
    assert len(out.splitlines()) == 4
    assert "a person" in out and "it hangs" in out
    lines = [json.loads(line) for line in place.run("log", "--json", "--config", "docs")[1].splitlines()]
    assert [line["to"] for line in lines] == ["on", "off"]
    assert place.run("log", "--config", "unit")[1] == "no change is logged\n"


def test_a_log_and_a_history_with_damage_are_told_and_used(place: Place) -> None:
    place.log_file.write_text("rubbish\n")
    damaged = next((place.folder / "history").rglob("run-*.parquet"))
    damaged.write_bytes(b"no parquet")
    code, out, err = place.run("status")
    assert code == 0
    assert "18 of at least 20; 2 runs more" in out
    assert "log.jsonl:1: not an entry" in err
    assert damaged.name in err


@pytest.mark.slow
def test_on_github(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over HTTP: the variable at once, then a pull request in the repository that has the toolkit."""
    place.yard.edit("toolkit", "repository: yard-owner/yard", f"repository: {REPO}")
    with serving(GitHubYard(variables={VARIABLE: "unit=on"})) as github:
        for name, value in (("GITHUB_API_URL", github.base), ("GITHUB_REPOSITORY", REPO), ("GH_TOKEN", TOKEN)):
            monkeypatch.setenv(name, value)
        assert promoted(place.json("advance", "--propose", hub="github")) == ["docs"]
        files = github.files(github.refs["shuntyard/rollout"])
        assert "docs: {python-runner: true," in files["matrices/suites.yml"]
        assert len(github.pulls) == 1
        assert place.run("demote", "unit", "--reason", "x", hub="github")[0] == 0
        assert github.variables == {VARIABLE: "unit=off"}
        github.fail("PATCH /repos/o/r/actions/variables", 403, body={"message": "Resource not accessible"}, times=9)
        code, out, err = place.run("demote", "docs", "--reason", "x", hub="github")
        assert (code, out, TOKEN in err) == (2, "", False)
        assert place.json("status", hub="github")["variable"] == "unit=off"
        monkeypatch.setenv("GITHUB_REPOSITORY", "caller/project")
        code, _, err = place.run("advance", "--propose", hub="github")
        assert code == 2
        assert f"matrices/suites.yml lives in {REPO}" in err
    assert [entry["action"] for entry in place.log()] == ["proposed", "demoted"]


def test_github_that_refuses_says_so_and_nothing_is_logged(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(GitHubYard(variables={VARIABLE: "unit=on"})) as github:
        for name, value in (("GITHUB_API_URL", github.base), ("GITHUB_REPOSITORY", REPO), ("GH_TOKEN", TOKEN)):
            monkeypatch.setenv(name, value)
        github.fail("PATCH .*variables", 403, body={"message": "Resource not accessible by integration"}, times=9)
        code, _, err = place.run("demote", "unit", "--reason", "x", hub="github")
        assert code == 2
        assert TOKEN not in err and "Traceback" not in err
        assert github.variables == {VARIABLE: "unit=on"}
    assert place.log() == []
