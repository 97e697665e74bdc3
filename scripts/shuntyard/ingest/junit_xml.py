"""JUnit XML, as pytest, unittest-xml-reporting, absl, Bazel, gtest, CTest and Maven write it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO

from shuntyard.cases import merge
from shuntyard.ingest.text import encoding_of
from shuntyard.ingest.told import MIB, STREAM_LIMIT, Told
from shuntyard.junit import Reader
from shuntyard.result import CaseResult

SUMMARY = "JUnit XML of pytest, unittest, absl, Bazel, gtest, CTest, Maven"
LIMIT = STREAM_LIMIT
RUN_AGAIN = "failed and was run again; JUnit XML does not say why"
_MENDED = "it has characters that XML does not allow; they are shown as ?"
_PYTEST = ("pytest tests", "pytest")  # pytest's names for its root (since 8) and its suite
_TEARDOWN = "failed on teardown with"
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]{0,100})")
_NONCHARACTERS = re.compile("[\ufffe\uffff]")
_CONTROLS = bytes(sorted(set(range(32)) - {9, 10, 13}))
_TABLE = bytes.maketrans(_CONTROLS, b"?" * len(_CONTROLS))
_REFERENCE = re.compile(rb"&#(?:0{0,9}(?:[0-8]|1[124-9]|2[0-9]|3[01])|x0{0,9}(?:[0-8bcefBCEF]|1[0-9a-fA-F]));")
_LONGEST_REFERENCE = 16
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")


def fits(head: str) -> bool:
    return head.startswith("<") and root(head) in ("testsuites", "testsuite", "!DOCTYPE")


def root(head: str) -> str:
    """The name of an XML document's root; `!DOCTYPE` where one comes first; empty where neither is in the head."""
    position = 0
    while (position := head.find("<", position)) >= 0:
        if head.startswith("<!--", position):
            end, skipped = head.find("-->", position), 3
        elif head.startswith("<?", position):
            end, skipped = head.find("?>", position), 2
        elif head.startswith("<!DOCTYPE", position):
            return "!DOCTYPE"
        else:
            match = _ROOT.match(head, position)
            return match[1] if match else ""
        if end < 0:
            return ""
        position = end + skipped
    return ""


def read(file: BinaryIO) -> Told:
    """Reads it once; and again, with what XML does not allow replaced, where such characters are in the way."""
    reader = _read(file, lambda piece, _: piece)
    notes: tuple[str, ...] = ()
    if reader.bad_text and (mend := _mender(file)):
        mended = _read(file, mend)
        if len(mended.cases) > len(reader.cases) or not mended.problem:
            reader, notes = mended, (_MENDED,)
    cases: Sequence[CaseResult] = reader.cases
    if reader.suite in _PYTEST:
        cases = _pytest_reruns(cases)
    problem = "XML, but no JUnit XML" if reader.foreign and not reader.problem else reader.problem
    return Told(cases=cases, problem=problem, notes=notes, started_at=reader.started_at, duration_s=reader.duration_s)


def _read(file: BinaryIO, mend: Callable[[bytes, bool], bytes]) -> Reader:
    file.seek(0)
    reader = Reader(attempts=True)
    while (piece := file.read(MIB)) and reader.feed(mend(piece, False)):
        pass
    if not reader.problem:
        reader.feed(mend(b"", True), last=True)
    return reader


def _mender(file: BinaryIO) -> Callable[[bytes, bool], bytes] | None:
    """Replaces control characters, references to them, and (where UTF-8 is meant) bytes that are not UTF-8.

    None for UTF-16, whose bytes are not characters.
    """
    file.seek(0)
    head = file.read(300)
    if encoding_of(head).startswith("utf-16"):
        return None
    declared = _DECLARED.match(head.removeprefix(codecs.BOM_UTF8))
    is_utf8 = declared is None or declared[1].lower() in (b"utf-8", b"utf8")
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    kept = b""

    def mend(piece: bytes, last: bool) -> bytes:
        nonlocal kept
        if is_utf8:
            piece = _NONCHARACTERS.sub("?", decoder.decode(piece, last)).encode()
        piece = kept + piece.translate(_TABLE)
        start = -1 if last else piece.rfind(b"&", -_LONGEST_REFERENCE)  # it may go on in the next piece
        kept, piece = (piece[start:], piece[:start]) if start >= 0 else (b"", piece)
        return _REFERENCE.sub(b"?", piece)

    return mend


def _pytest_reruns(cases: Sequence[CaseResult]) -> list[CaseResult]:
    """pytest-rerunfailures leaves an element without a failure for each attempt that it ran again: those failed.

    Elements of one name that follow each other are one case: an error on teardown belongs to the call before it, and
    what is followed by another attempt did not pass. pytest's node ids are unique, so nothing else repeats a name.
    """
    found: list[CaseResult] = []
    for group in _groups(cases):
        if len(group) == 1:
            found += group
            continue
        attempts: list[CaseResult] = []
        for case in group:
            if attempts and case.outcome == "error" and case.message.startswith(_TEARDOWN):
                attempts[-1] = merge((attempts[-1], case))[0]
            else:
                attempts.append(case)
        *earlier, final = attempts
        for number, case in enumerate(earlier, 1):
            told = case if case.outcome != "passed" else replace(case, outcome="failed", message=RUN_AGAIN)
            found.append(replace(told, attempt=number))
        found.append(replace(final, attempt=len(attempts)))
    return found


def _groups(cases: Sequence[CaseResult]) -> Iterator[list[CaseResult]]:
    """Runs of entries with one name."""
    group: list[CaseResult] = []
    for case in cases:
        if group and case.case != group[0].case:
            yield group
            group = []
        group.append(case)
    if group:
        yield group
