"""Podman: docker's command line without a daemon, and buildah's way of building."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shuntyard.engine import Build, Prepared
from shuntyard.engine.client import inherited
from shuntyard.engine.docker import Docker
from shuntyard.engine.local import in_store
from shuntyard.engine.options import build_options


@dataclass(frozen=True, slots=True, kw_only=True)
class Podman(Docker):
    """As Docker."""

    name: str = "podman"
    store: str = "containers-storage"

    def works(self) -> str:
        """The version. Raises ShuntyardError where it cannot use its storage or its user namespaces."""
        what = "podman does not work here"
        return self.ask("info", "--format", "{{.Version.Version}}", what=what, timeout_s=30)

    def build(self, build: Build) -> Prepared:
        """As Builder.build."""
        argv = [self.program, "build", "--format=oci", "--force-rm", "--layers=false", "--identity-label=false"]
        argv += ["--pull=false", f"--timestamp={build.epoch}", f"--tag={build.tag}", *build_options(build)]
        argv += [f"--annotation={name}={value}" for name, value in build.labels.items()]
        return Prepared(argv=[*argv, f"--file={build.containerfile}", str(build.context)], env=inherited(self.env))

    def export(self, image: str, layout: Path) -> None:
        """As Builder.export."""
        self.ask("push", "--quiet", image, f"oci:{layout}:image", what="the image cannot be written out")

    def containers(self, base: str) -> frozenset[str]:
        """As Builder.containers."""
        which = ["--all", "--external", "--no-trunc", "--filter", f"ancestor={in_store(base)}"]
        told = ["--format", "{{.ID}} {{.Names}}"]
        listed = self.ask("ps", *which, *told, what="the containers cannot be listed", timeout_s=60)
        return frozenset(line.split()[0] for line in listed.splitlines() if "-working-container" in line)
