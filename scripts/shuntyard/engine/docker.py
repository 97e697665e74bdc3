"""Docker, and what podman shares with it: the client starts a container, and leaving it kills and removes it."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shuntyard.engine import Build, Container, Prepared
from shuntyard.engine.client import ask, check, check_image, digest_in, inherited, undone
from shuntyard.engine.local import in_store, is_layout, load_layout
from shuntyard.engine.options import build_options, mount_option
from shuntyard.errors import EXIT_PROBLEMS, ShuntyardError

# What the client itself goes by: the container's own value of such a name reaches it through a file.
_STEERS = (
    "DOCKER_",
    "CONTAINER",
    "LD_",
    "XDG_",
    "REGISTRY_",
    "GO",
    "BUILDAH_",
    "STORAGE_",
    "HTTP",
    "http",
    "NO_PROXY",
    "no_proxy",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Docker:
    """`program` is the client's path; `env` is what it is started with."""

    program: str
    env: Mapping[str, str] = field(default_factory=dict)
    name: str = "docker"
    store: str = "docker-daemon"  # where skopeo finds its images

    def works(self) -> str:
        """The version of the engine that answers. Raises ShuntyardError: a client without its daemon is no engine."""
        return self.ask("version", "--format", "{{.Server.Version}}", what="docker does not work here", timeout_s=30)

    def pull(self, image: str) -> str:
        """As Engine.pull. An image that was built here and never pushed has its ID for a digest."""
        if is_layout(check_image(image)):
            return load_layout(image, self.store, self.env)
        try:
            found = self._digest(image)
        except ShuntyardError:
            self.ask("pull", "--quiet", image, what=f"the image {image} cannot be pulled")
            found = self._digest(image)
        return digest_in(image.partition("@")[2]) or found

    def _digest(self, image: str) -> str:
        text = self.ask("image", "inspect", image, what=f"the image {image} is not here", timeout_s=60)
        record = json.loads(text)[0]
        repository = image.partition("@")[0].rpartition(":")[0] or image
        known = [str(name) for name in record.get("RepoDigests") or []]
        own = [name for name in known if name.partition("@")[0] == repository]
        found = digest_in(" ".join([*own, *known, str(record.get("Id", ""))]))
        if not found:
            raise ShuntyardError(f"{self.name} does not say which digest {image} has", exit_code=EXIT_PROBLEMS)
        return found

    @contextlib.contextmanager
    def prepared(self, container: Container) -> Iterator[Prepared]:
        """As Engine.prepared."""
        check(container)
        self.pull(container.image)
        with contextlib.ExitStack() as stack:
            stack.enter_context(undone(lambda: self.remove(container.name)))
            inner = {**inherited(self.env), **container.env}
            hidden = {name: value for name, value in container.env.items() if self._steers(name)}
            files = [stack.enter_context(_env_file(hidden))] if hidden else []
            open_names = [name for name in container.env if name not in hidden]
            env = {**inner, **{name: self.env[name] for name in hidden if name in self.env}}
            for name in hidden.keys() - self.env.keys():
                del env[name]
            yield Prepared(argv=self._argv(container, open_names, files), env=env)

    def _argv(self, container: Container, names: list[str], files: list[Path]) -> list[str]:
        argv = [self.program, "run", "--rm", "--init", "--pull=never", "--name", container.name]
        argv += [f"--env-file={file}" for file in files]
        argv += [part for name in names for part in ("--env", name)]
        argv += [part for mount in container.mounts for part in ("--mount", mount_option(mount))]
        argv += ["--workdir", container.workdir] if container.workdir else []
        first, *rest = container.argv
        return [*argv, *container.options, "--entrypoint", first, in_store(container.image), *rest]

    def _steers(self, name: str) -> bool:
        return name in self.env or name.startswith(_STEERS)

    def remove(self, name: str) -> None:
        """Kills and removes the container; one that is gone already is as it should be."""
        with contextlib.suppress(ShuntyardError):
            self.ask("kill", name, what="kill", timeout_s=60)
        with contextlib.suppress(ShuntyardError):
            self.ask("rm", "--force", "--volumes", name, what="remove", timeout_s=60)

    def version(self) -> str:
        """As Builder.version."""
        return self.works()

    def build(self, build: Build) -> Prepared:
        """As Builder.build. BuildKit takes the time of what it makes from the argument SOURCE_DATE_EPOCH."""
        argv = [self.program, "build", "--pull=false", "--provenance=false", f"--tag={build.tag}"]
        argv += [f"--build-arg=SOURCE_DATE_EPOCH={build.epoch}", *build_options(build)]
        env = {**inherited(self.env), "DOCKER_BUILDKIT": "1"}  # the classic builder mounts no secret
        return Prepared(argv=[*argv, f"--file={build.containerfile}", str(build.context)], env=env)

    def layers(self, image: str) -> tuple[str, ...]:
        """As Builder.layers."""
        text = self.ask("image", "inspect", in_store(image), what=f"the image {image} is not here", timeout_s=60)
        return tuple(json.loads(text)[0]["RootFS"]["Layers"])

    def export(self, image: str, layout: Path) -> None:
        """As Builder.export. What docker saves is of its own kind; skopeo makes a layout of it."""
        what = "the image cannot be written out"
        with tempfile.TemporaryDirectory(prefix="image-", dir=layout.parent) as folder:
            archive = f"{folder}/image.tar"
            self.ask("save", "--output", archive, image, what=what)
            argv = ["skopeo", "copy", "--quiet", f"docker-archive:{archive}", f"oci:{layout}:image"]
            ask(argv, inherited(self.env), what=what)

    def containers(self, base: str) -> frozenset[str]:  # noqa: ARG002 - BuildKit ends a build whose client is gone
        """As Builder.containers."""
        return frozenset()

    def forget(self, image: str) -> None:
        """As Builder.forget."""
        with contextlib.suppress(ShuntyardError):
            self.ask("image", "rm", image, what="remove", timeout_s=300)

    def ask(self, *arguments: str, what: str, timeout_s: float = 1800) -> str:
        """What the client says; as client.ask."""
        return ask([self.program, *arguments], inherited(self.env), what=what, timeout_s=timeout_s)


@contextlib.contextmanager
def _env_file(values: Mapping[str, str]) -> Iterator[Path]:
    """A file of mode 0600 with a variable a line, removed on leaving."""
    for name, value in values.items():
        if "\n" in value or "\r" in value:
            hint = "the engine's own client goes by this name; give it one line, or another name"
            raise ShuntyardError(f"the variable {name} of a container has several lines", hint=hint)
    handle, path = tempfile.mkstemp(prefix="container-", suffix=".env")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.writelines(f"{name}={value}\n" for name, value in values.items())
        yield Path(path)
    finally:
        Path(path).unlink(missing_ok=True)
