"""What is asked of a container engine, whichever is there: docker, podman or buildah.

A command runs in a container as a process of this machine that is started, watched and killed like any other; the
engine only says how it is spelled and clears away what it leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A folder or file of this machine, seen in the container as `target`."""

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One command in a fresh container of `image` (a name with a digest or tag).

    `env` is all that it sees of the environment; a value reaches it through the engine's own environment, never on a
    command line. `options` are the engine's own, such as `--device=/dev/kfd`; `name` is unique on this machine.
    """

    image: str
    argv: Sequence[str]
    name: str
    mounts: Sequence[Mount] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    options: Sequence[str] = ()
    workdir: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What to start: an argument vector and the environment to start it with."""

    argv: list[str]
    env: Mapping[str, str]


class Engine(Protocol):
    """A container engine. Every method raises ShuntyardError that says what the engine said."""

    @property
    def name(self) -> str:
        """docker, podman or buildah."""

    def pull(self, image: str) -> str:
        """Fetches the image where it is not here yet; returns its digest, `sha256:…`."""

    def prepared(self, container: Container) -> AbstractContextManager[Prepared]:
        """What runs the command; on leaving, whatever happened, the container is stopped and removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """An image to build: `FROM ${BASE}` in the Containerfile is `base`, which is here already; the image is `tag`.

    `arguments` and `labels` can be read by everyone afterwards. `secrets` are files by their ids: a RUN sees them where
    it mounts them, and no layer does. `epoch` is what every time in the image becomes, in seconds since 1970.
    """

    context: Path
    containerfile: Path
    base: str
    tag: str
    epoch: int
    arguments: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Path] = field(default_factory=dict)


class Builder(Engine, Protocol):
    """A container engine that builds images; all three do."""

    def version(self) -> str:
        """The engine's version."""

    def build(self, build: Build) -> Prepared:
        """What to start to build it."""

    def layers(self, image: str) -> tuple[str, ...]:
        """The digests of an image's uncompressed layers, the lowest first; the image is here."""

    def export(self, image: str, layout: Path) -> None:
        """Writes the image as an OCI image layout, in which it is called `image`; `layout` is not there yet."""

    def containers(self, base: str) -> frozenset[str]:
        """The working containers that builds on this image have, or that one left which was killed outright."""

    def remove(self, name: str) -> None:
        """Stops and removes a container; one that is gone already is as it should be."""

    def forget(self, image: str) -> None:
        """Takes the name away, and the image with its last name; one that is gone already is as it should be."""
