"""What a rehearsal finds out before it runs anything: repositories, callers, machines, obstacles, contracts."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import schema
from generator.callee import parse as parse_reference
from generator.rehearse import machine, repository
from generator.rehearse.find import read_caller
from generator.rehearse.judge_jobs import step_name
from generator.rehearse.obstacles import wanted_labels
from generator.rehearse.standins import cut
from generator.rehearse.substitutes import STANDINS, substitute
from generator.rehearse.survey import survey
from shuntyard.errors import ShuntyardError
from tests.generator.rehearse.small import CALLER, git, lay, make_caller, put


def runner(*labels: str, **fields: Any) -> schema.Runner:
    return schema.Runner.model_validate({"labels": list(labels), "summary": "x", **fields})


def test_this_machine_stands_in_for_plain_runners_only() -> None:
    runners = {
        "cpu": runner("self-hosted", "linux"),
        "card": runner("self-hosted", "one-card", accelerator="gpu_rocm"),
        "windows": runner("windows-2025", hosted=True),
    }
    labels = machine.runner_labels(runners, ())
    assert frozenset({"self-hosted", "linux"}) in labels
    assert cut.stands_in(["ubuntu-latest"], labels) == (os.uname().machine not in ("aarch64", "arm64"))
    assert not cut.stands_in(["self-hosted", "one-card"], labels)
    assert not cut.stands_in(["windows-2025"], labels)
    assert cut.stands_in(["one-card", "Self-Hosted"], machine.runner_labels(runners, ("card",)))
    with pytest.raises(ShuntyardError, match="no runner 'crad'"):
        machine.runner_labels(runners, ("crad",))


def test_labels_of_two_runners_are_not_those_of_one() -> None:
    labels = (frozenset({"self-hosted", "linux"}), frozenset({"self-hosted", "gpu"}))
    assert not cut.stands_in(["linux", "gpu"], labels)
    assert not cut.stands_in([], labels)


def test_jobs_do_not_see_the_toolkits_own_environment() -> None:
    own = str(Path(sys.prefix) / "bin")
    path = machine.search_path({"PATH": f"/a:{own}:/b::/a:/v/bin", "VIRTUAL_ENV": "/v"})
    assert path.split(":") == (["/a", "/b"] if sys.prefix != sys.base_prefix else ["/a", own, "/b"])


def test_jobs_get_nothing_personal(tmp_path: Path) -> None:
    put(tmp_path, ".config/pip/pip.conf", "[global]\n")
    found = machine.job_environment(
        {"HOME": str(tmp_path), "TOKEN": "x", "LANG": "C", "PIP_INDEX_URL": "u", "EDITOR": "vi"}
    )
    assert found == {
        "LANG": "C",
        "PIP_INDEX_URL": "u",
        "PIP_CACHE_DIR": str(tmp_path / ".cache" / "pip"),
        "PIP_CONFIG_FILE": str(tmp_path / ".config" / "pip" / "pip.conf"),
    }


@pytest.mark.parametrize(
    ("job", "labels"),
    [
        ({"runs-on": "x"}, [["x"]]),
        ({"runs-on": ["a", "b"]}, [["a", "b"]]),
        ({"runs-on": {"group": "g", "labels": ["a"]}}, [["a"]]),
        ({"runs-on": "${{ matrix.os }}", "strategy": {"matrix": {"os": ["a", "b"]}}}, [["a"], ["b"]]),
        ({"runs-on": "${{ matrix.o }}", "strategy": {"matrix": {"include": [{"o": ["a", "b"]}, {}]}}}, [["a", "b"]]),
        ({"runs-on": ["s", "${{ matrix.o }}"], "strategy": {"matrix": {"o": ["a"]}}}, [["s", "a"]]),
        ({"runs-on": "${{ matrix.runs-on }}", "strategy": {"matrix": "${{ fromJSON(x) }}"}}, []),
        ({"runs-on": "${{ inputs.runner }}"}, []),
        ({"uses": "./x"}, []),
    ],
)
def test_the_labels_that_a_job_asks_for(job: dict[str, Any], labels: list[list[str]]) -> None:
    assert wanted_labels(job) == labels


def test_a_repository_says_what_it_is(tmp_path: Path) -> None:
    root = make_caller(tmp_path / "caller")
    found = repository.inspect(root)
    assert (found.name, found.branch, found.default_branch, found.changes) == ("caller-owner/caller", "main", "main", 0)
    assert (found.sha, found.parent) == (git(root, "rev-parse", "HEAD"), "0" * 40)


@pytest.mark.parametrize(
    ("url", "name", "kept"),
    [
        ("https://github.com/o/n.git", "o/n", "https://github.com/o/n.git"),
        ("https://user:token@github.com/o/n", "o/n", "https://github.com/o/n"),
        ("git@github.com:o/n.git", "o/n", "git@github.com:o/n.git"),
        ("ssh://git@example.invalid/o/n.x/", "o/n.x", "ssh://git@example.invalid/o/n.x/"),
        ("/somewhere/else", "local/it-s-me", "https://github.com/local/it-s-me"),
        ("", "local/it-s-me", "https://github.com/local/it-s-me"),
    ],
)
def test_the_name_comes_from_the_remote(tmp_path: Path, url: str, name: str, kept: str) -> None:
    root = make_caller(tmp_path / "it's me")
    git(root, "remote", "remove", "origin")
    if url:
        git(root, "remote", "add", "origin", url)
    found = repository.inspect(root)
    assert (found.name, found.url) == (name, kept)


def test_a_copy_has_the_working_tree_and_the_history(tmp_path: Path) -> None:
    root = make_caller(tmp_path / "caller", files={"gone": "x", ".gitignore": "*.o\n", "ü ñ\n": "odd"})
    lay(root, "new", "skipped.o")
    (root / "gone").unlink()
    (root / "dangling").symlink_to("nowhere")
    git(root, "init", "--quiet", "inner")
    (tmp_path / "copies").mkdir()
    copy = tmp_path / "copies" / "caller"
    repository.copy_repository(repository.inspect(root), copy)
    names = sorted(path.name for path in copy.iterdir())
    assert names == sorted([".git", ".github", ".gitignore", "dangling", "new", "ü ñ\n"])
    assert git(copy, "rev-parse", "HEAD") == git(root, "rev-parse", "HEAD")
    assert git(copy, "status", "--porcelain") == git(root, "status", "--porcelain").replace("?? inner/\n", "")
    assert git(copy, "remote", "get-url", "origin") == "https://github.com/caller-owner/caller.git"


def test_a_toolkit_that_is_no_repository_is_copied_without_caches(tmp_path: Path) -> None:
    lay(tmp_path / "kit", "a.py", ".github/workflows/x.yml", ".venv/bin/python", "s/__pycache__/a.pyc", ".shuntyard/x")
    repository.copy_toolkit(tmp_path / "kit", tmp_path / "copy")
    files = sorted(str(p.relative_to(tmp_path / "copy")) for p in (tmp_path / "copy").rglob("*") if p.is_file())
    assert files == [".github/workflows/x.yml", "a.py"]


def test_a_survey_follows_every_use(tmp_path: Path) -> None:
    uses = "runs: {{steps: [{}]}}\n".format
    put(tmp_path, "kit/.github/workflows/ab.yml", "jobs: {t: {steps: [{uses: $/actions/a}, {uses: x/y@1}]}}\n")
    put(tmp_path, "kit/actions/a/action.yml", uses("{uses: $/actions/a}, {uses: z/z/sub@2}, {uses: $/actions/b}"))
    put(tmp_path, "kit/actions/b/action.yaml", uses("{uses: docker://no}"))
    calls = "a: {uses: O/k/.github/workflows/ab.yml@v1}, b: {steps: [{uses: ./act}, {uses: $/bad}]}"
    put(tmp_path, "me/ci.yml", f"jobs: {{{calls}}}\n")
    put(tmp_path, "me/act/action.yml", uses("{uses: w/w@3}"))
    put(tmp_path, "me/bad/action.yml", "runs: [\n")
    found = survey(tmp_path / "me", tmp_path / "kit", "ci.yml", "o/K")
    assert sorted(path for _, path in found.files) == [
        ".github/workflows/ab.yml",
        "act/action.yml",
        "actions/a/action.yml",
        "actions/b/action.yaml",
        "ci.yml",
    ]
    assert sorted(found.marketplace) == ["w/w@3", "x/y@1", "z/z/sub@2"]
    assert list(found.refs) == ["O/k@v1"]
    assert len(found.unreadable) == 1 and found.unreadable[0].startswith("bad/action.yml:")


def test_every_action_gets_a_folder_and_none_outside(tmp_path: Path) -> None:
    texts = [
        "actions/Checkout@v7",
        "a/b@v1",
        "a/b/c/d@v1",
        "a/../../x@v1",
        "a/b/../../../x@v1",
        "a/b/${{x}}@v1",
        'a/b"@v1',
    ]
    found = substitute([parse_reference(text, "o/r") for text in texts], tmp_path / "refusals")
    assert found.used == ("actions/checkout",)
    assert found.mapped["actions/Checkout@v7"] == STANDINS / "actions" / "checkout"
    assert set(found.mapped) == {"actions/Checkout@v7", "a/b@v1"}
    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("action.yml"))
    assert files == ["refusals/a-b@v1/action.yml", "refusals/a-b@v1/c/d/action.yml"]
    assert {"a/b", "a/b/c/d"} < set(found.refused)


@given(st.text(alphabet='ab./-_ "\n${}', max_size=20), st.text(max_size=10))
def test_no_name_of_an_action_leaves_the_folder(name: str, ref: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        substitute([parse_reference(f"{name}@{ref}", "o/r")], Path(folder, "one", "refusals"))
        assert [path.name for path in Path(folder).iterdir()] in ([], ["one"])
        assert [path.name for path in Path(folder).glob("one/*")] in ([], ["refusals"])


def test_calls_are_found_whatever_their_spelling(tmp_path: Path) -> None:
    text = (
        CALLER.replace("small-owner/small", "Small-Owner/Small")
        + "  x: {uses: small-owner/smaller/.github/workflows/ab.yml@v1}\n"
    )
    put(tmp_path, ".github/workflows/ci.yml", text + "  y: 3\n  z: {uses: [1]}\n")
    caller = read_caller(tmp_path, tmp_path / ".github" / "workflows" / "ci.yml", "small-owner/small")
    assert [(call.job, call.pipeline, call.ref) for call in caller.calls] == [("ab", "ab", "v1")]
    assert caller.name == "CI"


def test_steps_are_named_by_what_says_most() -> None:
    assert step_name(("run-shard",), "x/y@v1") == "run-shard"
    assert step_name(("3",), "make test\nmore") == "make test"
    assert re.fullmatch(r"\d", step_name(("3",), " "))
