"""A stranger's repository with the example in it, and rehearsals of its workflows on events."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.generator.rehearse.small import commit, git, put
from tests.spyre.steps import MINI, environment, toolkit_at
from tests.spyre.upstream import LISTS, make_upstream, put_lists

NAME = "stranger/torch-spyre-mini"
LABEL = "ciflow/spyre"
EVERY = 5  # the stage at which every pull request runs PyTorch's tests
IGNORED = shutil.ignore_patterns("__pycache__", "*.egg-info", ".pytest_cache", ".ruff_cache", "build")
PLACE = "import sysconfig; print(sysconfig.get_path('purelib'))"
# A job that sets up a Python gets a fresh one, and PyTorch is too large to be installed in each.
SEE = '''"""Lets this environment see the packages of another one."""

import sys
import sysconfig
from pathlib import Path

Path(sysconfig.get_path("purelib"), "other.pth").write_text(sys.argv[1] + "\\n", encoding="utf-8")
'''
# Where no card is, the device's tests say that they did not run; these are what it shows on an emulated one.
ON_CARDS = {r"^    device: .*$": "    device: [ci/on-cards]"}
CARDS = """\
import os

os.environ.update(TORCH_SPYRE_EMULATE="1", TORCH_SPYRE_CARDS="2")
import torch


def test_every_card_adds():
    for index in range(2):
        assert (torch.ones(3).to(f"spyre:{index}") + 1).cpu().tolist() == [2, 2, 2]
        assert torch.spyre.executed(index)["add.Tensor"]
"""
PREPARE = """\
      prepare: |-
        python ci/see.py {place}
        python -m pip install --no-deps --no-build-isolation --editable .
        python -m pip install --no-deps ruff==0.17.6 codespell==2.4.1
      dependencies: none
"""
# The calls, with their first inputs. Here they install no PyTorch: that of the folder is seen, and packages are checked
# without what they need.
CALLS = {
    "checks": "    with:\n      once: . # one wheel for every Python\n",
    "publish": "    with:\n      instance: publish\n",
}


@dataclass(frozen=True)
class Rehearsed:
    """One rehearsal: what was printed, the verdict as JSON, and the folder with all that it left."""

    exit_code: int
    said: str
    told: dict[str, Any]
    folder: Path

    @property
    def verdict(self) -> str:
        return str(self.told["verdict"])

    @property
    def headline(self) -> str:
        return str(self.told["headline"])

    @property
    def rows(self) -> dict[str, str]:
        """The verdicts on what the event runs, by unit, or by row where that has one unit."""
        return {row["unit"] or row["row"]: row["verdict"] for row in self.told["rows"] if row["verdict"] != "skipped"}

    @property
    def left_out(self) -> dict[str, str]:
        return {row["row"]: row["reason"] for row in self.told["rows"] if row["verdict"] == "skipped"}

    @property
    def jobs(self) -> dict[str, str]:
        return {job["job"]: job["verdict"] for job in self.told["jobs"]}

    @property
    def omitted(self) -> set[str]:
        return {each["feature"] for each in self.told["omissions"]}

    @property
    def log(self) -> str:
        """What the jobs printed, and act."""
        return (self.folder / "act.jsonl").read_text(encoding="utf-8")

    def artifact(self, name: str) -> Path:
        return self.folder / "artifacts" / f"{self.told['pipeline']}-{name}"

    def report(self) -> dict[str, Any]:
        """What analyse-results wrote."""
        found: dict[str, Any] = json.loads((self.artifact("report") / "report.json").read_text(encoding="utf-8"))
        return found

    def cases(self) -> dict[str, tuple[str, str]]:
        """Outcome and message of each case of the report, by id."""
        runs = [run for row in self.report()["rows"] for run in row["runs"]]
        return {case["case"]: (case["outcome"], case.get("message", "")) for run in runs for case in run["cases"]}


@dataclass
class Stranger:
    """The repository and what it is rehearsed with. `python` has PyTorch; packages that jobs install go there too."""

    folder: Path
    toolkits: dict[int, Path]
    upstream: Path
    python: Path
    rehearsals: int = 0

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def commit(self) -> str:
        return git(self.project, "rev-parse", "HEAD")

    @property
    def hub(self) -> Path:
        """Stands in for GitHub, where jobs would write to it."""
        return self.folder / "hub"

    @property
    def history(self) -> Path:
        return self.folder / "history"

    def rehearse(self, pipeline: str, event: str, stage: int, *words: str, **env: str) -> Rehearsed:
        """`shuntyard rehearse`, as a command, with the toolkit at a stage."""
        self.rehearsals += 1
        output = self.folder / f"output{self.rehearsals}"
        argv = [sys.executable, "-m", "generator", "rehearse", pipeline, "--root", str(self.toolkits[stage])]
        argv += ["--repository", str(self.project), "--event", event, "--output", str(output), "--timeout", "4", *words]
        path = os.pathsep.join([str(ROOT), str(ROOT / "scripts")])
        own = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "INPUT_"))}
        if "--python" in words:
            own["PIP_NO_BUILD_ISOLATION"] = "0"  # pip's way to say yes: what builds the package is in that Python
        done = subprocess.run(
            argv, cwd=self.folder, env={**own, "PYTHONPATH": path, **env}, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert (output / "rehearsal.json").is_file(), done.stderr
        told = json.loads((output / "rehearsal.json").read_text(encoding="utf-8"))
        return Rehearsed(done.returncode, done.stdout + done.stderr, told, output)

    def refused(self, pipeline: str, event: str, stage: int, *words: str) -> str:
        """What is said where GitHub would not start the workflow at all."""
        argv = [sys.executable, "-m", "generator", "rehearse", pipeline, "--root", str(self.toolkits[stage])]
        argv += ["--repository", str(self.project), "--event", event, *words]
        path = os.pathsep.join([str(ROOT), str(ROOT / "scripts")])
        done = subprocess.run(
            argv, cwd=self.folder, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (2, ""), done
        return done.stderr

    @contextmanager
    def calling(self, caller: str, more: str) -> Iterator[None]:
        """A workflow with some more text at its end for a while, uncommitted."""
        file = self.project / ".github" / "workflows" / f"{caller}.yml"
        before = file.read_text(encoding="utf-8")
        file.write_text(before + more, encoding="utf-8")
        try:
            yield
        finally:
            file.write_text(before, encoding="utf-8")

    def on_cards(self) -> list[str]:
        """The words that give a rehearsal the emulated machine and PyTorch's repository."""
        return ["--runner", "spyre", "--python", str(self.python), "--checkout", f"pytorch/pytorch={self.upstream}"]


