"""Every workflow of the accelerator, run with act for its events in a stranger's repository, judged row by row.

The device is emulated, PyTorch's repository and GitHub are small stand-ins; PyTorch itself, the plan of its tests, the
jobs, packages, the package index and the history are real. Not exercised is what each verdict says.
The runtime image is test_image_rehearsal.py's.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from shuntyard import handover
from tests.generator.rehearse.small import git
from tests.images.index import serve
from tests.scripts.pinning.samples import Night, keep
from tests.scripts.relay_server import AUDIENCE, Relay, Served
from tests.scripts.relay_server import serving as serving_relay
from tests.spyre.steps import environment, install
from tests.spyre.stranger import EVERY, LABEL, NAME, ON_CARDS, Rehearsed, Stranger, make_stranger
from tests.spyre.upstream import ISSUE

EARLY = 1  # the stage from which labels start 5 % of PyTorch's tests
FLAKY = "upstream/test/test_autoload.py::TestAutoload::test_flaky"
BROKEN = "upstream/test/test_openreg.py::TestOpenReg::test_broken"
OF_MAIN = "upstream/test/test_accelerator.py::TestAccelerator::test_of_main_alone"
LINTERS = ("lint", "format", "imports", "spelling")


@pytest.fixture(scope="module")
def stranger(torch_python: str, tmp_path_factory: pytest.TempPathFactory) -> Stranger:
    return make_stranger(tmp_path_factory.mktemp("stranger").resolve(), torch_python, {EARLY: ON_CARDS, EVERY: {}})


@pytest.fixture(scope="module")
def labelled(stranger: Stranger) -> Rehearsed:
    """PyTorch's tests on the pull request that is labelled."""
    words = ["--workflow", "pytorch.yml", "--label", LABEL]
    return stranger.rehearse("torch-spyre-pytorch", "pull_request", EARLY, *words, *stranger.on_cards())


def test_an_opened_pull_request_is_linted_tested_emulated_and_packaged(stranger: Stranger) -> None:
    words = ["--workflow", "checks.yml", "--action", "opened", "--jobs", "2"]
    found = stranger.rehearse("torch-spyre", "pull_request", EVERY, *words)
    assert (found.exit_code, found.verdict) == (0, "passed"), found.said
    assert {row.partition(".")[0]: verdict for row, verdict in found.rows.items()} == dict.fromkeys(
        [*LINTERS, "unit", "emulation"], "passed"
    )
    assert found.jobs == dict.fromkeys(("select", "test", "packages", "report", "gate"), "passed")
    assert (found.report()["verdict"], len(found.report()["rows"])) == ("passed", 6)
    ran = [case for case, (outcome, _) in found.cases().items() if outcome == "passed"]
    assert sum(case.startswith("tests/unit/") for case in ran) >= 20
    assert sum(case.startswith("tests/emulation/") for case in ran) >= 35
    packages = handover.read(found.artifact("handover-wheels-packages"), kind="wheels")
    assert sorted(file.path.rpartition(".")[2] for file in packages.files) == ["gz", "whl"]


def test_the_label_runs_the_plan_on_every_card(labelled: Rehearsed) -> None:
    assert (labelled.exit_code, labelled.verdict) == (0, "passed"), labelled.said
    assert labelled.rows == {f"pinned.s{index}of3": "passed" for index in (1, 2, 3)}
    assert list(labelled.left_out) == ["main"]
    assert labelled.jobs == dict.fromkeys(("select", "plan", "test", "report", "gate"), "passed")
    (row,) = labelled.report()["rows"]
    files = [{case["case"].split("::")[0] for case in run["cases"]} for run in row["runs"]]
    assert len(files) == 3 and all(files)
    assert sum(map(len, files)) == len(set().union(*files)) == 4  # each file once; what is out of scope never
    assert labelled.cases()["upstream/test/test_openreg.py::TestOpenReg::test_add_on_the_card"][0] == "passed"


def test_what_is_disabled_or_quarantined_is_told_and_blocks_nothing(labelled: Rehearsed) -> None:
    outcome, message = labelled.cases()[BROKEN]
    assert (outcome, f"disabled by {ISSUE}" in message) == ("skipped", True)
    outcome, message = labelled.cases()[FLAKY]
    assert (outcome, message.splitlines()[0]) == (
        "failed", "does not block: quarantined until 2099-12-31 by team: flips since Monday",
    )  # fmt: skip
    assert OF_MAIN not in labelled.cases()


def test_the_label_starts_the_tests_of_the_device(stranger: Stranger) -> None:
    words = ["--label", LABEL, *stranger.on_cards()]
    found = stranger.rehearse("torch-spyre-device", "pull_request", EARLY, *words)
    assert (found.verdict, found.rows) == ("passed", {"pinned": "passed"}), found.said
    assert found.cases() == {"ci/on-cards/test_cards.py::test_every_card_adds": ("passed", "")}


