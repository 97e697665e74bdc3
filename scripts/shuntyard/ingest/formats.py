"""The formats of test results, and which one a file has: its content says, its name never does."""

from __future__ import annotations

import re
from typing import NamedTuple

from shuntyard.ingest import bazel_events, gtest_json, junit_xml, reportlog, shuntyard_json
from shuntyard.ingest.text import decode
from shuntyard.ingest.told import Format

HEAD = 64 * 1024  # bytes that a format is known by

# In this order: an event stream may quote anything further on, so what is known by its first words is asked first.
FORMATS: dict[str, Format] = {
    "junit": junit_xml,
    "pytest-reportlog": reportlog,
    "bazel-events": bazel_events,
    "shuntyard": shuntyard_json,
    "gtest-json": gtest_json,
}
_PACKED = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
_WORD = re.compile(r"[^<>&\s]{1,60}")


class Detected(NamedTuple):
    """A format's name; or "" and what the file is instead, `foreign` when it is sound content of another kind."""

    format: str
    why: str = ""
    foreign: bool = False


def detect(head: bytes) -> Detected:
    """The format of a file that begins so."""
    packed = next((name for magic, name in _PACKED if head.startswith(magic)), "")
    if packed:
        return Detected("", f"is packed ({packed}): unpack it first")
    text = decode(head[:HEAD]).lstrip("\ufeff\0 \t\r\n")
    if not text:
        return Detected("", "is empty" if not head.strip(b"\0 \t\r\n") else "has no text")
    for name, module in FORMATS.items():
        if module.fits(text):
            return Detected(name)
    if text.startswith("<") and (root := junit_xml.root(text)):
        return Detected("", f"is XML, but no test results: its root is {root}", foreign=True)
    if text.startswith(("{", "[")):
        return Detected("", "is JSON, but of no format of test results that is known", foreign=True)
    match = _WORD.match(text)
    begins = f" (it begins with {match[0]!a})" if match else ""
    return Detected("", f"is of no format of test results that is known{begins}")
