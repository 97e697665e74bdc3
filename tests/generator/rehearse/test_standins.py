"""The stand-ins as steps, each called as act calls them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.rehearse.standins import run
from generator.rehearse.standins.step import Settings, write_settings
from tests.generator.rehearse.small import git, lay, make_caller


class Act:
    """A step's surroundings, as act makes them."""

    def __init__(
        self,
        root: Path,
        repository: Path | None = None,
        checkouts: dict[str, str] | None = None,
        index: str = "",
    ) -> None:
        self.folder, self.workspace, self.temp = root / "folder", root / "workspace", root / "temp"
        for place in (self.folder, self.workspace, self.temp):
            place.mkdir()
        sha = "0" * 40
        if repository:
            git(repository, "clone", "--quiet", str(repository), str(self.folder / "caller"))
            sha = git(repository, "rev-parse", "HEAD")
        write_settings(
            self.folder,
            Settings(
                repository="me/here",
                sha=sha,
                search_path=os.environ["PATH"],
                app_data=str(root / "seeds"),
                checkouts=checkouts or {},
                index=index,
            ),
        )

    def step(self, name: str, /, **inputs: str) -> tuple[int, str, dict[str, str]]:
        """Exit code, what it said, and its outputs."""
        files = {variable: self.temp / variable for variable in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH")}
        for file in files.values():
            file.write_text("")
        env = {**os.environ, **{variable: str(file) for variable, file in files.items()}}
        env |= {"SHUNTYARD_REHEARSAL": str(self.folder), "GITHUB_WORKSPACE": str(self.workspace)}
        env |= {"RUNNER_TEMP": str(self.temp)}
        env |= {f"INPUT_{key.upper()}": value for key, value in inputs.items()}
        command = [sys.executable, "-BSE", run.__file__, name]
        done = subprocess.run(command, env=env, cwd=self.workspace, capture_output=True, text=True, check=False)
        lines = files["GITHUB_OUTPUT"].read_text().splitlines()
        outputs = {line.split("<<")[0]: lines[index + 1] for index, line in enumerate(lines) if "<<end_" in line}
        return done.returncode, done.stdout + done.stderr, outputs


def test_upload_and_download_as_steps(tmp_path: Path) -> None:
    act = Act(tmp_path)
    lay(act.workspace, "out/r.txt")
    code, said, outputs = act.step("upload-artifact", name="one", path="out")
    assert (code, outputs["artifact-id"].isdigit()) == (0, True), said
    assert act.step("upload-artifact", name="one", path="out")[0] == 1
    assert act.step("upload-artifact", name="one", path="out", overwrite="true")[0] == 0
    assert act.step("upload-artifact", name="two", path="out")[0] == 0
    assert act.step("download-artifact", name="one", path="got")[0] == 0
    assert (act.workspace / "got" / "r.txt").is_file()
    code, said, outputs = act.step("download-artifact", path="all")
    assert outputs["download-path"] == str(act.workspace / "all")
    assert sorted(path.name for path in (act.workspace / "all").iterdir()) == ["one", "two"]
    assert act.step("download-artifact", path="merged", pattern="t*", merge_multiple="true")[0] == 0
    assert [path.name for path in (act.workspace / "merged").iterdir()] == ["r.txt"]


def test_downloads_that_fail(tmp_path: Path) -> None:
    act = Act(tmp_path)
    code, said, _ = act.step("download-artifact", name="none")
    assert code == 1 and "Artifact not found for name: none" in said
    assert act.step("download-artifact", name="../x")[0] == 1
    assert act.step("download-artifact", pattern="x*")[0] == 0
    code, said, _ = act.step("download-artifact", github_token="t")
    assert code == 1 and "not exercised" in said
    assert act.step("download-artifact", merge_multiple="yes")[0] == 1


@pytest.mark.parametrize(
    ("wish", "code", "word"), [("", 0, "::warning::"), ("error", 1, "::error::"), ("ignore", 0, "No files")]
)
def test_nothing_to_upload(tmp_path: Path, wish: str, code: int, word: str) -> None:
    found_code, said, outputs = Act(tmp_path).step("upload-artifact", path="none", if_no_files_found=wish)
    assert found_code == code
    assert word in said
    assert outputs == {}


@pytest.mark.slow
def test_setup_python_makes_a_fresh_environment(tmp_path: Path) -> None:
    act = Act(tmp_path)
    wanted = f"{sys.version_info.major}.{sys.version_info.minor}"
    code, said, outputs = act.step("setup-python", python_version=wanted)
    assert code == 0, said
    assert outputs["python-version"].startswith(wanted)
    python = Path(outputs["python-path"])
    assert act.temp in python.parents
    assert (act.temp / "GITHUB_PATH").read_text() == f"{python.parent}\n"
    probe = "import sys, pip; print(sys.prefix)"
    done = subprocess.run([str(python), "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(python.parent.parent)


def test_setup_python_says_what_is_not_here(tmp_path: Path) -> None:
    act = Act(tmp_path)
    code, said, _ = act.step("setup-python", python_version="3.99")
    assert code == 1
    assert "::error title=rehearsal%3A not exercised::Python 3.99 is not on this machine" in said


def test_setup_python_reads_version_files(tmp_path: Path) -> None:
    act = Act(tmp_path)
    lay(act.workspace, "x")
    (act.workspace / ".python-version").write_text("# mine\n3.98\n")
    (act.workspace / "pyproject.toml").write_text('[project]\nrequires-python = ">=3.97"\n')
    (act.workspace / ".tool-versions").write_text("nodejs 20\npython 3.96\n")
    assert "Python 3.98 is not" in act.step("setup-python")[1]
    assert "Python >=3.97 is not" in act.step("setup-python", python_version_file="pyproject.toml")[1]
    assert "Python 3.96 is not" in act.step("setup-python", python_version_file=".tool-versions")[1]
    assert act.step("setup-python", python_version_file="none")[0] == 1


def test_checkout_of_a_ref(tmp_path: Path) -> None:
    repository = make_caller(tmp_path / "repository", plays={})
    first = git(repository, "rev-parse", "HEAD")
    (repository / "later").write_text("later")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "later")
    act = Act(tmp_path, repository)
    lay(act.workspace, "stale")
    code, said, _ = act.step("checkout", ref=git(repository, "rev-parse", "HEAD"))
    assert code == 0, said
    assert (act.workspace / "later").exists() and not (act.workspace / "stale").exists()
    assert act.step("checkout", ref=first, path="old")[2]["commit"] == first
    assert not (act.workspace / "old" / "later").exists()
    assert act.step("checkout", ref="main")[2]["commit"] == git(repository, "rev-parse", "HEAD")
    assert act.step("checkout", ref="refs/pull/1/merge", repository="ME/here")[0] == 0


def test_checkout_of_another_repository_takes_the_folder_that_was_named(tmp_path: Path) -> None:
    repository = make_caller(tmp_path / "repository", plays={})
    other = make_caller(tmp_path / "other", plays={})
    (other / "theirs").write_text("theirs")
    git(other, "add", "--all")
    git(other, "commit", "--quiet", "--message", "theirs")
    (other / "not committed").write_text("x")
    act = Act(tmp_path, repository, checkouts={"jax-ml/jax": str(other)})
    code, said, outputs = act.step("checkout", repository="JAX-ml/jax", ref="main", path="jax")
    assert code == 0, said
    assert outputs["commit"] == git(other, "rev-parse", "HEAD")
    assert (act.workspace / "jax" / "theirs").exists()
    assert not (act.workspace / "jax" / "not committed").exists()
    code, said, _ = act.step("checkout", repository="jax-ml/else", path="jax")
    assert code == 1
    assert "--checkout jax-ml/else=FOLDER" in said


@pytest.mark.parametrize(
    "inputs", [{"repository": "other/one"}, {"ref": "none"}, {"ref": "--help"}, {"submodules": "recursive"}]
)
def test_checkouts_that_this_machine_cannot_do(tmp_path: Path, inputs: dict[str, str]) -> None:
    act = Act(tmp_path, make_caller(tmp_path / "repository"))
    code, said, _ = act.step("checkout", **inputs)
    assert code == 1
    assert "rehearsal%3A not exercised" in said


def test_a_checkout_stays_in_the_workspace(tmp_path: Path) -> None:
    act = Act(tmp_path, make_caller(tmp_path / "repository"))
    lay(tmp_path, "precious/file")
    code, said, _ = act.step("checkout", path="../precious")
    assert code == 1 and "is not under" in said
    assert (tmp_path / "precious" / "file").exists()
