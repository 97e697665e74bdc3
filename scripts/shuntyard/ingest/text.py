"""Text and JSON out of files that nobody vouches for: bounded lines, bounded values."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from shuntyard.ingest.told import MIB

LINE_LIMIT = 16 * MIB  # characters of one line
MOST_MARKS = 5_000_000  # commas and opening brackets of one document: each can be a value of some 100 bytes in memory
_MOST_LINE_MARKS = 500_000
MOST_LINES = 2_000_000  # pytest-reportlog writes three a case
MOST_BROKEN = 10_000
_DECODER = json.JSONDecoder(strict=False)  # made once: json.loads would make one a line
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(head: bytes) -> str:
    """The encoding that the first bytes show: a byte order mark's, or UTF-16 by its zeros, or else UTF-8."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if len(head) > 3 and head[0] and not head[1] and head[2] and not head[3]:
        return "utf-16-le"
    if len(head) > 3 and not head[0] and head[1] and not head[2] and head[3]:
        return "utf-16-be"
    return "utf-8"


def decode(data: bytes) -> str:
    """The bytes as text; what is not of their encoding becomes U+FFFD."""
    return data.decode(encoding_of(data[:4]), "replace")


class Broken:
    """Counts the lines that cannot be read, and keeps what is wrong with the first."""

    def __init__(self) -> None:
        self.count = 0
        self.first = self.end = ""

    def stop(self, number: int, why: str) -> None:
        """Nothing is read from this line on."""
        self.end = f"line {number:,} and those after it were not read: {why}"

    def add(self, number: int, why: object) -> None:
        self.count += 1
        self.first = self.first or f"line {number:,} {why}"

    def problem(self, end: str) -> str:
        """What is wrong with the file; `end` says what is missing at its end, or nothing."""
        more = f" (and {self.count - 1:,} more)" if self.count > 1 else ""
        return "; ".join(filter(None, (self.first and f"{self.first}{more}", self.end or end)))


def lines(file: BinaryIO, broken: Broken) -> Iterator[tuple[int, str]]:
    """Each line that is not empty, with its number from 1, without what ends it; at most LINE_LIMIT + 1 characters.

    Ends early, and says so in `broken`, after MOST_LINES lines, or MOST_BROKEN that could not be read.
    """
    head = file.read(4)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding_of(head), errors="replace", newline="\n")
    try:
        number = 0
        while line := text.readline(LINE_LIMIT + 1):
            number += 1
            if number > MOST_LINES or broken.count > MOST_BROKEN:
                broken.stop(number, "they are too many")
                return
            rest = line
            while len(rest) > LINE_LIMIT and not rest.endswith("\n"):
                rest = text.readline(LINE_LIMIT + 1)
            if line := line.strip():
                yield number, line
    finally:
        text.detach()  # else it closes the file


def parse_json(text: str, most_marks: int = MOST_MARKS) -> Any:
    """A value from JSON, also with control characters in its texts. Raises ValueError that says what is wrong."""
    if text.count(",") + text.count("[") + text.count("{") > most_marks:
        raise ValueError(f"holds more than {most_marks:,} values")
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("is nested too deep") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error}") from error
    except ValueError as error:  # a number with thousands of digits
        raise ValueError(f"holds what cannot be read: {str(error)[:200]}") from error


def parse_line(text: str) -> Any:
    """A value from one line of JSON. Raises ValueError."""
    if len(text) > LINE_LIMIT:
        raise ValueError(f"has more than {LINE_LIMIT:,} characters")
    return parse_json(text, _MOST_LINE_MARKS)


def of(value: object, *names: str) -> Any:
    """A value inside nested objects; None where a name is not there, or something is no object."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def words(value: object, limit: int = LINE_LIMIT) -> str:
    """The value if it is text, at most `limit` characters of it; else the empty text."""
    return value[:limit] if isinstance(value, str) else ""


def whole(value: object) -> int:
    """A whole number from 0 to 2**31 - 1, also as text (as JSON writes protobuf's int64); 0 for anything else."""
    if isinstance(value, str) and len(value) < 12 and value.isascii() and value.isdecimal():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else 0
