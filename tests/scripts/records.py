"""Any value of a declared type: what the tests of the wire, of plans and of results draw from."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any

from hypothesis import strategies as st

TEXT = st.text(max_size=8)


def of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a dataclass, or of any type that may stand in one."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        drawn = st.fixed_dictionaries({field.name: of(hints[field.name]) for field in dataclasses.fields(kind)})
        return drawn.map(lambda values: typing.cast(Any, kind)(**values))
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin in (typing.Union, types.UnionType):
        return st.one_of([of(argument) for argument in arguments])
    if origin is tuple:
        return st.lists(of(arguments[0]), max_size=2).map(tuple)
    if origin is dict:
        return st.dictionaries(TEXT, of(arguments[1]), max_size=2)
    return {
        str: TEXT,
        int: st.integers(),
        bool: st.booleans(),
        float: st.floats(allow_nan=False, allow_infinity=False),
        types.NoneType: st.none(),
    }[kind]
