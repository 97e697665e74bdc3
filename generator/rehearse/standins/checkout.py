"""actions/checkout where it names a ref or a repository; act itself serves a plain checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from generator.rehearse.standins.step import Step, fail, not_exercised, this

REPOSITORY = "caller"  # the copy of the repository under rehearsal, below the rehearsal's folder


def main() -> int:
    step = this()
    repository, ref = step.inputs.get("repository", ""), step.inputs.get("ref", "")
    if step.inputs.get("submodules", "false") not in ("", "false") or step.flag("lfs"):
        not_exercised("checkout with submodules or lfs")
    other = _other(step, repository)
    source, target = other or step.folder / REPOSITORY, _target(step)
    head = _head(other) if other else step.settings.sha
    commit = _resolve(source, ref, head)
    _empty(target)
    if commit == head and not other:
        # With the changes that are not committed yet, which the user wants to see rehearsed.
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    else:
        _git("clone", "--quiet", "--local", "--no-checkout", str(source), str(target))
        _git("-C", str(target), "checkout", "--quiet", "--detach", commit)
    step.output("ref", ref)
    step.output("commit", commit)
    print(f"{commit} is in {target}")
    return 0


def _other(step: Step, repository: str) -> Path | None:
    """The folder of another repository, as the rehearsal was told; None for the one under rehearsal."""
    if not repository or repository.lower() == step.settings.repository.lower():
        return None
    folder = step.settings.checkouts.get(repository.lower())
    if folder is None:
        not_exercised(f"checkout of {repository}: pass --checkout {repository}=FOLDER")
    return Path(folder)


def _head(source: Path) -> str:
    done = subprocess.run(["git", "-C", str(source), "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    if done.returncode:
        fail(f"{source} is no git repository with a commit")
    return done.stdout.strip()


def _target(step: Step) -> Path:
    target = Path(os.path.normpath(step.workspace / step.inputs.get("path", "")))
    if target != step.workspace and step.workspace not in target.parents:
        fail(f"Repository path '{target}' is not under '{step.workspace}'")
    return target


def _resolve(source: Path, ref: str, head: str) -> str:
    """The commit that a ref means here. The head and the merge commit of the event's pull request are both HEAD."""
    if not ref or ref.startswith("refs/pull/"):
        return head
    for name in (ref, f"origin/{ref}", ref.replace("refs/heads/", "refs/remotes/origin/", 1)):
        command = [
            "git",
            "-C",
            str(source),
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            f"{name}^{{commit}}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.strip()
    return not_exercised(f"checkout of {ref}, which this repository does not have")


def _empty(target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in target.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _git(*arguments: str) -> None:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        fail(f"git {arguments[0]}: {done.stderr.strip()[-500:]}")
