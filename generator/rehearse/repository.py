"""The repository under rehearsal, and the copies that are rehearsed: the original is only ever read."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from shuntyard.errors import ShuntyardError

NOT_COPIED = frozenset({"venv", "node_modules", "__pycache__"})
HIDDEN_COPIED = frozenset({".github"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A git repository as it stands. `name` is owner/name; `branch` is empty where no branch is checked out; `changes`
    counts the files that differ from the commit `sha`, and `tags` are at it."""

    root: Path
    name: str
    url: str
    branch: str
    default_branch: str
    sha: str
    parent: str
    changes: int
    tags: tuple[str, ...] = ()


def inspect(folder: Path) -> Repository:
    """What git says about a folder. Raises ShuntyardError when it is no repository, or has no commit."""
    if not folder.is_dir():
        raise ShuntyardError(
            f"there is no folder {folder}", hint="--repository names a checkout of the repository that calls"
        )
    root = folder.resolve()
    top = git(root, "rev-parse", "--show-toplevel", missing=f"{folder} is not a git repository: git init, add, commit")
    if Path(top).resolve() != root:
        raise ShuntyardError(f"{folder} is a folder inside the repository {top}", hint=f"pass --repository {top}")
    sha = git(root, "rev-parse", "--verify", "HEAD", missing=f"{folder} has no commit yet: add, commit")
    branch = try_git(root, "symbolic-ref", "--quiet", "--short", "HEAD")
    url = _without_credentials(try_git(root, "remote", "get-url", "origin"))
    name = _name(url, root)
    return Repository(
        root=root,
        name=name,
        url=url if url and _owner_and_name(url) else f"https://github.com/{name}",
        branch=branch,
        default_branch=_default_branch(root, branch),
        sha=sha,
        parent=try_git(root, "rev-parse", "--verify", "--quiet", "HEAD^") or "0" * 40,
        changes=len(try_git(root, "status", "--porcelain", "--untracked-files=all").splitlines()),
        tags=tuple(try_git(root, "tag", "--points-at", "HEAD").splitlines()),
    )


def copy_repository(repository: Repository, target: Path) -> None:
    """A clone that has the original's working tree: what is tracked, and what is neither tracked nor ignored."""
    source = str(repository.root)
    git(target.parent, "clone", "--quiet", "--local", "--no-checkout", "--template=", source, str(target))
    git(target, "remote", "set-url", "origin", repository.url)
    git(target, "reset", "--quiet")
    _copy_files(repository.root, target, listed_files(repository.root))


def copy_toolkit(root: Path, target: Path) -> None:
    """The toolkit's files, without its history: what git lists, or everything but caches where it is no repository."""
    listed = try_git(root, "rev-parse", "--show-toplevel")
    inside = bool(listed) and Path(listed).resolve() == root.resolve()
    _copy_files(root, target, listed_files(root) if inside else _walk(root))


def listed_files(root: Path) -> list[str]:
    """Tracked files, and untracked ones that are not ignored; neither submodules nor repositories within."""
    text = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return sorted({name for name in text.split("\0") if name and not name.endswith("/")})


def git(folder: Path, *arguments: str, missing: str = "") -> str:
    """What a git command says. Raises ShuntyardError with `missing`, or with git's own words, when it fails."""
    try:
        done = _run(folder, arguments)
    except FileNotFoundError as error:
        raise ShuntyardError("git is not on PATH", hint="on Debian: apt-get install git") from error
    if done.returncode:
        said = done.stderr.strip()
        raise ShuntyardError(missing or f"git {arguments[0]} failed in {folder}", hint=said[-500:])
    return done.stdout.rstrip("\n")


def try_git(folder: Path, *arguments: str) -> str:
    """As `git`, but empty when it fails."""
    try:
        return git(folder, *arguments)
    except ShuntyardError:
        return ""


def _run(folder: Path, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Variables such as GIT_DIR, which a git hook sets, would point git elsewhere; with optional locks, `git status`
    would write to the index."""
    env = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith("GIT_SSL")
    }
    command = ["git", "--no-optional-locks", "-c", "core.quotePath=false", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, errors="surrogateescape", env=env, check=False)


def _copy_files(source: Path, target: Path, names: list[str]) -> None:
    for name in names:
        file, copy = source / name, target / name
        if file.is_symlink() or file.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, copy, follow_symlinks=False)


def _walk(root: Path) -> list[str]:
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [n for n in folders if n in HIDDEN_COPIED or not (n.startswith(".") or n in NOT_COPIED)]
        found += [str((Path(folder) / file).relative_to(root)) for file in files]
    return sorted(found)


def _name(url: str, root: Path) -> str:
    safe = re.sub(r"[^A-Za-z0-9_.-]", "-", root.name).strip(".") or "repository"
    return _owner_and_name(url) or f"local/{safe}"


def _owner_and_name(url: str) -> str:
    match = (
        re.search(r"[/:]([A-Za-z0-9_.-]+)/([A-Za-z0-9_.-]+?)(?:\.git)?/?$", url) if "://" in url or "@" in url else None
    )
    return f"{match[1]}/{match[2]}" if match else ""


def _without_credentials(url: str) -> str:
    return re.sub(r"^(https?://)[^/@]*@", r"\1", url)


def _default_branch(root: Path, branch: str) -> str:
    """What the remote says, else main or master where there is one, else the branch that is checked out."""
    remote = try_git(root, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD").removeprefix("origin/")
    local = try_git(root, "branch", "--format=%(refname:short)").splitlines()
    return remote or next((name for name in ("main", "master") if name in local), branch or "main")