def test_a_machine_without_its_card_is_not_green(stranger: Stranger) -> None:
    """The device's own tests, which find no card: each says so, and what tested nothing has not passed."""
    found = stranger.rehearse("torch-spyre-device", "schedule", EVERY, *stranger.on_cards())
    assert (found.exit_code, found.verdict, found.rows) == (1, "failed", {"main": "error"}), found.said
    assert (found.jobs["test"], found.jobs["gate"]) == ("failed", "failed")
    assert "not run: no Spyre card is here" in found.said
    (row,) = found.report()["rows"]
    assert (row["outcome"], {outcome for outcome, _ in found.cases().values()}) == ("empty", {"skipped"})


@pytest.mark.parametrize(
    ("pipeline", "workflow"), [("torch-spyre-device", "hardware"), ("torch-spyre-pytorch", "pytorch")]
)
def test_taking_the_label_off_runs_nothing(stranger: Stranger, pipeline: str, workflow: str) -> None:
    words = ["--workflow", f"{workflow}.yml", "--action", "unlabeled", "--label", LABEL, *stranger.on_cards()]
    found = stranger.rehearse(pipeline, "pull_request", EARLY, *words)
    assert (found.exit_code, found.verdict) == (0, "passed"), found.said
    assert "nothing runs, and that is right: unlabeled only cancels" in found.headline
    assert (found.rows, set(found.jobs.values())) == ({}, {"skipped"})
    assert set(found.left_out) == {"pinned", "main"}
    assert "concurrency" in found.omitted  # which is what cancels


def test_another_label_runs_nothing(stranger: Stranger) -> None:
    words = ["--label", "documentation", *stranger.on_cards()]
    found = stranger.rehearse("torch-spyre-device", "pull_request", EARLY, *words)
    assert (found.verdict, found.rows, set(found.jobs.values())) == ("passed", {}, {"skipped"}), found.said
    assert "the label 'documentation' does not start it (these do: ciflow/spyre)" in found.headline


def test_a_push_to_a_labelled_pull_request_starts_nothing(stranger: Stranger) -> None:
    words = ["--workflow", "pytorch.yml", "--action", "synchronize", "--label", LABEL]
    said = stranger.refused("torch-spyre-pytorch", "pull_request", EARLY, *words)
    assert "pull_request (synchronize) does not start .github/workflows/pytorch.yml" in said
    assert "labeled, unlabeled" in said


@pytest.mark.parametrize(
    ("event", "words"),
    [("pull_request", ["--action", "synchronize"]), ("push", ["--tag", f"{LABEL}/1"])],
    ids=["synchronize", "tag"],
)
def test_at_the_last_stage_every_push_runs_them(stranger: Stranger, event: str, words: list[str]) -> None:
    """A push to the pull request, and the tag that a label stands for there. Nobody is told but the pull request."""
    words = ["--workflow", "every.yml", *words, *stranger.on_cards()]
    found = stranger.rehearse("torch-spyre-pytorch", event, EVERY, *words)
    assert (found.exit_code, found.verdict) == (0, "passed"), found.said
    assert found.rows == {f"pinned.s{index}of5": "passed" for index in range(1, 6)}
    assert found.jobs["signal"] == "skipped"
    assert len(found.cases()) == 7
    assert found.told["event"] == ("push (tag ciflow/spyre/1)" if event == "push" else "pull_request (synchronize)")


def test_at_night_pytorch_s_main_is_tested_and_the_relay_is_told(stranger: Stranger) -> None:
    """The relay hears of it at the last stage, with a token that its issuer signed: act makes none."""
    with serving_relay(Relay({NAME: 2}), "unused") as served, stranger.calling("every", relay_of(served)):
        token = served.issuer.token(AUDIENCE, repository=NAME, exp=time.time() + 900)
        words = ["--workflow", "every.yml", *stranger.on_cards()]
        found = stranger.rehearse("torch-spyre-pytorch", "schedule", EVERY, *words, SHUNTYARD_RELAY_TOKEN=token)
    assert (found.verdict, found.jobs["signal"]) == ("passed", "passed"), found.said
    assert found.rows == {f"main.s{index}of5": "passed" for index in range(1, 6)}
    assert (list(found.left_out), found.cases()[OF_MAIN][0]) == (["pinned"], "passed")
    assert token not in found.log
    (told,) = served.relay.hud
    assert "nightly" in json.dumps(told) and git(stranger.upstream, "rev-parse", "main") in json.dumps(told)


def relay_of(served: Served) -> str:
    return f"    with: {{callback-url: {served.base}/github/callback}}\n"


def test_at_night_the_device_is_tested_with_pytorch_s_main(stranger: Stranger) -> None:
    found = stranger.rehearse("torch-spyre-device", "schedule", EARLY, *stranger.on_cards())
    assert (found.verdict, found.rows, list(found.left_out)) == ("passed", {"main": "passed"}, ["pinned"]), found.said


def test_a_push_to_main_is_checked(stranger: Stranger) -> None:
    words = ["--workflow", "checks.yml", "--row", "unit.*", "--jobs", "2"]
    found = stranger.rehearse("torch-spyre", "push", EARLY, *words)
    assert (found.exit_code, found.verdict) == (0, "passed"), found.said
    assert list(found.rows.values()) == ["passed"]
    assert {row.partition(".")[0] for row in found.left_out} == set(LINTERS)
    assert found.jobs["packages"] == "passed"


