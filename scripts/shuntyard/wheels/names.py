"""Names of wheels and source distributions, and how a name carries what it was built for. Pure.

Source: PyPA specifications, "Binary distribution format" (file name convention), "Source distribution format", "Version
specifiers" (local version identifiers, which a public index does not take).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from shuntyard.errors import ShuntyardError

Naming = Literal["local", "build", "none"]
_PART = re.compile(r"[A-Za-z0-9_.+!]+")
_BUILD = re.compile(r"[0-9][A-Za-z0-9_.]*")
_LABEL = re.compile(r"[a-z0-9]+(\.[a-z0-9]+)*")
_SDIST = re.compile(r"(?P<distribution>[A-Za-z0-9_.-]+)-(?P<version>[0-9][A-Za-z0-9_.+!]*)\.tar\.gz")
_IN_THE_TAGS = ("python", "platform")  # axes that the compatibility tags tell already


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelName:
    """The parts of a wheel's file name; `build` is empty or starts with a digit, tags may be sets such as py2.py3."""

    distribution: str
    version: str
    python: str
    abi: str
    platform: str
    build: str = ""

    def __str__(self) -> str:
        parts = (self.distribution, self.version, self.build, self.python, self.abi, self.platform)
        return "-".join(part for part in parts if part) + ".whl"

    @property
    def project(self) -> str:
        """The project's normalised name, `mini-plugin`."""
        return normal(self.distribution)

    @property
    def case(self) -> str:
        """What reports call it: the same every night, whatever the version."""
        return f"{self.project}[{self.python}]"

    @property
    def python_version(self) -> str:
        """`3.12` for cp312 with an ABI of that Python; empty where any Python 3 will do."""
        match = re.fullmatch(r"[a-z]+3([0-9]+)", self.python)
        return f"3.{match[1]}" if match and self.abi not in ("none", "abi3") else ""


def read_wheel(name: str) -> WheelName:
    """The parts of a wheel's file name. Raises ShuntyardError for what is none."""
    parts = name.removesuffix(".whl").split("-")
    build = parts.pop(2) if len(parts) == 6 else ""
    sound = name.endswith(".whl") and len(parts) == 5 and all(map(_PART.fullmatch, parts))
    if not sound or (build and not _BUILD.fullmatch(build)):
        hint = "a wheel is called name-version[-build]-python-abi-platform.whl; a build starts with a digit"
        raise ShuntyardError(f"{name!r} is not the name of a wheel", hint=hint)
    distribution, version, python, abi, platform = parts
    return WheelName(
        distribution=distribution, version=version, build=build, python=python, abi=abi, platform=platform
    )  # fmt: skip


def read_sdist(name: str) -> tuple[str, str]:
    """The normalised project and the version of a source distribution. Raises ShuntyardError for what is none."""
    match = _SDIST.fullmatch(name)
    if not match:
        raise ShuntyardError(f"{name!r} is not the name of a source distribution", hint="name-version.tar.gz")
    return normal(match["distribution"]), match["version"]


def normal(name: str) -> str:
    """A project's name as indexes compare it: lower case, single dashes."""
    return re.sub(r"[-_.]+", "-", name).lower()


def axes_label(axes: Mapping[str, str]) -> str:
    """`rocm7.2.0` for {rocm: 7.2.0}; several are joined by dots, in order of their names. Empty without axes.

    What the compatibility tags tell (python, platform) is left out. Raises ShuntyardError for a value that a version
    cannot hold.
    """
    parts = [f"{name}{value}".lower() for name, value in sorted(axes.items()) if name not in _IN_THE_TAGS]
    label = ".".join(re.sub(r"[-_]", ".", part) for part in parts)
    if label and not _LABEL.fullmatch(label):
        raise ShuntyardError(f"the axes make the label {label!r}", hint="a version takes letters, digits and dots only")
    return label


def stamped(name: WheelName, label: str, naming: Naming) -> WheelName:
    """The name with the label in it: as local version (`1.0+rocm7.2.0`) or as build tag (`-1rocm7.2.0-`).

    With "none" the project has to have done so itself; a name without the label raises ShuntyardError, for two wheels
    of one name and different content would take each other's place on an index.
    """
    if not label:
        return name
    public, plus, local = name.version.partition("+")
    if naming == "local":
        parts = [part for part in (local, "" if carries(local, label) else label) if part]
        return replace(name, version=f"{public}+{'.'.join(parts)}")
    if naming == "build":
        return name if carries(name.build, label) else replace(name, build=f"{name.build or '1'}{label}")
    if not (plus and carries(local, label)) and not carries(name.build, label):
        raise ShuntyardError(
            f"{name} does not say that it is for {label}, so that it collides with those of other values",
            hint="let the project put it into its version, or use naming: local or build",
        )
    return name


def carries(part: str, label: str) -> bool:
    """Whether the label is in a local version or build tag, not as the beginning of a longer one (7.2 in 7.2.0)."""
    return bool(re.search(rf"(^|[._]|^[0-9]+){re.escape(label)}($|[._][^0-9])", part.lower()))
