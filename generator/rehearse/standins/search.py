"""The `path` input of actions/upload-artifact → the files, and the folder that their names in the artifact count from.

Rules from `@actions/glob` and upload-artifact's `search.ts`: a matched folder stands for everything below it, a line
that starts with `!` takes away, later lines win, links are followed, and broken or circular ones are left out.
"""

from __future__ import annotations

import fnmatch
import os
import re
from dataclasses import dataclass
from pathlib import Path

_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line: its path segments from the root of the file system, and whether it takes away."""

    segments: tuple[str, ...]
    negated: bool = False

    @property
    def search_path(self) -> tuple[str, ...]:
        """The segments before the first that holds a wildcard."""
        for index, segment in enumerate(self.segments):
            if _GLOB.search(segment):
                return self.segments[:index]
        return self.segments

    def matches(self, path: tuple[str, ...]) -> bool:
        """Whether the path, or a folder above it, fits."""
        return any(_fits(self.segments, path[:length]) for length in range(1, len(path) + 1))


def parse(text: str, base: Path, home: Path) -> list[Pattern]:
    """The patterns of an input; relative ones count from `base`. Empty lines and comments do not count."""
    patterns = []
    for line in (line.strip() for line in text.splitlines()):
        if not line or line.startswith("#"):
            continue
        bare = line.lstrip("!")
        path = home / bare[1:].lstrip("/") if bare == "~" or bare.startswith("~/") else base / bare
        segments = Path(os.path.normpath(path)).parts[1:]
        patterns.append(Pattern(segments, negated=(len(line) - len(bare)) % 2 == 1))
    return patterns


def find(patterns: list[Pattern], *, hidden: bool = False) -> tuple[list[Path], Path]:
    """The files, sorted, and the folder that their names in the artifact count from."""
    roots = _search_paths(patterns)
    files = sorted({file for root in roots for file in _walk(Path("/", *root), patterns, hidden, ())})
    if len(roots) > 1:
        return files, Path("/", *_common(roots))
    root = Path("/", *roots[0]) if roots else Path("/")
    return files, root.parent if files == [root] else root


def _walk(path: Path, patterns: list[Pattern], hidden: bool, above: tuple[str, ...]) -> list[Path]:
    if not hidden and path.name.startswith("."):
        return []
    if path.is_dir():
        real = os.path.realpath(path)
        if real in above:
            return []
        children = sorted(path.iterdir())
        return [file for child in children for file in _walk(child, patterns, hidden, (*above, real))]
    return [path] if path.exists() and _chosen(path, patterns) else []


def _chosen(path: Path, patterns: list[Pattern]) -> bool:
    chosen = False
    for pattern in patterns:
        if chosen == pattern.negated and pattern.matches(path.parts[1:]):
            chosen = not pattern.negated
    return chosen


def _search_paths(patterns: list[Pattern]) -> list[tuple[str, ...]]:
    """Where to look; what lies below another search path is not one of its own."""
    paths = list(dict.fromkeys(pattern.search_path for pattern in patterns if not pattern.negated))
    return [path for path in paths if not any(other != path and path[: len(other)] == other for other in paths)]


def _common(paths: list[tuple[str, ...]]) -> tuple[str, ...]:
    shared = []
    for parts in zip(*paths, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return tuple(shared)


def _fits(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    if not pattern or not path:
        return not path and all(segment == "**" for segment in pattern)
    if pattern[0] == "**":
        return _fits(pattern[1:], path) or _fits(pattern, path[1:])
    return fnmatch.fnmatchcase(path[0], pattern[0]) and _fits(pattern[1:], path[1:])
