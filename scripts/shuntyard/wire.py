"""Dataclasses ↔ JSON, strictly: what is read back has exactly the declared fields and types."""

from __future__ import annotations

import dataclasses
import functools
import sys
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
LARGEST = sys.float_info.max  # Python's json reads NaN, Infinity and integers of any length; JSON has none of them


class WireError(ValueError):
    """JSON that does not have the declared shape; the message starts with the path of the offending value.

    Also a value that JSON cannot hold.
    """


def encode(value: Any) -> Any:
    """A dataclass (nested, with tuples and dicts) as plain JSON values, fields in declared order.

    What is written can be read back: a number that JSON does not have (NaN, an infinity, beyond the largest float) is
    left out of a dict, such as a case's metrics, and raises WireError anywhere else.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items() if not _is_beyond_json(item)}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if _is_beyond_json(value):
        raise WireError(f"JSON has no number like {str(value)[:60]}")
    return value


def _is_beyond_json(value: Any) -> bool:
    return isinstance(value, (int, float)) and not -LARGEST <= value <= LARGEST


def decode(kind: type[T], data: Any, path: str = "$") -> T:
    """The dataclass `kind` from JSON values.

    Raises WireError for a missing or unknown field or a value of another type. A field with a default may be absent,
    so that a reader accepts what an older writer of the same `schema` number left out.
    """
    result: T = _decode(kind, data, path)
    return result


def _decode(kind: Any, data: Any, path: str) -> Any:
    origin = typing.get_origin(kind)
    if dataclasses.is_dataclass(kind):
        return _decode_record(kind, data, path)
    if origin in (types.UnionType, typing.Union):
        return _decode_union(kind, data, path)
    if origin is typing.Literal:
        return _expect(data in typing.get_args(kind), data, path, f"one of {list(typing.get_args(kind))}")
    if origin is tuple:
        _expect(isinstance(data, Sequence) and not isinstance(data, str), data, path, "a list")
        item = typing.get_args(kind)[0]
        return tuple(_decode(item, value, f"{path}[{index}]") for index, value in enumerate(data))
    if origin is dict:
        _expect(isinstance(data, Mapping), data, path, "an object")
        item = typing.get_args(kind)[1]
        return {str(key): _decode(item, value, f"{path}.{key}") for key, value in data.items()}
    return _decode_scalar(kind, data, path)


def _decode_scalar(kind: Any, data: Any, path: str) -> Any:
    if kind is Any:
        return data
    if kind is float:
        _expect(isinstance(data, (int, float)) and not isinstance(data, bool), data, path, "a number")
        return float(_expect(-LARGEST <= data <= LARGEST, data, path, "a finite number"))
    name = "null" if kind is type(None) else kind.__name__
    right = isinstance(data, kind) and (kind is bool or not isinstance(data, bool))
    return _expect(right, data, path, f"of type {name}")


def _decode_union(kind: Any, data: Any, path: str) -> Any:
    problems = []
    for option in typing.get_args(kind):
        try:
            return _decode(option, data, path)
        except WireError as error:
            problems.append(str(error))
    raise WireError(" or ".join(problems))


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    # Evaluating the annotations takes 100 µs a record; a result has 100,000 of them.
    return typing.get_type_hints(kind)


def _decode_record(kind: Any, data: Any, path: str) -> Any:
    _expect(isinstance(data, Mapping), data, path, "an object")
    hints = _hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    unknown = sorted(set(data) - set(fields))
    if unknown:
        raise WireError(f"{path}: unknown field {unknown[0]!r}; known are {', '.join(fields)}")
    values = {}
    for name, field in fields.items():
        if name in data:
            values[name] = _decode(hints[name], data[name], f"{path}.{name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise WireError(f"{path}: field {name!r} is missing")
    return kind(**values)


def _expect(condition: bool, data: Any, path: str, what: str) -> Any:
    if not condition:
        shown = repr(data)
        raise WireError(f"{path}: expected {what}, found {shown if len(shown) <= 60 else shown[:57] + '...'}")
    return data
