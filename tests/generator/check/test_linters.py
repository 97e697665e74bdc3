"""What a maintainer sees who runs the linters plainly, from the repository's root."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from generator.programs import find
from generator.render import write
from tests.conftest import ROOT
from tests.generator.yard import Yard

NAMES = ("action.yml", "action.yaml")


def run(program: str, folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output, with no settings from elsewhere."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("ZIZMOR", "GH_", "GITHUB_"))}
    command = [find(program), *arguments]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("place", [".", "examples"])
def test_zizmor_finds_nothing_in_this_repository(place: str) -> None:
    """Callers in examples/ are not collected from the root, which is no repository of theirs."""
    code, said = run("zizmor", ROOT, "--offline", "--no-progress", place)
    assert code == 0, said
    assert "No findings to report" in said


@pytest.mark.slow
def test_actionlint_finds_nothing_in_this_repository() -> None:
    assert run("actionlint", ROOT, "-no-color") == (0, "")


def test_no_fixture_and_no_golden_file_has_the_name_of_a_workflow_or_an_action() -> None:
    paths = [path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.y*ml")]
    assert [str(path) for path in paths if path.name in NAMES or ".github" in path.parts] == []


CALLER = """\
on: {push: {branches: [main]}}
permissions: {}
concurrency: {group: "ci-${{ github.ref }}"}
jobs:
  own:
    permissions: {contents: read}
    uses: REPOSITORY/.github/workflows/nightly.yml@v1
"""


@pytest.mark.slow
@pytest.mark.parametrize(("repository", "code"), [("yard-owner/yard", 0), ("yard-owner/other", 14)])
def test_only_the_toolkit_s_own_version_may_be_followed_by_name(yard: Yard, repository: str, code: int) -> None:
    """A fork's too: the file is rendered from matrices/toolkit.yml."""
    (yard.root / ".git").mkdir()
    write(yard.root, yard.render().files)
    caller = yard.root / "examples" / "stranger" / ".github" / "workflows" / "ci.yml"
    caller.parent.mkdir(parents=True)
    caller.write_text(CALLER.replace("REPOSITORY", repository), encoding="utf-8")
    found, said = run("zizmor", yard.root, "--offline", "--no-progress", "--quiet", "examples/stranger")
    assert found == code, said
    assert ("unpinned-uses" in said) == bool(code)
