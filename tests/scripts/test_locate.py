"""Finding tests, programs and the commit, and never leaving the workspace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.errors import ShuntyardError
from shuntyard.locate import Located, commit, locate, program, test_files
from tests.scripts.runner_samples import write_project

test_files.__test__ = False  # type: ignore[attr-defined]  # it is no test


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = [
        "test/test_a.py",
        "test/sub/test_b.py",
        "tests/test_a.py",
        "docs/x.md",
        "README.rst",
        "test/test_[x].py",
        "-odd.py",
    ]
    return write_project(tmp_path / "work", dict.fromkeys(files, "pass"))


PLACES = ("test/{test}.py", "tests/{test}.py", "test/**/{test}.py")


def test_the_first_place_that_has_it_counts(project: Path) -> None:
    assert locate(project, ["test_a"], PLACES) == Located(paths=("test/test_a.py",))
    assert locate(project, ["test_b"], PLACES) == Located(paths=("test/sub/test_b.py",))


def test_what_is_missing_is_named(project: Path) -> None:
    assert locate(project, ["test_a", "test_z"], PLACES) == Located(paths=("test/test_a.py",), missing=("test_z",))


def test_everything_takes_no_path(project: Path) -> None:
    assert locate(project, ["*"], PLACES) == Located()


def test_without_places_a_test_is_a_path_or_a_module(project: Path) -> None:
    located = locate(project, ["docs", "README.rst", "test/test_a", "docs", "."])
    assert located == Located(paths=("docs", "README.rst", "test/test_a.py", "."))


def test_a_node_id_keeps_its_end(project: Path) -> None:
    assert locate(project, ["test/test_a.py::TestX::test_y[a::b]"]).paths == ("test/test_a.py::TestX::test_y[a::b]",)


def test_a_test_s_own_name_is_no_pattern(project: Path) -> None:
    assert locate(project, ["test/test_[x].py"]).paths == ("test/test_[x].py",)
    assert locate(project, ["test/test_?.py"]).missing == ("test/test_?.py",)


def test_a_place_may_be_a_pattern(project: Path) -> None:
    assert locate(project, ["test"], ("{test}*/test_a.py",)).paths == ("test/test_a.py", "tests/test_a.py")


def test_a_path_that_looks_like_an_option_is_none(project: Path) -> None:
    assert locate(project, ["-odd.py"]).paths == ("./-odd.py",)


@pytest.mark.parametrize("test", ["../outside.py", "/etc/passwd", "test/../../outside.py", "a\0b", ""])
def test_a_test_outside_the_workspace_is_refused(project: Path, test: str) -> None:
    write_project(project.parent, {"outside.py": ""})
    with pytest.raises(ShuntyardError):
        locate(project, [test])


def test_a_link_that_leads_out_is_refused_and_one_inside_is_fine(project: Path) -> None:
    write_project(project.parent, {"outside/test_o.py": ""})
    (project / "out").symlink_to(project.parent / "outside")
    (project / "in").symlink_to(project / "test")
    with pytest.raises(ShuntyardError, match="leads out"):
        locate(project, ["out/test_o.py"])
    assert locate(project, ["in/test_a.py"]).paths == ("in/test_a.py",)


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="Python 3.13 reads ** inside a name as *")
def test_a_place_that_is_no_pattern_is_refused(project: Path) -> None:
    with pytest.raises(ShuntyardError, match="pattern"):
        locate(project, ["a"], ("x**/{test}",))


@given(st.text(st.sampled_from("ab./*?[]\\-:~$"), min_size=1, max_size=10))
def test_whatever_is_found_lies_inside(tmp_path_factory: pytest.TempPathFactory, test: str) -> None:
    project = tmp_path_factory.getbasetemp() / "inside"
    write_project(project, {"a/b": "", "a/-": "", "b": ""})
    try:
        located = locate(project, [test])
    except ShuntyardError:
        return
    for path in located.paths:
        assert not path.startswith("-")
        assert (project / path.partition("::")[0]).resolve().is_relative_to(project.resolve())


def test_folders_become_their_test_files(project: Path) -> None:
    write_project(
        project,
        {
            "test/helper.py": "",
            "test/x_test.py": "",
            "test/.hidden/test_h.py": "",
            "env/pyvenv.cfg": "",
            "env/test_v.py": "",
        },
    )
    assert test_files(project, ["test", "README.rst"]) == (
        "test/test_[x].py",
        "test/test_a.py",
        "test/x_test.py",
        "test/sub/test_b.py",
        "README.rst",
    )
    everything = test_files(project, [])
    assert "tests/test_a.py" in everything
    assert "env/test_v.py" not in everything


def test_programs(tmp_path: Path) -> None:
    project = write_project(tmp_path, {"bin/tool": "#!/bin/sh\n", "plain": "x", "folder/x": ""})
    env = {"PATH": f"{tmp_path}/nowhere:{tmp_path}/bin"}
    assert program("tool", env, project) == f"{tmp_path}/bin/tool"
    assert program("bin/tool", {"PATH": ""}, project) == f"{tmp_path}/bin/tool"
    assert program("./bin/tool", {}, project).endswith("bin/tool")
    assert [program(name, env, project) for name in ("plain", "./plain", "./folder", "absent")] == [""] * 4


def test_the_commit_that_is_checked_out(tmp_path: Path) -> None:
    env = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}

    def git(*arguments: str) -> str:
        options = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        return subprocess.run(
            ["git", *options, *arguments], cwd=tmp_path, env=env, check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init", "-q")
    assert commit(tmp_path, "fallback") == "fallback"
    git("commit", "-q", "--allow-empty", "-m", "one")
    sha = git("rev-parse", "HEAD")
    (tmp_path / "sub").mkdir()
    assert commit(tmp_path, "") == commit(tmp_path / "sub", "") == sha
    git("checkout", "-q", "--detach")
    assert commit(tmp_path, "") == sha
    git("checkout", "-q", "-b", "packed")
    git("pack-refs", "--all")
    assert commit(tmp_path, "fallback") == "fallback"
