"""A real project for the demo: its unmodified source distribution as a git repository that calls the toolkit."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from shuntyard.errors import ShuntyardError

AUTHOR = ("-c", "user.name=Shuntyard demo", "-c", "user.email=demo@shuntyard.invalid", "-c", "commit.gpgsign=false")


def fetch(requirement: Path, folder: Path) -> Path:
    """The source distribution that `requirement` pins by hash; downloaded once, and verified by pip."""
    pinned = re.match(r"(?P<name>[\w-]+)==(?P<version>[\w.]+) ", requirement.read_text(encoding="utf-8"))
    if pinned is None:
        raise ShuntyardError(f"{requirement} does not pin a version", hint="write name==version --hash=sha256:…")
    archive = folder / f"{pinned['name']}-{pinned['version']}.tar.gz"
    if not archive.is_file():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        options = ["--no-binary", ":all:", "--require-hashes", "--requirement", str(requirement), "--dest", str(folder)]
        _call([*command, *options], "the package index may be out of reach")
    if not archive.is_file():
        raise ShuntyardError(f"pip did not leave {archive.name}", hint=f"look into {folder}")
    return archive


def make_repository(archive: Path, added: Mapping[str, str], target: Path) -> Path:
    """A fresh git repository with the archive's unmodified content, and the texts of `added` beside it, by path."""
    shutil.rmtree(target, ignore_errors=True)
    unpacked = target.with_name("unpacked")
    shutil.rmtree(unpacked, ignore_errors=True)
    with tarfile.open(archive) as tar:
        tar.extractall(unpacked, filter="data")
    (folder,) = unpacked.iterdir()
    folder.rename(target)
    unpacked.rmdir()
    for path, text in added.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_text(text, encoding="utf-8")
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all", "--force"],
        ["commit", "--quiet", "-m", archive.stem],
    ):
        _call(["git", "-C", str(target), *AUTHOR, *command], "git is needed")
    return target


def _call(command: Sequence[str], hint: str) -> None:
    """Runs a command; its failure is an error that the user can read."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ShuntyardError(f"{' '.join(command[:4])} … failed:\n{done.stderr.strip()[-2000:]}", hint=hint)
