"""What all runs of a unit share, from inputs and environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from shuntyard.contract import Contract, Input, Value
from shuntyard.errors import ShuntyardError
from shuntyard.plan import Shard
from shuntyard.setting import Setting, read_setting
from tests.scripts.runner_samples import make_unit

UNIT = make_unit("shell", shard=Shard(index=2, of=3))
DEFAULTS: dict[str, Value] = {
    "pipeline": "ab", "instance": "", "working-directory": ".", "results": "", "python": "python", "repeats": 2,
    "shell-entry": ".ci/test.sh {config}", "tests": "python=testing",
}  # fmt: skip
CONTRACT = Contract(
    name="run-shard", summary="", inputs=(Input(name="unit", help=""), Input(name="dry-run", help="")), exits={}
)


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "checkout"
    (folder / "sub").mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def read(env: Mapping[str, str], **changes: Value) -> Setting:
    inputs = {**DEFAULTS, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return read_setting(CONTRACT, inputs, env, UNIT)


def test_reads_the_run_from_github(tmp_path: Path, checkout: Path) -> None:
    env = {
        "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "o/r", "GITHUB_SHA": "a" * 40, "GITHUB_RUN_ID": "77",
        "GITHUB_RUN_ATTEMPT": "3", "RUNNER_TEMP": str(tmp_path), "INPUT_UNIT": "{}", "INPUT_DRY_RUN": "",
        "INPUT_OTHER": "theirs",
    }  # fmt: skip
    setting = read(env, instance="mine")
    assert setting.artifact == "ab-mine--python"
    assert setting.results == tmp_path / "shuntyard" / "results" / "ab-mine--python"
    assert setting.results.is_dir()
    assert setting.workspace == checkout.resolve()
    key = setting.key
    assert (key.provider, key.repository, key.sha, key.run_id, key.attempt) == ("github", "o/r", "a" * 40, "77", 3)
    assert (setting.shard, setting.repeats, setting.tests) == (UNIT.shard, 2, {"python": ("testing",)})
    assert "INPUT_UNIT" not in setting.env
    assert "INPUT_DRY_RUN" not in setting.env
    assert setting.env["INPUT_OTHER"] == "theirs"
    assert setting.hardware.count > 0


def test_outside_github_results_go_to_a_folder_of_their_own() -> None:
    setting = read({})
    assert setting.results.is_dir()
    assert list(setting.results.iterdir()) == []
    assert setting.key.provider == "local"
    setting.results.rmdir()


def test_the_commit_is_the_one_that_is_checked_out(checkout: Path) -> None:
    (checkout / ".git").mkdir()
    (checkout / ".git" / "HEAD").write_text("b" * 40 + "\n")
    setting = read({"GITHUB_SHA": "a" * 40}, working_directory="sub", results="r")
    assert setting.key.sha == "b" * 40
    assert setting.workspace == (checkout / "sub").resolve()
    assert setting.results == checkout / "r"


@pytest.mark.parametrize("below", ["..", "/", "absent", "sub/../.."])
def test_a_working_directory_outside_the_checkout_is_refused(below: str) -> None:
    with pytest.raises(ShuntyardError, match="working-directory"):
        read({}, working_directory=below)


@pytest.mark.parametrize("repeats", [0, -1, 1.5, 1000])
def test_repeats_that_cannot_be_meant_are_refused(repeats: Value) -> None:
    with pytest.raises(ShuntyardError, match="repeats"):
        read({}, repeats=repeats)


@pytest.mark.parametrize("changes", [{"pipeline": "../ab"}, {"instance": "a/b"}, {"pipeline": "a\nb"}])
def test_names_that_lead_elsewhere_are_refused(changes: dict[str, Value]) -> None:
    with pytest.raises(ShuntyardError, match="cannot be the name"):
        read({}, **changes)


def test_a_folder_that_cannot_be_made_is_an_error(checkout: Path) -> None:
    (checkout / "file").write_text("")
    with pytest.raises(ShuntyardError, match="results"):
        read({}, results="file/below")
