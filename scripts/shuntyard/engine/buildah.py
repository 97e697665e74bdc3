"""Buildah with chroot isolation: runs a command in an image without a daemon, and as root without any namespace.

The command sees this machine's network, processes and devices; the file system is the image's. Source: buildah-run(1),
`--isolation chroot`.
"""

from __future__ import annotations

import contextlib
import json
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shuntyard.engine import Build, Container, Mount, Prepared
from shuntyard.engine.client import ask, check, check_image, digest_in, inherited, loopback, undone
from shuntyard.engine.local import in_store, is_layout, load_layout
from shuntyard.engine.options import build_options, mount_option
from shuntyard.errors import ShuntyardError

_ENV_FILE = "/run/container-env"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buildah:
    """`program` is its path; `env` is what it is started with."""

    program: str
    env: Mapping[str, str] = field(default_factory=dict)
    name: str = "buildah"

    def works(self) -> str:
        """The version. Raises ShuntyardError where it cannot use its storage."""
        self.ask("info", what="buildah does not work here", timeout_s=30)
        return self.ask("version", "--json", what="buildah does not work here", timeout_s=30)

    def pull(self, image: str) -> str:
        """As Engine.pull."""
        if is_layout(check_image(image)):
            return load_layout(image, "containers-storage", self.env)
        self._id(image, "missing")
        return digest_in(image.partition("@")[2]) or str(self._inspect(image)["FromImageDigest"])

    @contextlib.contextmanager
    def prepared(self, container: Container) -> Iterator[Prepared]:
        """As Engine.prepared. Its options are those of `buildah from`."""
        check(container)
        mounts = [part for mount in container.mounts for part in ("--mount", mount_option(mount, writable=",rw"))]
        with contextlib.ExitStack() as stack:
            stack.enter_context(undone(lambda: self.remove(container.name)))
            self.make(container.name, container.image, *container.options)
            command = list(container.argv)
            if container.env:
                file = Mount(source=stack.enter_context(_exports(container.env)), target=_ENV_FILE)
                mounts += ["--mount", mount_option(file)]
                command = ["/bin/sh", "-c", '. "$0" && exec "$@"', _ENV_FILE, *command]
            argv = [self.program, "run", "--isolation=chroot", *mounts]
            argv += ["--workingdir", container.workdir] if container.workdir else []
            yield Prepared(argv=[*argv, container.name, "--", *command], env=inherited(self.env))

    def make(self, name: str, image: str, *options: str) -> None:
        """A working container of the image, which is fetched where it is not here."""
        if is_layout(image):
            self.pull(image)
        what = f"no container can be made of {image}"
        source = [*plain_http(image), *options, "--name", name, in_store(image)]
        self.ask("from", "--quiet", "--pull=false", *source, what=what)

    def remove(self, name: str) -> None:
        """Removes a working container; one that is gone already is as it should be."""
        with contextlib.suppress(ShuntyardError):
            self.ask("rm", name, what="remove", timeout_s=120)

    def version(self) -> str:
        """As Builder.version."""
        return str(json.loads(self.works())["version"])

    def build(self, build: Build) -> Prepared:
        """As Builder.build."""
        argv = [self.program, "bud", "--isolation=chroot", "--format=oci", "--force-rm", "--layers=false"]
        argv += ["--identity-label=false", "--pull=false", f"--timestamp={build.epoch}", f"--tag={build.tag}"]
        argv += [*build_options(build), *(f"--annotation={name}={value}" for name, value in build.labels.items())]
        return Prepared(argv=[*argv, f"--file={build.containerfile}", str(build.context)], env=inherited(self.env))

    def layers(self, image: str) -> tuple[str, ...]:
        """As Builder.layers."""
        return tuple(self._inspect(image)["OCIv1"]["rootfs"]["diff_ids"])

    def export(self, image: str, layout: Path) -> None:
        """As Builder.export."""
        self.ask("push", "--quiet", image, f"oci:{layout}:image", what="the image cannot be written out")

    def containers(self, base: str) -> frozenset[str]:
        """As Builder.containers."""
        known = json.loads(self.ask("containers", "--json", what="the containers cannot be listed") or "null") or []
        image = self._id(base)
        return frozenset(str(item["id"]) for item in known if item["imageid"] == image)

    def forget(self, image: str) -> None:
        """As Builder.forget."""
        with contextlib.suppress(ShuntyardError):
            self.ask("rmi", image, what="remove", timeout_s=300)

    def _inspect(self, image: str) -> dict[str, Any]:
        text = self.ask("inspect", "--type=image", self._id(image), what=f"the image {image} is not here")
        record: dict[str, Any] = json.loads(text)
        return record

    def _id(self, image: str, policy: str = "never") -> str:
        """The image's ID."""
        what = f"the image {image} {'is not here' if policy == 'never' else 'cannot be pulled'}"
        said = self.ask("pull", f"--policy={policy}", "--quiet", *plain_http(image), in_store(image), what=what)
        return said.splitlines()[-1]

    def ask(self, *arguments: str, what: str, timeout_s: float = 1800) -> str:
        """What the program says; as client.ask."""
        return ask([self.program, *arguments], inherited(self.env), what=what, timeout_s=timeout_s)


@contextlib.contextmanager
def _exports(values: Mapping[str, str]) -> Iterator[Path]:
    """A file of shell assignments in a folder of mode 0700; both are removed on leaving.

    The file itself can be read by all, for an image's own user must be able to, and only the mount leads to it.
    `buildah run --env NAME` of 1.28 passes no value on, and `--env NAME=value` shows it to the whole machine.
    """
    with tempfile.TemporaryDirectory(prefix="container-") as folder:
        file = Path(folder, "env")
        lines = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in values.items())
        file.write_text(lines, encoding="utf-8", errors="surrogateescape")
        file.chmod(0o444)
        yield file


def plain_http(image: str) -> list[str]:
    """The option for a registry on this machine, which has no certificate."""
    return ["--tls-verify=false"] if loopback(image) else []