def make_stranger(folder: Path, torch_python: str, stages: Mapping[int, Mapping[str, str]]) -> Stranger:
    """The repositories, the toolkits at their stages with edits of the matrix, and an environment with PyTorch."""
    code = "import sys; print('.'.join(map(str, sys.version_info[:2])))"
    python = subprocess.run([torch_python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    toolkits = {
        stage: toolkit_at(stage, folder / f"toolkit{stage}", python, {**LISTS, **edits})
        for stage, edits in stages.items()
    }
    made = Stranger(
        folder=folder,
        toolkits=toolkits,
        upstream=make_upstream(folder / "pytorch"),
        python=environment(torch_python, folder / "machine") / "python",
    )
    shutil.copytree(MINI, made.project, ignore=IGNORED)
    put_lists(made.project, NAME)
    put(made.project, "ci/see.py", SEE)
    put(made.project, "ci/on-cards/test_cards.py", CARDS)
    for file in (made.project / ".github" / "stage-1").iterdir():
        file.rename(made.project / ".github" / "workflows" / file.name)
    theirs = subprocess.run([torch_python, "-c", PLACE], capture_output=True, text=True, check=True).stdout.strip()
    for caller, call in CALLS.items():
        _edit(made.project / ".github" / "workflows" / f"{caller}.yml", call, call + PREPARE.format(place=theirs))
    _edit(made.project / ".github" / "workflows" / "publish.yml", "pythons: 3.12 3.11", f'pythons: "{python}"')
    _add_writers(made)
    for stage, toolkit in toolkits.items():
        if stage == EVERY:
            _call_every(toolkit, made.project / ".github" / "workflows" / "every.yml")
    git(made.project, "init", "--quiet", "--initial-branch=main")
    git(made.project, "remote", "add", "origin", f"https://github.com/{NAME}.git")
    commit(made.project)
    return made


def _call_every(toolkit: Path, workflow: Path) -> None:
    """At the last stage every pull request runs PyTorch's tests, with the caller that the verb writes then."""
    argv = [sys.executable, "-m", "generator", "caller", "torch-spyre-pytorch", "--root", str(toolkit)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "scripts")])}
    subprocess.run([*argv, "--out", str(workflow)], env=env, check=True, capture_output=True)


def _add_writers(made: Stranger) -> None:
    """The callers of pipelines that write to GitHub: here they write to the folder that stands in for it."""
    page = (ROOT / "docs" / "pull-requests.md").read_text(encoding="utf-8")
    tags = page.split("# .github/workflows/ciflow-tags.yml\n", 1)[1].split("```", 1)[0]
    given = f"with: {{labels: {LABEL}"
    assert given in tags, "docs/pull-requests.md shows another caller now"
    put(made.project, ".github/workflows/ciflow-tags.yml", tags.replace(given, f"{given}, local: {made.hub}"))
    pin = made.project / ".github" / "workflows" / "pin.yml"
    text, before = pin.read_text(encoding="utf-8"), "history: ${{ vars.SHUNTYARD_HISTORY }}"
    assert before in text
    pin.write_text(text.replace(before, f"local: {made.hub}\n      history: {made.history}"), encoding="utf-8")


def _edit(workflow: Path, old: str, new: str) -> None:
    text = workflow.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{workflow}: {old}"
    workflow.write_text(text.replace(old, new), encoding="utf-8")
