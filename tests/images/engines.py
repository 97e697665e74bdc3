"""Programs that the tests need, and storage of their own for the engine: what a build leaves behind shows there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest


def needed(*programs: str) -> None:
    """Skips the test where a program is missing or nobody is root; fails it in CI."""
    if os.geteuid() != 0:
        missing("building images in a chroot needs root: sudo --preserve-env=CI make test-images")
    for name in programs:
        if shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
            missing(f"{name} is not installed; requirements/system images installs it")


@dataclass(frozen=True, kw_only=True)
class Storage:
    """Where buildah and skopeo keep images: `env` leads them there."""

    folder: Path
    env: Mapping[str, str]

    def buildah(self, *arguments: str) -> str:
        done = subprocess.run(["buildah", *arguments], env=self.env, capture_output=True, text=True, check=True)
        return done.stdout

    def has(self, image: str) -> bool:
        """Whether an image of this name is here."""
        return (
            subprocess.run(
                ["buildah", "inspect", "--type=image", image], env=self.env, capture_output=True, check=False
            ).returncode
            == 0
        )

    def left_behind(self) -> list[str]:
        """Working containers, images of a build, and folders of ours below TMPDIR."""
        containers: list[Any] = json.loads(self.buildah("containers", "--json") or "null") or []
        images: list[Any] = json.loads(self.buildah("images", "--json") or "null") or []
        names = [name for image in images for name in image.get("names") or ["<none>"]]
        found = [f"container {item['containername']}" for item in containers]
        found += [f"image {name}" for name in names if "shuntyard-build" in name or name == "<none>"]
        return found + [f"folder {path.name}" for path in Path(self.env["TMPDIR"]).iterdir()]


def storage(folder: Path) -> Storage:
    """Empty storage in the folder. Only PATH and what leads there are in its environment."""
    temporary = folder / "tmp"
    temporary.mkdir(parents=True)
    conf = folder / "storage.conf"
    graph, run = folder / "graph", folder / "run"
    conf.write_text(f'[storage]\ndriver = "overlay"\ngraphroot = "{graph}"\nrunroot = "{run}"\n', encoding="utf-8")
    env = {"PATH": f"{os.environ['PATH']}:/usr/sbin", "HOME": str(folder), "TMPDIR": str(temporary)}
    return Storage(folder=folder, env={**env, "CONTAINERS_STORAGE_CONF": str(conf), "RUNNER_TEMP": str(temporary)})


def missing(why: str) -> NoReturn:
    """Skips the test; with CI set, fails it."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)
