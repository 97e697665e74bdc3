"""Secrets in an image: every new layer's files are read, their names and bytes both, and what describes the image.

A layer keeps a file also where a later one removes it. What lies compressed inside a file (an archive, a wheel) is not
unpacked. Values shorter than 6 characters are not looked for: they would be found everywhere.
"""

from __future__ import annotations

import base64
import fnmatch
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO
from urllib.parse import quote, quote_plus

from shuntyard.errors import EXIT_PROBLEMS, ShuntyardError
from shuntyard.images.layout import Layout
from shuntyard.text import line

NAMES = (
    ".pypirc",
    ".netrc",
    "_netrc",
    ".npmrc",
    ".git-credentials",
    ".dockercfg",
    ".docker/config.json",
    "containers/auth.json",
    "*.key",
    "*.p12",
    "*.pfx",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
)
SHORTEST = 6  # characters
_PIECE = 1 << 20
_GOOD_KINDS = ("+gzip", ".tar.gzip", ".tar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """One find: where, and what it is. Never the value itself."""

    place: str
    path: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {line(self.path)} {self.what}"


def find_leaks(layout: Layout, secrets: Sequence[tuple[str, str]]) -> list[Leak]:
    """Everything that looks like a secret; `secrets` are names and values. Raises ShuntyardError for odd layers."""
    needles = _needles(secrets)
    leaks = []
    for what, text in (("configuration", layout.config), ("manifest", layout.manifest)):
        leaks += [Leak(place="the image", path=what, what=found) for found in _found(text.encode(), needles)]
    for number, layer in enumerate(layout.layers, 1):
        if layer.new:
            if not layer.media_type.endswith(_GOOD_KINDS):
                raise ShuntyardError(f"layer {number} is {layer.media_type}, which cannot be searched here")
            leaks += _in_layer(layout, layer.digest, f"layer {number}", needles)
    return leaks


def _in_layer(layout: Layout, digest: str, place: str, needles: dict[bytes, str]) -> Iterator[Leak]:
    try:
        with tarfile.open(layout.blob(digest), "r|*") as archive:
            for member in archive:
                name = member.name.removeprefix("./")
                if not member.isdir() and (pattern := _bad_name(name)):
                    yield Leak(place=place, path=name, what=f"has the name of a file with credentials ({pattern})")
                for text in (member.name, member.linkname):
                    for found in _found(text.encode("utf-8", "surrogateescape"), needles):
                        yield Leak(place=place, path="a file's name", what=found)
                if member.isfile() and (data := archive.extractfile(member)) is not None:
                    for found in sorted(set(_in_file(data, needles))):
                        yield Leak(place=place, path=name, what=found)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise ShuntyardError(f"{place} cannot be read: {error}", exit_code=EXIT_PROBLEMS) from error


def _bad_name(path: str) -> str:
    """The pattern that the path meets; empty for none."""
    for pattern in NAMES:
        names = path.endswith(f"/{pattern}") or path == pattern if "/" in pattern else False
        if names or fnmatch.fnmatchcase(PurePosixPath(path).name, pattern):
            return pattern
    return ""


def _needles(secrets: Sequence[tuple[str, str]]) -> dict[bytes, str]:
    """What to look for, and what to call it: each value as it is, as in an address, and in base64."""
    needles = {}
    for name, value in secrets:
        if len(value) < SHORTEST:
            continue
        data = value.encode("utf-8", "surrogateescape")
        for form in (quote(value, safe=""), quote_plus(value)):
            needles[form.encode()] = f"holds the value of {name}"
        for before in range(3):  # `user:password` in base64 is how credentials lie in files, and moves the value along
            packed = base64.b64encode(bytes(before) + data)
            needles[packed[(before * 8 + 5) // 6 : (before + len(data)) * 8 // 6]] = (
                f"holds the value of {name} in base64"
            )
        needles[data] = f"holds the value of {name}"
    return needles


def _in_file(data: IO[bytes], needles: dict[bytes, str]) -> Iterator[str]:
    keep = max(map(len, needles), default=1) - 1
    before = b""
    while needles and (piece := data.read(_PIECE)):
        yield from _found(before + piece, needles)
        before = (before + piece)[-keep:] if keep else b""


def _found(data: bytes, needles: dict[bytes, str]) -> list[str]:
    return sorted({what for needle, what in needles.items() if needle in data})
