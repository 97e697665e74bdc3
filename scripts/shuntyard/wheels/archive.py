"""Wheels as archives: whether they hold what they list, and written anew so that the same content is the same file.

Source: PyPA specification "Binary distribution format"; reproducible-builds.org, "SOURCE_DATE_EPOCH".
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import lzma
import re
import shutil
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from shuntyard.wheels.faults import StepFailedError
from shuntyard.wheels.names import WheelName, normal, read_wheel

_ZIP_START, _ZIP_END = 315532800, 4354819198  # 1980-01-01T00:00:00Z and 2107-12-31T23:59:58Z: what ZIP can tell
_HASHES = ("sha256", "sha384", "sha512")  # "sha256 or better", and in every Python
_UNHASHED = ("RECORD", "RECORD.jws", "RECORD.p7s")
_LARGEST_TEXT = 16 << 20  # bytes of METADATA, WHEEL or an SBOM
_PIECE = 1 << 20
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, UnicodeDecodeError, csv.Error, EOFError, NotImplementedError,
    RuntimeError,
)  # fmt: skip


def members(path: Path) -> list[str]:
    """The paths of the files in it. Raises StepFailedError for what is no archive, and for paths that leave it."""
    with _opened(path) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
    for name in names:
        if name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts:
            raise StepFailedError(f"{path.name} holds {name!r}, which leads out of it")
    return names


def record_faults(path: Path) -> Iterator[tuple[str, str]]:
    """What RECORD promises and the archive does not keep, as (rule, message)."""
    names = members(path)
    for name in sorted({name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else ()):
        yield "record-twice", f"{name} is in it twice"
    try:
        with _opened(path) as archive:
            folder = dist_info(path)
            rows = list(csv.reader(io.StringIO(_text(archive, f"{folder}/RECORD"))))
            listed = {row[0]: row[1] for row in rows if len(row) == 3}
            for name in sorted(set(listed) - set(names)):
                yield "record-missing", f"{name} is listed in RECORD and is not in the wheel"
            for name in sorted(set(names) - set(listed) - {f"{folder}/{each}" for each in _UNHASHED}):
                yield "record-unlisted", f"{name} is in the wheel and is not listed in RECORD"
            for name in sorted(set(names) & set(listed)):
                if listed[name] and listed[name] != _hash(archive, name, listed[name].partition("=")[0]):
                    yield "record-differs", f"{name} is not the file that RECORD lists: its hash differs"
    except (*_BROKEN, KeyError) as error:
        yield "record-unreadable", f"RECORD cannot be checked: {error}"


def dist_info(path: Path) -> str:
    """The folder of its metadata. Raises StepFailedError unless there is exactly one."""
    folders = {name.split("/")[0] for name in members(path) if name.split("/")[0].endswith(".dist-info")}
    if len(folders) != 1:
        raise StepFailedError(f"{path.name} has {len(folders)} .dist-info folders; a wheel has one")
    return folders.pop()


def metadata(path: Path) -> str:
    """The text of METADATA."""
    try:
        with _opened(path) as archive:
            return _text(archive, f"{dist_info(path)}/METADATA")
    except (*_BROKEN, KeyError) as error:
        raise StepFailedError(f"{path.name}: METADATA cannot be read: {error}") from error


def rewrite(path: Path, folder: Path, name: WheelName, epoch: int, siblings: Mapping[str, str]) -> Path:
    """The wheel under another name in `folder`; where it is one with the same content, it is the same file.

    Version, build tag, the metadata folder's name and RECORD follow the name. `siblings` maps normalised projects of
    the same build to their full versions: a requirement `mini-pjrt==1.0` becomes `mini-pjrt==1.0+rocm7.2.0`, since the
    shorter one is met by any. Files are in order, RECORD last; times are `epoch` (seconds), modes 644 and 755.
    """
    old, target = read_wheel(path.name), folder / str(name)
    was, becomes = dist_info(path), f"{name.distribution}-{name.version}.dist-info"
    renamed = {was: becomes, was.replace(".dist-info", ".data"): becomes.replace(".dist-info", ".data")}
    date = time.gmtime(min(max(epoch, _ZIP_START), _ZIP_END))[:6]
    edits: dict[str, Callable[[str], str]] = {
        "METADATA": lambda text: _metadata(text, name.version, siblings),
        "WHEEL": lambda text: _wheel(text, name.build),
    }
    try:
        with _opened(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as result:
            record: list[tuple[str, str, str]] = []
            for info in sorted((i for i in source.infolist() if not i.is_dir()), key=lambda i: _order(i.filename, was)):
                top, _, rest = info.filename.partition("/")
                if top == was and rest in _UNHASHED:
                    continue
                entry = zipfile.ZipInfo(f"{renamed.get(top, top)}/{rest}" if rest else top, date)
                entry.external_attr = (0o100755 if info.external_attr >> 16 & 0o111 else 0o100644) << 16
                entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
                edit = edits.get(rest) if top == was else None
                if top == was and rest.startswith("sboms/"):
                    edit = lambda text: _bill(text, old, name)  # noqa: E731
                record.append(_copied(source, info, result, entry, edit))
            listing = io.StringIO()
            csv.writer(listing, lineterminator="\n").writerows([*record, (f"{becomes}/RECORD", "", "")])
            entry = zipfile.ZipInfo(f"{becomes}/RECORD", date)
            entry.external_attr, entry.compress_type, entry.create_system = 0o100644 << 16, zipfile.ZIP_DEFLATED, 3
            result.writestr(entry, listing.getvalue())
    except _BROKEN as error:
        raise StepFailedError(f"{path.name} cannot be read: {error}") from error
    return target


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except _BROKEN as error:
        raise StepFailedError(f"{path.name} is not a whole archive: {error}") from error


def _text(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as file:
        data = file.read(_LARGEST_TEXT + 1)
    if len(data) > _LARGEST_TEXT:
        raise StepFailedError(f"{name} is larger than any such file")
    return data.decode("utf-8")


def _hash(archive: zipfile.ZipFile, name: str, algorithm: str) -> str:
    if algorithm not in _HASHES:
        return ""
    digest = hashlib.new(algorithm)
    with archive.open(name) as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return f"{algorithm}={_base64(digest.digest())}"


def _base64(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _order(name: str, dist_info: str) -> tuple[bool, str]:
    return name.startswith(f"{dist_info}/"), name


def _copied(
    source: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    result: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    edit: Callable[[str], str] | None,
) -> tuple[str, str, str]:
    """Copies one file; returns its line of RECORD."""
    if edit is not None:
        data = edit(_text(source, info.filename)).encode()
        result.writestr(entry, data)
        return entry.filename, f"sha256={_base64(hashlib.sha256(data).digest())}", str(len(data))
    entry.file_size = info.file_size  # so that one beyond 2 GiB gets the longer header
    digest = hashlib.sha256()
    with source.open(info) as reader, result.open(entry, "w") as writer:
        while piece := reader.read(_PIECE):
            digest.update(piece)
            writer.write(piece)
    return entry.filename, f"sha256={_base64(digest.digest())}", str(info.file_size)


def _metadata(text: str, version: str, siblings: Mapping[str, str]) -> str:
    head, blank, body = text.partition("\n\n")
    head = re.sub(r"(?m)^Version:.*$", f"Version: {version}", head, count=1)

    def pinned(match: re.Match[str]) -> str:
        full = siblings.get(normal(match["name"]), "")
        same = full and full.partition("+")[0] == match["version"]
        return f"{match['before']}{match['name']}=={full}{match['after']}" if same else match[0]

    pattern = (
        r"(?m)^(?P<before>Requires-Dist: )(?P<name>[\w.-]+) *\(?== *(?P<version>[^\s;,()*]+)\)?(?P<after> *(;.*)?)$"
    )
    return re.sub(pattern, pinned, head) + blank + body


def _wheel(text: str, build: str) -> str:
    lines = [line for line in text.rstrip("\n").split("\n") if not line.startswith("Build:")]
    return "\n".join([*lines, *([f"Build: {build}"] if build else [])]) + "\n"


def _bill(text: str, old: WheelName, new: WheelName) -> str:
    """A bill of materials names the wheel that it belongs to, as a package URL."""
    return text.replace(
        f"@{quote(old.version)}?file_name={quote(str(old))}", f"@{quote(new.version)}?file_name={quote(str(new))}"
    )


def copied(path: Path, folder: Path) -> Path:
    """The file in another folder, its time and mode not kept."""
    return Path(shutil.copyfile(path, folder / path.name))
