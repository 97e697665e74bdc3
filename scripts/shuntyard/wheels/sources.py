"""Source distributions as archives: written anew so that the same content is the same file, and unpacked safely."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from shuntyard.wheels.faults import StepFailedError

_MOST_BYTES = 8 << 30
_MOST_FILES = 500_000


def normalise(path: Path, folder: Path, epoch: int) -> Path:
    """The archive in `folder`: sorted, every time `epoch` (seconds), no owners, modes 644 and 755."""
    target = folder / path.name
    with (
        _opened(path) as source,
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", mtime=epoch, fileobj=raw) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as result,
    ):
        for member, data in sorted(_files(path, source), key=lambda pair: pair[0].name):
            entry = tarfile.TarInfo(member.name)
            entry.size, entry.mtime, entry.mode = member.size, epoch, 0o755 if member.mode & 0o111 else 0o644
            result.addfile(entry, data)
    return target


def unpack(path: Path, folder: Path) -> Path:
    """Its files below `folder`; returns its one top folder. Raises StepFailedError for links and for ways out."""
    tops = set()
    with _opened(path) as source:
        for member, data in _files(path, source):
            place = folder / member.name
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as file:
                while piece := data.read(1 << 20):
                    file.write(piece)
            place.chmod(0o755 if member.mode & 0o111 else 0o644)
            tops.add(PurePosixPath(member.name).parts[0])
    if len(tops) != 1:
        raise StepFailedError(f"{path.name} has {len(tops)} folders at its top; a source distribution has one")
    return folder / tops.pop()


def _opened(path: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(path, "r:gz")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise StepFailedError(f"{path.name} is not a whole archive: {error}") from error


def _files(path: Path, source: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    size = 0
    try:
        for number, member in enumerate(source):  # one by one: a small file can unpack to more than a disk
            parts = PurePosixPath(member.name).parts
            size += member.size
            if member.isdir():
                continue
            data = source.extractfile(member) if member.isreg() else None
            if data is None or member.name.startswith("/") or ".." in parts or "\\" in member.name:
                raise StepFailedError(f"{path.name} holds {member.name!r}, a link or a path that leads out of it")
            if number > _MOST_FILES or size > _MOST_BYTES:
                raise StepFailedError(f"{path.name} unpacks to more than any source distribution")
            yield member, data
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise StepFailedError(f"{path.name} is not a whole archive: {error}") from error
