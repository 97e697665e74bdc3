"""A stranger's plugin repository that calls nightly-rbe, JAX's beside it, and rehearsals of the one with the other."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.load import load
from generator.render import render, write
from tests.conftest import COPIED
from tests.generator.rehearse.small import commit, git
from tests.rbe.calls import EXAMPLE
from tests.rbe.programs import bazel
from tests.rbe.servers import ROOT

WORKFLOW = ".github/workflows/nightly-rbe.yml"
JAX = "some-owner/mini-jax"
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc", ".venv*", "bazel-*")


@dataclass(frozen=True)
class Rehearsed:
    """One rehearsal: what was printed, the verdict as JSON, and the folder with all that it left."""

    exit_code: int
    said: str
    told: dict[str, Any]
    folder: Path

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """The rows that the event and the order run, by id."""
        return {row["row"]: row for row in self.told["rows"] if row["verdict"] != "skipped"}

    @property
    def jobs(self) -> dict[str, str]:
        return {job["job"]: job["verdict"] for job in self.told["jobs"]}

    @property
    def log(self) -> str:
        """What the jobs printed, and act."""
        return (self.folder / "act.jsonl").read_text(encoding="utf-8")

    @property
    def report(self) -> dict[str, Any]:
        """What analyse-results wrote."""
        found: dict[str, Any] = json.loads((self.folder / "artifacts/nightly-rbe-report/report.json").read_text())
        return found

    def left(self, row: str, name: str) -> dict[str, Any]:
        """A JSON file among what a row uploaded."""
        place = self.folder / "artifacts" / f"nightly-rbe--{row}" / row / "r1" / name
        found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
        return found


@dataclass
class Stranger:
    """The repositories, and a rendered toolkit, below one folder; Bazel's own files lie there too."""

    folder: Path
    rehearsals: int = 0

    @property
    def plugin(self) -> Path:
        return self.folder / "plugin"

    @property
    def jax(self) -> Path:
        return self.folder / "jax"

    def edit(self, name: str, before: str, after: str) -> None:
        """Replaces text in a file below the folder, and commits that where it lies in a repository."""
        file = self.folder / name
        text = file.read_text(encoding="utf-8")
        assert before in text, f"{name} has no {before!r}"
        file.write_text(text.replace(before, after), encoding="utf-8")
        commit(self.folder / Path(name).parts[0])

    def rehearse(self, *rows: str, secrets: Path) -> Rehearsed:
        """`shuntyard rehearse`, as a command, on the stranger's nightly."""
        self.rehearsals += 1
        output = self.folder / f"output{self.rehearsals}"
        words = ["rehearse", "nightly-rbe", "--root", str(self.folder / "toolkit"), "--repository", str(self.plugin)]
        words += ["--checkout", f"{JAX}={self.jax}", "--secrets", str(secrets), "--output", str(output)]
        words += ["--runner", "rocm-1", "--runner", "rocm-8", "--event", "schedule", "--timeout", "5"]
        words += [word for row in rows for word in ("--row", row)]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "scripts")])}
        command = [sys.executable, "-m", "generator", *words]
        done = subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        assert (output / "rehearsal.json").is_file(), done.stderr
        told = json.loads((output / "rehearsal.json").read_text(encoding="utf-8"))
        return Rehearsed(done.returncode, done.stdout + done.stderr, told, output)


def make_stranger(folder: Path, executor: str) -> Stranger:
    """The example as two repositories, with the executor's address in the caller's workflow."""
    made = Stranger(folder)
    shutil.copytree(EXAMPLE, made.plugin, ignore=shutil.ignore_patterns("bazel-*", "jax"))
    shutil.copytree(EXAMPLE / "ci", made.plugin / "ci", dirs_exist_ok=True)
    shutil.copytree(EXAMPLE / "jax", made.jax)
    for repository, name in ((made.plugin, "some-owner/mini-plugin"), (made.jax, JAX)):
        git(repository, "init", "--quiet", "--initial-branch=main")
        git(repository, "remote", "add", "origin", f"https://github.com/{name}.git")
        commit(repository)
    startup = f"startup --output_user_root={folder}/bazel --host_jvm_args=-XX:TieredStopAtLevel=1\n"
    flaky = f"test --test_env=FLAKY_COUNTER={folder}/flaky\n"
    made.edit("plugin/.bazelrc", "build --incompatible", f"{startup}{flaky}build --incompatible")
    workflow = f"plugin/{WORKFLOW}"
    made.edit(workflow, "wheel-command: bazel ", f"bazel: {bazel()}\n      wheel-command: {bazel()} ")
    made.edit(workflow, "grpcs://rbe.example:443", executor)
    toolkit = folder / "toolkit"
    for name in COPIED:
        shutil.copytree(ROOT / name, toolkit / name, ignore=IGNORED)
    write(toolkit, render(load(toolkit)).files)
    return made


def write_secrets(file: Path, **values: str) -> Path:
    """A file as --secrets takes it; a line end in a value is written as \\n."""
    lines = (f"{name}={json.dumps(value)}\n" for name, value in values.items())
    file.write_text("".join(lines), encoding="utf-8")
    file.chmod(0o600)
    return file
