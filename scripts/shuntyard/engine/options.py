"""Options that docker, podman and buildah spell alike."""

from __future__ import annotations

from shuntyard.engine import Build, Mount
from shuntyard.engine.local import in_store
from shuntyard.errors import ShuntyardError


def build_options(build: Build) -> list[str]:
    """What a build is told: arguments, labels, secrets."""
    options = [f"--build-arg=BASE={in_store(build.base)}"]
    options += [f"--build-arg={name}={value}" for name, value in build.arguments.items()]
    options += [f"--label={name}={value}" for name, value in build.labels.items()]
    return options + [f"--secret=id={name},src={check_path(str(path))}" for name, path in build.secrets.items()]


def mount_option(mount: Mount, *, writable: str = "") -> str:
    """The value of `--mount`; `writable` is what an engine says that otherwise mounts read-only.

    Raises ShuntyardError for a path that its list of fields cannot hold.
    """
    check_path(str(mount.source))
    check_path(mount.target)
    return f"type=bind,source={mount.source},target={mount.target}" + (writable if mount.writable else ",readonly")


def check_path(path: str) -> str:
    """The path. Raises ShuntyardError for one that an engine's list of fields cannot hold."""
    if not path.startswith("/") or any(character in path for character in ',"\n\r\0'):
        hint = "an absolute path without commas, quotes and line ends"
        raise ShuntyardError(f"{path[:200]!r} cannot be mounted into a container", hint=hint)
    return path