PUBLISH = ["--workflow", "publish.yml", "--row", "lint.*", "--jobs", "2"]
PACKAGES = ["torch_spyre_mini-0.1.0-py3-none-any.whl", "torch_spyre_mini-0.1.0.tar.gz"]


def test_a_release_s_packages_reach_an_index_and_users(
    stranger: Stranger, packager: str, torch_python: str, tmp_path: Path
) -> None:
    """PyPI trusts GitHub's identity and this very file; here an index on this machine takes its place."""
    with serve(packager, tmp_path / "index", password="") as index:
        words = [*PUBLISH, "--tag", "v0.1.0", "--index", index.url]
        found = stranger.rehearse("torch-spyre", "release", EARLY, *words)
        assert (found.exit_code, found.verdict) == (0, "passed"), found.said
        assert found.told["event"] == "release (published tag v0.1.0)"
        assert {name: found.jobs[name] for name in ("test", "report", "gate", "test-pypi", "pypi")} == {
            "test": "passed", "report": "passed", "gate": "passed", "test-pypi": "skipped", "pypi": "passed",
        }  # fmt: skip
        assert {"OIDC", "environment", "pypa/gh-action-pypi-publish"} <= found.omitted
        assert index.files() == PACKAGES
        programs = environment(torch_python, tmp_path / "env")
        install(programs, index)
    code = "import torch; print(torch.spyre.device_count())"
    env = {**os.environ, "TORCH_SPYRE_EMULATE": "1", "TORCH_SPYRE_CARDS": "3"}
    argv = [str(programs / "python"), "-c", code]
    assert subprocess.run(argv, env=env, capture_output=True, text=True, check=True).stdout == "3\n"


def test_main_s_packages_reach_the_test_index(stranger: Stranger, packager: str, tmp_path: Path) -> None:
    variables = tmp_path / "variables"
    variables.write_text("TEST_PYPI_URL=https://test.example/legacy/\n", encoding="utf-8")
    with serve(packager, tmp_path / "index", password="") as index:
        words = [*PUBLISH, "--variables", str(variables), "--index", index.url]
        found = stranger.rehearse("torch-spyre", "push", EARLY, *words)
        assert (found.verdict, found.jobs["test-pypi"]) == ("passed", "passed"), found.said
        assert (found.jobs["pypi"], index.files()) == ("skipped", PACKAGES)
    assert "not to https://test.example/legacy/" in found.log


def test_a_green_week_of_main_becomes_a_new_pin(stranger: Stranger) -> None:
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    keep(stranger.history, [Night(ago=24.0 * night + 3, repository=NAME) for night in range(8)], now)
    commits = [{"sha": f"{days:040x}", "at": (now - timedelta(days=days)).isoformat()} for days in (9, 5, 1)]
    stranger.hub.mkdir(exist_ok=True)
    (stranger.hub / "upstream.json").write_text(json.dumps(commits), encoding="utf-8")
    found = stranger.rehearse("torch-spyre-pin", "schedule", EARLY)
    assert (found.exit_code, found.verdict) == (0, "passed"), found.said
    assert found.jobs == {"propose": "passed"}
    assert "1 job passed, and there are no rows" in found.headline
    pulls = [json.loads(file.read_text(encoding="utf-8")) for file in (stranger.hub / "pulls").glob("*.json")]
    (proposed,) = [pull for pull in pulls if pull.get("branch") == "shuntyard/bump-pin"]
    pinned = proposed["files"].pop(".ci/pinned.txt").splitlines()
    assert proposed["files"] == {".ci/pytorch.txt": f"{1:040x}\n"}
    assert pinned[2:] == [f"torch @ git+https://github.com/pytorch/pytorch@{1:040x}", "pytest>=8"]
    assert "all of 7 runs passed within 7 days" in found.log


def test_labels_become_tags(stranger: Stranger) -> None:
    head = stranger.commit
    (stranger.hub / "pulls").mkdir(parents=True, exist_ok=True)

    def after(action: str, *labels: str, state: str = "open") -> dict[str, str]:
        pull = {"number": 1, "state": state, "head": head, "head_repository": NAME, "labels": list(labels)}
        (stranger.hub / "pulls" / "1.json").write_text(json.dumps(pull), encoding="utf-8")
        words = ["--action", action, "--label", LABEL]
        found = stranger.rehearse("ciflow-tags", "pull_request_target", EVERY, *words)
        assert (found.verdict, found.jobs) == ("passed", {"tags": "passed"}), found.said
        file = stranger.hub / "tags.json"
        tags: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        return tags

    assert after("labeled", LABEL) == {f"{LABEL}/1": head}
    head = "d" * 40  # what GitHub says now counts, not the event
    assert after("synchronize", LABEL) == {f"{LABEL}/1": head}
    assert after("unlabeled") == {}
