"""What one job hands to the next: a folder of files that says what it holds, and a marker that says it is whole.

    wheels/
      jax_rocm7_pjrt-0.10.2-py3-none-any.whl
      manifest.json      schema, kind, axes, facts, and the size and sha256 of every file
      _SUCCESS           written last: the sha256 of manifest.json

A job that dies half-way, an upload that stops and a wheel of another ROCm version under the same name are all told
apart from a hand-over that is whole. Many of them lie side by side as `<tier>/<version>/`, and `<tier>/LATEST` names
the one that was published last.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.unit import check_name

SCHEMA = 1
MANIFEST, MARKER, LATEST = "manifest.json", "_SUCCESS", "LATEST"
_AGAIN = "take the hand-over from a run that finished, or run the job that makes it again"
_PIECE = 1 << 20
_LONGEST_MANIFEST = 16 << 20  # bytes; one file takes about 150
_LONGEST_POINTER = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a hand-over. `path` is below its folder, with forward slashes; `size` is in bytes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """manifest.json. `kind` is what the files are, such as wheels or image; `axes` are the values of the matrix that
    they were made for, such as rocm and python; `facts` is all else, such as an image's digest."""

    schema: int = SCHEMA
    kind: str
    axes: dict[str, str]
    facts: dict[str, str]
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A hand-over that was found whole when it was written or read: every file is what its manifest says."""

    folder: Path
    kind: str
    axes: Mapping[str, str]
    facts: Mapping[str, str]
    files: tuple[File, ...]

    def paths(self, suffix: str = "") -> list[Path]:
        """The files whose names end so, such as `.whl`, by name."""
        return [self.folder / file.path for file in self.files if file.path.endswith(suffix)]

    def fact(self, name: str) -> str:
        """A fact that the reader cannot do without. Raises ShuntyardError where the hand-over does not say it."""
        if not self.facts.get(name):
            raise ShuntyardError(f"the hand-over {self.folder} does not say its {name}", hint=_AGAIN)
        return self.facts[name]


def write(folder: Path, *, kind: str, axes: Mapping[str, str], facts: Mapping[str, str] | None = None) -> Handover:
    """Makes a hand-over of everything that lies in `folder`; the marker comes last, and an old one goes first.

    Raises ShuntyardError for a folder without files, for a link, and for a name that is not safe on every system.
    """
    check_name("the kind of hand-over", kind)
    for name in (MARKER, MANIFEST):
        (folder / name).unlink(missing_ok=True)
    files = tuple(_described(folder, path) for path in sorted(_listed(folder)))
    if not files:
        raise ShuntyardError(f"there is nothing to hand over in {folder}", hint="the step before this one made no file")
    manifest = Manifest(kind=kind, axes=dict(axes), facts=dict(facts or {}), files=files)
    data = (json.dumps(wire.encode(manifest), indent=1) + "\n").encode()
    _write_whole(folder / MANIFEST, data)
    _write_whole(folder / MARKER, f"{hashlib.sha256(data).hexdigest()}\n".encode())
    return _opened(folder, manifest)


def read(folder: Path, *, kind: str = "") -> Handover:
    """The hand-over in `folder`, checked to the last byte; `kind` is what it has to be, "" takes any.

    Raises ShuntyardError that names what is missing, differs, or was not handed over.
    """
    manifest = _manifest(folder)
    if kind and manifest.kind != kind:
        raise ShuntyardError(f"{folder} hands over {manifest.kind!r}, and {kind!r} is needed", hint=_AGAIN)
    paths = [file.path for file in manifest.files]
    for path in paths:
        _check_path(path)
    stray = sorted(set(_listed(folder)) - {MANIFEST, MARKER} - set(paths))
    if stray:
        raise ShuntyardError(f"{folder} holds {stray[0]!r}, which was not handed over", hint="use a folder of its own")
    for file in manifest.files:
        _check_file(folder, file)
    return _opened(folder, manifest)


def publish_latest(root: Path, name: str) -> Handover:
    """Points `<root>/LATEST` at the hand-over in `<root>/<name>/`; `root` is the folder of one tier.

    Raises ShuntyardError, and leaves the pointer as it was, when that hand-over is not whole.
    """
    check_name("the version", name)
    handover = read(root / name)
    _write_whole(root / LATEST, f"{name}\n".encode())
    return handover


def latest(root: Path) -> Path:
    """The folder that `<root>/LATEST` points at. Raises ShuntyardError when nothing was published there."""
    try:
        with (root / LATEST).open(encoding="utf-8") as file:
            name = file.read(_LONGEST_POINTER).strip()
    except (OSError, ValueError) as error:
        raise ShuntyardError(f"nothing was published in {root}: it has no {LATEST}", hint=_AGAIN) from error
    check_name("the version", name)
    return root / name


def _manifest(folder: Path) -> Manifest:
    marker, path = folder / MARKER, folder / MANIFEST
    if not marker.is_file():
        raise ShuntyardError(f"{folder} is not whole: it has no {MARKER}, which is written last", hint=_AGAIN)
    try:
        promised = marker.read_bytes()[:_LONGEST_POINTER].decode("ascii", "replace").strip()
        if path.stat().st_size > _LONGEST_MANIFEST:
            raise ShuntyardError(f"{path} is larger than any hand-over's", hint=_AGAIN)
        data = path.read_bytes()
        manifest = wire.decode(Manifest, json.loads(data))
    except (OSError, ValueError, RecursionError) as error:
        raise ShuntyardError(f"{path} cannot be read: {error}", hint=_AGAIN) from error
    if manifest.schema != SCHEMA:
        raise ShuntyardError(f"{path} has the schema {manifest.schema}, known is {SCHEMA}", hint="use one Shuntyard")
    if promised != hashlib.sha256(data).hexdigest():
        raise ShuntyardError(f"{path} is not the one that {MARKER} vouches for", hint=_AGAIN)
    return manifest


def _check_file(folder: Path, file: File) -> None:
    path = folder / file.path
    if not path.is_file():
        raise ShuntyardError(f"{folder} lacks {file.path!r}, which was handed over", hint=_AGAIN)
    size = path.stat().st_size
    if size != file.size:
        raise ShuntyardError(f"{path} has {size:,} bytes, and {file.size:,} were handed over", hint=_AGAIN)
    if sha256_of(path) != file.sha256:
        raise ShuntyardError(f"{path} is not the file that was handed over: its sha256 differs", hint=_AGAIN)


def _listed(folder: Path) -> Iterator[str]:
    """The path of every file below the folder. Raises ShuntyardError for what is neither a file nor a folder."""
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise ShuntyardError(f"{path} is a link or no file", hint="hand over plain files")
        for name in files:
            yield Path(place, name).relative_to(folder).as_posix()


def _described(folder: Path, name: str) -> File:
    _check_path(name)
    path = folder / name
    return File(path=name, size=path.stat().st_size, sha256=sha256_of(path))


def _check_path(name: str) -> None:
    parts = PurePosixPath(name).parts
    if PurePosixPath(*parts).as_posix() != name or name in (MANIFEST, MARKER):
        raise ShuntyardError(f"{name[:200]!r} cannot be handed over", hint="use plain names below the folder")
    for part in parts:
        check_name("the file", part)


def sha256_of(path: Path) -> str:
    """A file's SHA-256, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _write_whole(path: Path, data: bytes) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # else a machine that dies could keep the marker and lose what it vouches for
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _opened(folder: Path, manifest: Manifest) -> Handover:
    return Handover(
        folder=folder, kind=manifest.kind, axes=manifest.axes, facts=manifest.facts, files=manifest.files
    )  # fmt: skip
