"""docs/accelerator.md, followed with the device name that it uses: its matrix renders, and nothing in it is Spyre's."""

from __future__ import annotations

import os
import re
import shutil
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


@pytest.mark.slow
@pytest.mark.parametrize("device", ["tenstorm", "a1", "wavecruncher"])
def test_the_example_under_another_name_passes_its_own_linters(tmp_path: Path, device: str) -> None:
    """The page's commands, as they are written, with whichever name."""
    text = PAGE.read_text(encoding="utf-8")
    (script,) = re.findall(r"```sh\n(cp -r .*?)```", text, re.DOTALL)
    for old in ("tenstorm", "TENSTORM", "Tenstorm"):
        new = {"tenstorm": device, "TENSTORM": device.upper(), "Tenstorm": device.capitalize()}[old]
        script = script.replace(old, new)
    (tmp_path / "fork").mkdir()
    shutil.copytree(ROOT / "examples" / "torch-spyre-mini", tmp_path / "fork" / "examples" / "torch-spyre-mini",
                    ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))  # fmt: skip
    who = {"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.invalid"}
    who |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in who.items()}
    env = {**os.environ, **who, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    argv = ["bash", "-euc", script]
    ran = subprocess.run(argv, cwd=tmp_path / "fork", env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    package = tmp_path / f"torch-{device}"
    assert (package / ".git").is_dir()
    for argv in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["ruff", "check", "--select", "I", "."]):
        done = subprocess.run(argv, cwd=package, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
