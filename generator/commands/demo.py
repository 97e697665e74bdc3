"""`shuntyard demo`: the A/B pipeline on a real project that nobody here wrote, through one small caller workflow."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

from generator.commands import rehearse
from shuntyard.errors import ShuntyardError

SUMMARY = "rehearse the A/B pipeline on a real project's source distribution"
EPILOG = """examples:
  shuntyard demo
  shuntyard demo --work /tmp/demo
"""
PIPELINE = "python-runner-ab"
AUTHOR = ("-c", "user.name=Shuntyard demo", "-c", "user.email=demo@shuntyard.invalid", "-c", "commit.gpgsign=false")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(".shuntyard/demo"),
        metavar="DIR",
        help="where to work (default: .shuntyard/demo)",
    )


def run(arguments: argparse.Namespace) -> int:
    example = arguments.root / "examples" / "pluggy"
    work: Path = arguments.work.resolve()
    say("1/3  fetching a project: the source distribution named in examples/pluggy/sdist.txt")
    archive = fetch(example / "sdist.txt", work / "sdist")
    say(f"2/3  making {archive.name} a git repository with one caller workflow")
    repository = make_repository(archive, example / ".github", work / "repository")
    say(f"3/3  rehearsing {PIPELINE} on it")
    parser = argparse.ArgumentParser()
    rehearse.configure(parser)
    command = [PIPELINE, "--repository", str(repository), "--event", "push", "--output", str(work / "results")]
    return rehearse.run(parser.parse_args([*command, "--json", str(work / "rehearsal.json")], arguments))


def fetch(requirement: Path, folder: Path) -> Path:
    """The source distribution that `requirement` pins by hash; downloaded once, and verified by pip."""
    pinned = re.match(r"(?P<name>[\w-]+)==(?P<version>[\w.]+) ", requirement.read_text(encoding="utf-8"))
    if pinned is None:
        raise ShuntyardError(f"{requirement} does not pin a version", hint="write name==version --hash=sha256:…")
    archive = folder / f"{pinned['name']}-{pinned['version']}.tar.gz"
    if not archive.is_file():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        options = ["--no-binary", ":all:", "--require-hashes", "--requirement", str(requirement), "--dest", str(folder)]
        call([*command, *options], "the package index may be out of reach")
    if not archive.is_file():
        raise ShuntyardError(f"pip did not leave {archive.name}", hint=f"look into {folder}")
    return archive


def make_repository(archive: Path, workflows: Path, target: Path) -> Path:
    """A fresh git repository with the archive's unmodified content, and the caller's workflow beside it."""
    shutil.rmtree(target, ignore_errors=True)
    unpacked = target.with_name("unpacked")
    shutil.rmtree(unpacked, ignore_errors=True)
    with tarfile.open(archive) as tar:
        tar.extractall(unpacked, filter="data")
    (folder,) = unpacked.iterdir()
    folder.rename(target)
    unpacked.rmdir()
    shutil.copytree(workflows, target / ".github", dirs_exist_ok=True)
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        ["commit", "--quiet", "-m", archive.stem],
    ):
        call(["git", "-C", str(target), *AUTHOR, *command], "git is needed")
    return target


def call(command: Sequence[str], hint: str) -> None:
    """Runs a command; its failure is an error that the user can read."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ShuntyardError(f"{' '.join(command[:4])} … failed:\n{done.stderr.strip()[-2000:]}", hint=hint)


def say(text: str) -> None:
    """Progress, for people who wait."""
    print(text, file=sys.stderr, flush=True)
