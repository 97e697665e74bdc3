"""Where steps run: on this machine, or in a container of an image whose folders have the same paths as here."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from shuntyard.engine import Container, Engine, Mount
from shuntyard.proc.log import read_tail
from shuntyard.proc.run import Finished, run
from shuntyard.wheels.faults import check_end
from shuntyard.wheels.pythons import QUESTION, Python, answer, in_manylinux

_SECRETS = ("TOKEN", "PASSWORD", "SECRET", "CREDENTIAL", "TWINE_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all steps share: `work` is scratch, `logs` is kept; `env` is the caller's."""

    work: Path
    logs: Path
    env: Mapping[str, str]
    timeout_s: float
    echo: BinaryIO | None = None

    def clean_env(self) -> dict[str, str]:
        """What a project's build inherits: neither our inputs, nor what looks like a secret."""
        return {
            name: value
            for name, value in self.env.items()
            if not name.startswith(("INPUT_", "ACTIONS_")) and not any(part in name.upper() for part in _SECRETS)
        }


def made_folder(folder: Path) -> Path:
    """The folder, which is there afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Place(Protocol):
    """Somewhere to build. `about` says where, for logs and manifests."""

    @property
    def about(self) -> Mapping[str, str]:
        """`built-in` and, in a container, `image`, `digest`, `engine`."""

    def run(self, what: str, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: str) -> None:
        """Runs a step to its end. Raises StepFailedError, or KeyboardInterrupt when we are interrupted."""

    def auditwheel(self) -> list[str]:
        """How auditwheel is started there."""

    def pip(self, python: Python) -> list[str]:
        """How pip is started there for this Python."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """This machine: tools come from the toolkit's environment, pip from an environment for each Python."""

    ground: Ground

    @property
    def about(self) -> Mapping[str, str]:
        return {"built-in": "host"}

    def run(self, what: str, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: str) -> None:
        ground, path = self.ground, self.ground.logs / f"{log}.log"
        tools = os.pathsep.join([str(Path(sys.executable).parent), ground.env.get("PATH", os.defpath)])
        full = {**ground.clean_env(), "PATH": tools, **env}
        finished = run(argv, env=full, cwd=cwd, log=path, timeout_s=ground.timeout_s, echo=ground.echo)
        check_end(what, finished, path, work=ground.work, timeout_s=ground.timeout_s)

    def auditwheel(self) -> list[str]:
        return [sys.executable, "-m", "auditwheel"]

    def pip(self, python: Python) -> list[str]:
        home = self.ground.work / f"pip-{python.version}"
        program = home / "bin" / "python"
        if not program.exists():
            command = [sys.executable, "-m", "virtualenv", "--quiet", "--no-download", "-p", python.program, str(home)]
            self.run(
                f"an environment for Python {python.version}", command, cwd=self.ground.work, env={}, log=home.name
            )
        return [str(program), "-m", "pip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """A container an image: it has Pythons with pip, auditwheel and patchelf, as manylinux images do."""

    ground: Ground
    engine: Engine
    image: str
    digest: str
    workspace: Path

    @property
    def about(self) -> Mapping[str, str]:
        return {"built-in": "container", "image": self.image, "digest": self.digest, "engine": self.engine.name}

    def run(self, what: str, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: str) -> None:
        path = self.ground.logs / f"{log}.log"
        finished = self._run(argv, cwd, env, path)
        check_end(what, finished, path, work=self.ground.work, timeout_s=self.ground.timeout_s)

    def _run(self, argv: Sequence[str], cwd: Path, env: Mapping[str, str], log: Path) -> Finished:
        ground = self.ground
        container = Container(
            image=self.image,
            argv=argv,
            name=f"wheels-{os.getpid()}-{os.urandom(4).hex()}",
            mounts=[
                Mount(source=self.workspace, target=str(self.workspace), writable=True),
                Mount(source=ground.work, target=str(ground.work), writable=True),
            ],
            env=env,
            workdir=str(cwd),
        )
        with self.engine.prepared(container) as prepared:
            return run(
                prepared.argv, env=prepared.env, cwd=cwd, log=log, timeout_s=ground.timeout_s, echo=ground.echo
            )  # fmt: skip

    def auditwheel(self) -> list[str]:
        return ["auditwheel"]

    def pip(self, python: Python) -> list[str]:
        return [python.program, "-m", "pip"]

    def has(self, version: str) -> Python | None:
        """The image's Python of that version."""
        for program in (in_manylinux(version), f"python{version}"):
            log = self.ground.logs / f"python-{version}.log"
            self._run([program, "-I", "-c", QUESTION], self.ground.work, {}, log)
            if found := answer(read_tail(log), version):
                return found
        return None
