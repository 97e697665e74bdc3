"""Files out of a run's artifacts on GitHub, read in memory: nothing is unpacked, nothing is run, sizes are bounded.

What a pull request's run uploaded is anybody's: an archive may be a bomb, a name may lead out of its folder, a file may
be of another kind. Only the members that are asked for are read, up to a limit; no name of an archive becomes a path.
"""

from __future__ import annotations

import http.client
import io
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from shuntyard.errors import ShuntyardError
from shuntyard.hub.answers import maybe, number_of, text_of
from shuntyard.hub.api import Api

ACTIONS = "actions: read"
LARGEST = 100 * 1024 * 1024  # bytes of an archive
MOST = 20  # artifacts of one run
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One artifact: its name, and the content of the members that were asked for and are in it."""

    name: str
    files: Mapping[str, bytes]
    problem: str = ""


def fetch(api: Api, run_id: str, pattern: str, members: Mapping[str, int]) -> list[Parcel]:
    """The artifacts of a run whose names fit the pattern, newest of each name; `members` are names and most bytes.

    An artifact that cannot be read has a `problem`: one bad one must not keep the others from being read.
    """
    path = f"/repos/{api.login.repository}/actions/runs/{run_id}/artifacts"
    newest: dict[str, tuple[int, int]] = {}
    for artifact in api.pages(path, f"list the artifacts of run {run_id}", ACTIONS, "artifacts"):
        name = text_of(artifact, "name")
        if fnmatchcase(name, pattern) and not artifact.get("expired"):
            found = number_of(artifact, "id"), number_of(artifact, "size_in_bytes")
            newest[name] = max(found, newest.get(name, found))
    if len(newest) > MOST:
        raise ShuntyardError(f"run {run_id} has {len(newest)} artifacts like {pattern!r}, more than {MOST}")
    return [_parcel(api, name, *newest[name], members) for name in sorted(newest)]


def _parcel(api: Api, name: str, key: int, size: int, members: Mapping[str, int]) -> Parcel:
    if size > LARGEST:
        return Parcel(name=name, files={}, problem=f"it has {size / 1e6:.0f} MB, more than {LARGEST / 1e6:.0f}")
    try:
        with zipfile.ZipFile(io.BytesIO(_download(api, name, key))) as archive:
            names = set(archive.namelist())
            files = {member: _read(archive, member, most) for member, most in members.items() if member in names}
        return Parcel(name=name, files=files)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        return Parcel(name=name, files={}, problem=f"it cannot be read: {str(error)[:200]}")


def _read(archive: zipfile.ZipFile, member: str, most: int) -> bytes:
    """At most `most` bytes, whatever the archive says of its size."""
    with archive.open(member) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"{member} has more than {most / 1e6:g} MB")
    return content


def _download(api: Api, name: str, key: int) -> bytes:
    """The archive. GitHub answers with an address of its storage, which gets no token."""
    path = f"/repos/{api.login.repository}/actions/artifacts/{key}/zip"
    answer = api.send("GET", path, f"download the artifact {name[:100]}", ACTIONS)
    address = maybe(dict(answer.headers), "location")
    own = urlsplit(api.login.api)
    place = urlsplit(address)
    if place.scheme != "https" and (place.scheme, place.netloc) != (own.scheme, own.netloc):
        raise ShuntyardError("GitHub names no safe place for an artifact", hint="check GITHUB_API_URL")
    problem = ""
    for attempt in range(_TRIES):
        if attempt:
            api.patience.pause(2.0**attempt)
        try:
            request = urllib.request.Request(address, headers={"User-Agent": "shuntyard"})  # noqa: S310
            with urllib.request.urlopen(request, timeout=api.patience.timeout_s) as response:  # noqa: S310
                content: bytes = response.read(LARGEST + 1)
            if len(content) > LARGEST:
                raise ValueError(f"it is larger than {LARGEST / 1e6:.0f} MB")
            return content
        except urllib.error.HTTPError as error:
            problem = f"the storage answers {error.code}"
        except (OSError, http.client.HTTPException) as error:
            problem = f"the storage cannot be reached: {type(error).__name__}"
    raise ShuntyardError(f"the artifact {name[:100]} cannot be downloaded: {problem}", hint="run this job again")
