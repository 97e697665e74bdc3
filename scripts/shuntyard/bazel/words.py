"""The alphabets of options: what a value may look like, checked before anything is made of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from shuntyard.errors import ShuntyardError

_HOLE = re.compile(r"\{([A-Za-z][A-Za-z0-9_-]*)\}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
LONGEST = 4000  # characters of one value


class Kind(NamedTuple):
    """A kind of value: what it looks like, and an example."""

    pattern: re.Pattern[str]
    example: str


COUNT = Kind(re.compile(r"[1-9][0-9]{0,6}"), "200")
CONFIG = Kind(re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/-]*"), "rocm_rbe")
TAGS = Kind(
    re.compile(r"[+-]?[A-Za-z0-9_.:=/][A-Za-z0-9_.:=/-]*(,[+-]?[A-Za-z0-9_.:=/][A-Za-z0-9_.:=/-]*)*"), "gpu,-manual"
)
TIMEOUTS = Kind(re.compile(r"[1-9][0-9]{0,6}(,[1-9][0-9]{0,6}){3}|[1-9][0-9]{0,6}"), "920,2400,7200,9600")
STRATEGY = Kind(re.compile(r"[a-z][a-z_-]*(,[a-z][a-z_-]*)*"), "remote,local")
INSTANCE = Kind(re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]*"), "projects/x/instances/default")
PROPERTY = Kind(re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]*=[A-Za-z0-9_.:/@+-]*"), "OSFamily=linux")
ENDPOINT = Kind(
    re.compile(r"((grpc|grpcs|http|https)://)?([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9_./-]*)?"),
    "grpcs://rbe.example:443",
)
URL = Kind(re.compile(r"https?://[A-Za-z0-9_.:/?=&%~+\[\]-]+"), "https://rbe.example/invocation/")
# A label or pattern of them: no space, no quote. Source: bazel.build, "Labels" and "Specifying targets to build".
TARGET = Kind(re.compile(r"-?(@{0,2}[A-Za-z0-9_.~+-]*//|:|[A-Za-z0-9_])[A-Za-z0-9_.~+=,@/:#$%^()\[\]{}!*-]*"), "//a:b")
VALUE = Kind(re.compile(r"[A-Za-z0-9_.+-]*"), "3.12")
OPTION = Kind(re.compile(r"--[A-Za-z@][^\x00-\x1f\x7f]*"), "--name=value")


def fill(text: str, values: Mapping[str, str], name: str) -> str:
    """The text with each `{axis}` replaced by the row's value. Raises ShuntyardError for an axis that it has not."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            known = ", ".join(f"{{{axis}}}" for axis in sorted(values)) or "none"
            raise ShuntyardError(f"{match[0]} in input {name!r} is no axis of the row", hint=f"known: {known}")
        return values[match[1]]

    return _HOLE.sub(value, text)


def check(text: str, kind: Kind, name: str) -> str:
    """The text, when it is of the kind. Raises ShuntyardError that names the input and shows an example."""
    if len(text) > LONGEST or _UNPRINTABLE.search(text) or not kind.pattern.fullmatch(text):
        raise ShuntyardError(f"{text[:200]!r} in input {name!r} is not understood", hint=f"such as {kind.example}")
    return text


def lines(text: str, kind: Kind, name: str) -> tuple[str, ...]:
    """One value a line; empty lines and comments are passed over."""
    found = (line.strip() for line in text.splitlines())
    return each([line for line in found if line and not line.startswith("#")], kind, name)


def each(texts: Iterable[str], kind: Kind, name: str) -> tuple[str, ...]:
    """The texts, when all of them are of the kind."""
    return tuple(check(text, kind, name) for text in texts)


def several(text: str, kind: Kind, name: str) -> tuple[str, ...]:
    """Values separated by spaces, commas or newlines."""
    return tuple(check(word, kind, name) for word in text.replace(",", " ").split())
