"""docs/accelerator.md, followed with the device name that it uses: its matrix renders, and nothing in it is Spyre's."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "accelerator.md"
FILE = "matrices/torch-tenstorm.yml"


def block(mark: str) -> str:
    """The fenced block after `<!-- mark -->`."""
    found = re.findall(rf"<!-- {re.escape(mark)} -->\n```yaml\n(.*?)```\n", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(found) == 1, mark
    return str(found[0])


def shuntyard(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "generator", *words], cwd=ROOT, capture_output=True, text=True,
                          env={"PYTHONPATH": f"{ROOT}:{ROOT / 'scripts'}", "PATH": str(Path(sys.executable).parent)},
                          check=False)  # fmt: skip


@pytest.fixture
def followed(toolkit_root: Path) -> Path:
    """A toolkit after steps 2 and 3 of the page."""
    (toolkit_root / FILE).write_text(block("matrix: tenstorm"), encoding="utf-8")
    with (toolkit_root / "matrices/labels.yml").open("a", encoding="utf-8") as labels:
        labels.write(block("label: tenstorm"))
    return toolkit_root


def render(root: Path) -> dict[str, str]:
    """The workflows that the page's matrix makes, by name."""
    done = shuntyard("render", "--root", str(root))
    assert done.returncode == 0, done.stdout + done.stderr
    files = (root / ".github" / "workflows").glob("*tenstorm*.yml")
    return {file.stem: file.read_text(encoding="utf-8") for file in files}


def checked(root: Path) -> str:
    done = shuntyard("check", "--no-tools", "--root", str(root))
    return done.stdout + done.stderr


def test_the_matrix_is_about_thirty_lines_and_names_no_other_device() -> None:
    text = block("matrix: tenstorm")
    assert len(text.splitlines()) <= 30
    assert "spyre" not in text.lower()


@pytest.mark.slow
def test_the_first_stage_renders_two_pipelines_and_passes_the_check(followed: Path) -> None:
    files = render(followed)
    assert sorted(files) == ["torch-tenstorm", "torch-tenstorm-device"]
    for name, text in files.items():
        compiled = (followed / "matrices" / "compiled" / f"{name}.json").read_text(encoding="utf-8")
        assert "spyre" not in (text + compiled).lower(), name
    assert checked(followed).startswith("0 problems:")
    device = YAML(typ="safe").load(files["torch-tenstorm-device"])
    (cron,) = device["on"]["schedule"]
    assert cron == {"cron": "29 2 * * *"}  # as the page says
    rows = shuntyard("rows", "torch-tenstorm-device", "--root", str(followed)).stdout
    assert "on self-hosted linux tenstorm" in rows


@pytest.mark.slow
def test_the_next_stage_is_one_line_and_two_pipelines_more(followed: Path) -> None:
    file, scope = followed / FILE, followed / "matrices" / "tenstorm-scope.yml"
    text = file.read_text(encoding="utf-8")
    assert text.count("\nstage: 0\n") == 1
    file.write_text(text.replace("\nstage: 0\n", "\nstage: 1\n"), encoding="utf-8")
    spyre = (followed / "matrices" / "spyre-scope.yml").read_text(encoding="utf-8")
    scope.write_text(spyre.replace("\nscope: spyre\n", "\nscope: tenstorm\n"), encoding="utf-8")
    files = render(followed)
    added = ["torch-tenstorm-pin", "torch-tenstorm-pytorch"]
    assert sorted(files) == ["torch-tenstorm", "torch-tenstorm-device", *added]
    assert checked(followed).startswith("0 problems:")
    tests = YAML(typ="safe").load(files["torch-tenstorm-pytorch"])
    assert tests["on"]["pull_request"] == {"types": ["labeled", "unlabeled"]}
    planned = next(step for step in tests["jobs"]["plan"]["steps"] if step["id"] == "plan-tests")["with"]
    assert (planned["scope"], planned["share"], planned["hardware"]) == ("tenstorm", 5, "tenstorm")
    assert "spyre" not in "".join(files.values()).lower()


@pytest.mark.slow
def test_a_label_that_is_not_declared_is_told_at_the_matrix(followed: Path) -> None:
    labels = followed / "matrices" / "labels.yml"
    text = labels.read_text(encoding="utf-8").replace(block("label: tenstorm"), "")
    labels.write_text(text, encoding="utf-8")
    file = followed / FILE
    changed = file.read_text(encoding="utf-8").replace("\nstage: 0\n", "\nstage: 1\n")
    file.write_text(changed, encoding="utf-8")
    assert "unknown scope 'tenstorm' [names]" in checked(followed)
    file.write_text(changed.replace("scope: tenstorm", "scope: spyre"), encoding="utf-8")
    assert "unknown label 'ciflow/tenstorm' [labels]" in checked(followed)
