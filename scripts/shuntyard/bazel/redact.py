"""Takes secrets out of what is shown or kept: a log, a test's output, an event. Line by line, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

STARS = b"***"
_SHORTEST = 8  # characters: a shorter line of a PEM file says nothing, and stands in every other text
_LONGEST_LINE = 1 << 20
_CHUNK = 1 << 16


class Redactor:
    """Replaces each line of each secret. A PEM file shows as its lines, also where its line ends became `\\n`."""

    def __init__(self, secrets: Iterable[str]) -> None:
        pieces = {line.strip() for text in secrets for line in text.splitlines()}
        pieces = {piece for piece in pieces if len(piece) >= _SHORTEST and not piece.startswith("-----")}
        self.pieces = tuple(piece.encode() for piece in pieces)
        known = sorted(map(re.escape, self.pieces), key=len, reverse=True)
        self._pattern = re.compile(b"|".join(known)) if known else None
        self.reach = max((len(piece) for piece in known), default=0)

    def bytes(self, data: bytes) -> bytes:
        """The data without secrets."""
        return self._pattern.sub(STARS, data) if self._pattern else data

    def text(self, text: str) -> str:
        """The text without secrets."""
        return self.bytes(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")

    def copy(self, source: BinaryIO, target: BinaryIO, limit: int) -> int:
        """Copies at most `limit` bytes; returns how many were left out."""
        out = Redacted(self, target)
        left = limit
        while left > 0 and (data := source.read(min(_CHUNK, left))):
            out.write(data)
            left -= len(data)
        rest = 0
        while data := source.read(_CHUNK):
            rest += len(data)
        out.close(cut=bool(rest))
        return rest


class Redacted:
    """A stream to write to, such as a terminal: what arrives there has no secrets. Holds back an unfinished line."""

    def __init__(self, redactor: Redactor, target: BinaryIO) -> None:
        self._redactor, self._target, self._begun = redactor, target, b""

    def write(self, data: bytes) -> int:
        whole, newline, begun = (self._begun + data).rpartition(b"\n")
        if len(begun) > _LONGEST_LINE:  # no secret is parted: as much as the longest stays behind
            begun = self._redactor.bytes(begun)
            cut = len(begun) - self._redactor.reach
            whole, newline, begun = whole + newline + begun[:cut], b"", begun[cut:]
        self._begun = begun
        self._target.write(self._redactor.bytes(whole + newline))
        return len(data)

    def flush(self) -> None:
        self._target.flush()

    def close(self, *, cut: bool = False) -> None:
        """Writes what is held back; the target stays open. Where the text is cut off here, its end may be the beginning
        of a secret."""
        rest = self._redactor.bytes(self._begun)
        self._target.write(rest[:-begun] + STARS if cut and (begun := _begun(rest, self._redactor.pieces)) else rest)
        self._begun = b""
        self._target.flush()


def _begun(data: bytes, pieces: Iterable[bytes]) -> int:
    """How many bytes at the end are the beginning of a piece."""
    ends = (size for piece in pieces for size in range(len(piece) - 1, 0, -1) if data.endswith(piece[:size]))
    return max(ends, default=0)


def copy_file(redactor: Redactor, source: Path, target: Path, limit: int) -> int:
    """Copies a file without its secrets: at most `limit` bytes; returns how many were left out."""
    with source.open("rb") as read, target.open("wb") as write:
        left_out = redactor.copy(read, write, limit)
        if left_out:
            write.write(f"\n[cut here: {left_out:,} more bytes]\n".encode())
        return left_out
