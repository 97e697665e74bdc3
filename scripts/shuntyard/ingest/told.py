"""What one file of test results says, before it is put together with others. Pure data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import BinaryIO, NamedTuple, Protocol

from shuntyard.ingest.bazel_places import Place
from shuntyard.result import CaseResult, ShardResult

MIB = 1024 * 1024
STREAM_LIMIT = 256 * MIB  # bytes of a file that is read piece by piece; 500,000 cases take about 70 MB
DOCUMENT_LIMIT = 64 * MIB  # bytes of a JSON document, which is read whole


class Attempt(NamedTuple):
    """One run of one Bazel test target, as the build events tell it. `case` is the target's own row in the results.

    `where` it came from: "remote", "local", "remote cache" or "local cache".
    """

    label: str
    case: CaseResult
    cached: bool
    where: str = "local"


class Told(NamedTuple):
    """What a file says.

    `cases` are in the file's order; attempts of one case count up from 1, and a second 1 is the case once more.
    `problem` says why the file is not whole; `notes` what a reader should know besides. `started_at` (ISO 8601, with
    its zone), `duration_s` and `exit_code` are of the command that wrote the file; empty, 0 and None where it does not
    say. `attempts` are Bazel's, by where each leaves its test.xml (bazel_places). `result` is our own, without its
    cases.
    """

    cases: Sequence[CaseResult] = ()
    problem: str = ""
    notes: tuple[str, ...] = ()
    started_at: str = ""
    duration_s: float = 0.0
    exit_code: int | None = None
    attempts: Mapping[Place, Attempt] | None = None
    result: ShardResult | None = None


class Source(NamedTuple):
    """One file: what it is called, its format ("" where it has none that is known), and what it says.

    `foreign` is sound content of another kind, such as coverage.xml.
    """

    name: str
    format: str
    told: Told
    foreign: bool = False


class Format(Protocol):
    """What a module of a format provides. `LIMIT` is in bytes; longer files are not read.

    `fits` is asked with the beginning of the file as text, without byte order mark and leading space. `read` takes any
    bytes at all; for what its content is, it raises nothing but ValueError.
    """

    SUMMARY: str
    LIMIT: int

    def fits(self, head: str) -> bool: ...

    def read(self, file: BinaryIO) -> Told: ...
