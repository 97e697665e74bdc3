"""Which container engine there is."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from shuntyard.engine import Builder
from shuntyard.engine.buildah import Buildah
from shuntyard.engine.docker import Docker
from shuntyard.engine.podman import Podman
from shuntyard.errors import ShuntyardError

ENGINES: dict[str, type[Docker] | type[Buildah]] = {"docker": Docker, "podman": Podman, "buildah": Buildah}
NONE = "none"


def choose(wanted: str, env: Mapping[str, str]) -> Builder | None:
    """The engine of that name; for an empty name the first that is there and works; None for "none" or where none is.

    Raises ShuntyardError for an engine that is asked for by name and is not there or does not work.
    """
    if wanted == NONE:
        return None
    if wanted:
        return _named(wanted, env)
    for name in ENGINES:
        try:
            return _named(name, env)
        except ShuntyardError:
            continue
    return None


def _named(name: str, env: Mapping[str, str]) -> Builder:
    if name not in ENGINES:
        raise ShuntyardError(f"there is no container engine {name!r}", hint=f"one of {', '.join(ENGINES)}, or {NONE}")
    program = shutil.which(name, path=env.get("PATH"))
    if program is None:
        raise ShuntyardError(
            f"{name} is not installed here", hint=f"install it, or leave the engine open, or say {NONE}"
        )
    engine = ENGINES[name](program=program, env=dict(env))
    engine.works()
    return engine
