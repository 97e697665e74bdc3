"""Runs the toolkit's scripts as a workflow's steps do, from a toolkit that is at a stage of one's choice."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shuntyard import wire
from shuntyard.result import CaseResult, ShardResult
from tests.conftest import COPIED, ROOT
from tests.images.index import Index

MINI = ROOT / "examples" / "torch-spyre-mini"
BARE = ("select_rows", "run_shard", "build_image", "test_image", "promote_image")  # need the standard library alone
_HIDDEN = ("GITHUB_", "INPUT_", "TORCH_SPYRE_", "PYTEST_", "PYTHONPATH", "CI")


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a script ended: exit code, everything it printed, its outputs."""

    code: int
    said: str
    outputs: Mapping[str, str]

    def result(self, row: str) -> ShardResult:
        """The result of one row, from what the script left."""
        text = Path(self.outputs["results"], row, "r1", "result.json").read_text(encoding="utf-8")
        return wire.decode(ShardResult, json.loads(text))

    def cases(self, row: str) -> dict[str, CaseResult]:
        return {case.case: case for case in self.result(row).cases}


@dataclass(frozen=True, kw_only=True)
class Steps:
    """`toolkit` is where the scripts are."""

    toolkit: Path

    def run(
        self,
        script: str,
        cwd: Path,
        *,
        python: str = sys.executable,
        env: Mapping[str, str] | None = None,
        **inputs: str,
    ) -> Ran:
        """One script, with inputs in the environment; `env` goes over this process's own."""
        out = cwd / "outputs.txt"
        out.write_text("", encoding="utf-8")
        own = {name: value for name, value in os.environ.items() if not name.startswith(_HIDDEN)}
        given = {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
        argv = [python, "-SE" if script in BARE else "-E", str(self.toolkit / "scripts" / f"{script}.py")]
        done = subprocess.run(
            argv, cwd=cwd, env={**own, "GITHUB_OUTPUT": str(out), **(env or {}), **given}, capture_output=True,
            text=True, check=False, timeout=240,
        )  # fmt: skip
        outputs = _outputs(out.read_text(encoding="utf-8"))
        out.unlink()
        return Ran(code=done.returncode, said=done.stdout + done.stderr, outputs=outputs)

    def selected(self, pipeline: str, cwd: Path, event: str) -> tuple[dict[str, Any], str]:
        """What `event` makes the pipeline run: each unit by its name, and the plan for analyse-results."""
        ran = self.run("select_rows", cwd, env={"GITHUB_EVENT_NAME": event}, pipeline=pipeline)
        assert ran.code == 0, ran.said
        units = json.loads(ran.outputs["matrix"])["include"]
        return {item["plan"]["id"]: item["plan"] for item in units}, ran.outputs["plan"]


def toolkit_at(stage: int, target: Path, python: str = "", edits: Mapping[str, str] | None = None) -> Path:
    """A copy of the toolkit whose torch-spyre is at this stage, rendered; `python` is its only one, if it is given.

    `edits` are other lines of its file: a pattern, and what takes its place.
    """
    ignore = shutil.ignore_patterns("__pycache__", ".venv*", "*.pyc", "*.egg-info")
    for name in COPIED:
        shutil.copytree(ROOT / name, target / name, ignore=ignore)
    file = target / "matrices" / "torch-spyre.yml"
    text = _replaced(r"^stage: .*$", f"stage: {stage}", file.read_text(encoding="utf-8"))
    if python:
        text = _replaced(r"^  python: .*$", f'  python: ["{python}"]', text)
    for pattern, by in (edits or {}).items():
        text = _replaced(pattern, by, text)
    file.write_text(text, encoding="utf-8")
    argv = [sys.executable, "-m", "generator", "render", "--root", str(target)]
    done = subprocess.run(argv, cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT}/scripts"},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return target


def _replaced(pattern: str, by: str, text: str) -> str:
    changed, count = re.subn(pattern, by, text, flags=re.MULTILINE)
    assert count == 1, pattern
    return changed


def checkout(target: Path) -> Path:
    """The example as a repository of its own, committed."""
    shutil.copytree(MINI, target, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", ".pytest_cache", "build"))
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.invalid", "-C", str(target)]
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "all"]):
        subprocess.run([*git, *command], check=True)
    return target


def environment(python: str, target: Path) -> Path:
    """A clean environment that sees that Python's PyTorch and pytest and nothing of its own; returns its programs.

    PyTorch itself is not installed once more: it takes a minute and most of a gigabyte.
    """
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    theirs = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    subprocess.run([python, "-m", "venv", str(target)], check=True)
    bin_ = target / "bin"
    own = subprocess.run([str(bin_ / "python"), "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    Path(own, "torch.pth").write_text(theirs + "\n", encoding="utf-8")
    return bin_


def install(programs: Path, index: Index) -> None:
    """The package from the index, as a user gets it; PyTorch is there."""
    options = ["--quiet", "--index-url", f"{index.url}simple/", "--no-deps", "--no-cache-dir"]
    argv = [str(programs / "python"), "-m", "pip", "install", *options, "torch-spyre-mini==0.1.0"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def on_path(programs: Path) -> dict[str, str]:
    """The environment variable that puts these programs first."""
    return {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


def _outputs(text: str) -> dict[str, str]:
    lines = iter(text.splitlines())
    found = {}
    for head in lines:
        name, _, fence = head.partition("<<")
        found[name] = "\n".join(iter(lambda fence=fence: next(lines), fence))  # type: ignore[misc]
    return found
