"""Reads a folder of downloaded results: one piece of evidence for each `<artifact>/<row id>/r<repetition>/`."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path
from typing import Any, NoReturn

from shuntyard import wire
from shuntyard.evidence import Evidence
from shuntyard.result import SCHEMA, ShardResult

RESULT = "result.json"
SIZE_LIMIT = 256 * 1024 * 1024  # bytes; 100,000 cases with a message each take about a tenth of it
_REPETITION = re.compile(r"r([1-9][0-9]{0,2})")  # up to MOST_REPETITIONS
_LOG = "log.txt"
_LOG_TAIL = 2000  # bytes
_HIGHEST = 1e9  # seconds (30 years) or MB


def collect(folder: Path) -> tuple[Evidence, ...]:
    """All evidence below `folder`, in order of its path. Links are not followed: what an artifact holds is not trusted.

    A folder counts when it is called `r<number>` or holds a `result.json`. Nothing is raised for what is found in it; a
    folder that does not exist holds no evidence.
    """
    found = []
    for path, names, files in os.walk(folder):
        names.sort()
        place = Path(path)
        if place != folder and (_REPETITION.fullmatch(place.name) or RESULT in files or RESULT in names):
            found.append(_examine(folder, place))
    return tuple(found)


def _examine(root: Path, place: Path) -> Evidence:
    parts = place.relative_to(root).parts
    match = _REPETITION.fullmatch(place.name)
    repetition = int(match[1]) if match else 0
    row_id = parts[-2] if len(parts) > 1 else ""
    result, reason = _read(place / RESULT)
    absent = result is None and not os.path.lexists(place / RESULT)
    if result is not None:
        reason = _contradiction(result, row_id, repetition)
    return Evidence(
        folder="/".join(parts),
        artifact=parts[0] if len(parts) > 2 else "",
        row_id=row_id,
        repetition=repetition,
        result=None if reason else result,
        absent=absent,
        reason=reason,
        log=_tail(place / _LOG) if reason else "",
    )


def _read(path: Path) -> tuple[ShardResult | None, str]:
    """The result, or why there is none."""
    try:
        info = path.lstat()
        if not stat.S_ISREG(info.st_mode):
            return None, f"{RESULT} is not a regular file"
        if info.st_size > SIZE_LIMIT:
            return None, f"{RESULT} has {info.st_size:,} bytes, more than the {SIZE_LIMIT:,} that are read"
        data = path.read_bytes()
    except FileNotFoundError:
        return None, f"there is no {RESULT}"
    except OSError as error:
        return None, f"{RESULT} cannot be read: {error.strerror}"
    return parse_result(data)


def parse_result(data: bytes) -> tuple[ShardResult | None, str]:
    """A `result.json` from its bytes, or what is wrong with it. Never raises."""
    if not data.strip():
        return None, f"{RESULT} is empty"
    try:
        record = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
        schema = record.get("schema", SCHEMA) if isinstance(record, dict) else SCHEMA
        if schema != SCHEMA:
            return None, f"{RESULT} has schema {str(schema)[:20]}; this version of Shuntyard reads schema {SCHEMA}"
        result = wire.decode(ShardResult, record)
    except UnicodeDecodeError as error:
        return None, f"{RESULT} is not UTF-8 (byte {error.start})"
    except json.JSONDecodeError as error:
        return None, f"{RESULT} is not whole JSON: {error}"
    except wire.WireError as error:
        return None, f"{RESULT} has another shape: {error}"
    except (ValueError, OverflowError, RecursionError) as error:
        return None, f"{RESULT} holds what cannot be a result: {error}"
    return result, ""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"the number {name}")


def _contradiction(result: ShardResult, row_id: str, repetition: int) -> str:
    """What a well-formed result says that cannot be; empty when it can."""
    times: list[Any] = [result.duration_s, result.peak_memory_mb]
    times += [value for case in result.cases for value in (case.setup_s, case.call_s)]
    if not all(0 <= value <= _HIGHEST for value in times):
        return "a time or the memory is negative or beyond all measure"
    if not 1 <= result.shard_index <= result.shard_of:
        return f"it says that it is shard {result.shard_index} of {result.shard_of}"
    if (result.key.row_id, result.repetition) != (row_id, repetition):
        return f"it says that it is row {result.key.row_id!r}, repetition {result.repetition}, but lies elsewhere"
    return ""


def _tail(path: Path) -> str:
    """The end of a log, as far as there is one."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return ""
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - _LOG_TAIL, 0))
            return file.read(_LOG_TAIL).decode("utf-8", errors="replace").strip()
    except OSError:
        return ""
