"""Writes a record as run-shard does: `<folder>/<row id>/r<repetition>/result.json`."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from json.encoder import encode_basestring
from pathlib import Path

from shuntyard import wire
from shuntyard.cases import MESSAGE_LIMIT, bound
from shuntyard.collect import RESULT, SIZE_LIMIT
from shuntyard.errors import ShuntyardError
from shuntyard.ingest.record import outcome_of
from shuntyard.result import BAD_CASES, CaseResult, ShardResult

_SHORTER = (MESSAGE_LIMIT, 400, 40)  # characters of a message, where a record would be too long to be read back
_HEAD = 100_000  # bytes for everything but the cases


def write_record(folder: Path, record: ShardResult) -> Path:
    """`<folder>/<row id>/r<repetition>/result.json`, whole or not at all; replaces an earlier one of this execution.

    Raises ShuntyardError when another shard's lies there.
    """
    path = folder / record.key.row_id / f"r{record.repetition}" / RESULT
    _check_place(path, record)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{RESULT}.{os.getpid()}")
    part.write_bytes(encode_record(record))
    part.replace(path)
    return path


def _check_place(path: Path, record: ShardResult) -> None:
    try:
        there = json.loads(path.read_bytes())
        shard = (there["shard_index"], there["shard_of"])
    except (OSError, ValueError, RecursionError, TypeError, KeyError):
        return
    if shard != (record.shard_index, record.shard_of):
        raise ShuntyardError(
            f"{path} is of shard {shard[0]} of {shard[1]}", hint="give each shard a results folder of its own"
        )


def encode_record(record: ShardResult, limit: int = SIZE_LIMIT) -> bytes:
    """The record as JSON of at most `limit` bytes, which is what readers take: messages are cut, then cases left out.

    One line a case. Bad cases are left out last, and an error row says how many are.
    """
    data = b""
    for length in _SHORTER:
        data = _encode(record, [_as_json(case, length) for case in record.cases])
        if len(data) <= limit:
            return data
    texts = [_as_json(case, _SHORTER[-1]) for case in record.cases]
    order = sorted(range(len(texts)), key=lambda index: record.cases[index].outcome not in BAD_CASES)
    room, kept = limit - _HEAD, []
    for index in order:
        room -= len(texts[index].encode()) + 2
        if room < 0:
            break
        kept.append(index)
    why = f"{len(texts) - len(kept):,} cases are left out: a record holds up to {limit:,} bytes"
    row = CaseResult(case="result.json::(file)", outcome="error", message=why)
    error = f"{why}; {record.error}" if record.error else why
    left = replace(record, error=bound(error), outcome=outcome_of(record.exit_code, (*record.cases, row), error))
    return _encode(left, [*(texts[index] for index in sorted(kept)), _as_json(row, MESSAGE_LIMIT)])


def _encode(record: ShardResult, cases: Sequence[str]) -> bytes:
    head = json.dumps(wire.encode(replace(record, cases=())), indent=1, ensure_ascii=False)
    listed = ",\n  ".join(cases)
    return (head.removesuffix("[]\n}") + (f"[\n  {listed}\n ]" if listed else "[]") + "\n}\n").encode(
        "utf-8", "replace"
    )


def _as_json(case: CaseResult, length: int) -> str:
    # Spelled out: `wire.encode` and one call of json.dumps a case take ten times as long, which 100,000 cases feel.
    message = case.message if len(case.message) <= length else bound(case.message, length)
    metrics = json.dumps(case.metrics) if case.metrics else "{}"
    return (
        f'{{"case": {encode_basestring(case.case)}, "outcome": "{case.outcome}", "setup_s": {case.setup_s!r}, '
        f'"call_s": {case.call_s!r}, "attempt": {case.attempt}, "message": {encode_basestring(message)}, '
        f'"metrics": {metrics}}}'
    )
