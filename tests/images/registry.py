"""A real registry on loopback: open, with a password, or one that takes nothing."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.images.engines import needed

USER, PASSWORD = "ci", "correct horse battery"
_HASH = "$2y$05$nBrjDWhhjfUsMgqygS8x3O9zc/0f5vqmm4KQMJSw.i7F70EZxtIoK"


@dataclass(frozen=True, kw_only=True)
class RunningRegistry:
    """`host` is 127.0.0.1 and its port."""

    host: str

    def tags(self, repository: str) -> list[str]:
        """The tags of a repository that asks for no password; none where it is not there."""
        try:
            with urllib.request.urlopen(f"http://{self.host}/v2/{repository}/tags/list", timeout=10) as answer:
                return sorted(json.load(answer)["tags"] or [])
        except urllib.error.HTTPError as error:
            assert error.code == 404, error
            return []

    def manifest(self, repository: str, reference: str) -> dict[str, Any]:
        kind = "application/vnd.oci.image.manifest.v1+json"
        url = f"http://{self.host}/v2/{repository}/manifests/{reference}"
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": kind}), timeout=10) as answer:
            manifest: dict[str, Any] = json.load(answer)
        return manifest


@contextlib.contextmanager
def registry(folder: Path, *, password: bool = False, data: Path | None = None) -> Iterator[RunningRegistry]:
    """One that runs while the context does; with `data` of another, it shows that one's images and takes none."""
    needed("docker-registry")
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    config: dict[str, Any] = {"version": "0.1", "log": {"level": "error"}, "http": {"addr": host}}
    config["storage"] = {"filesystem": {"rootdirectory": str(data or folder / "data")}}
    if data:
        config["storage"]["maintenance"] = {"readonly": {"enabled": True}}
    if password:
        (folder / "users").write_text(f"{USER}:{_HASH}\n", encoding="utf-8")
        config["auth"] = {"htpasswd": {"realm": "tests", "path": str(folder / "users")}}
    file = folder / "config.yml"
    file.write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(["docker-registry", "serve", str(file)], stdout=log, stderr=log)
    try:
        _wait(host, process, folder / "log")
        yield RunningRegistry(host=host)
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait(host: str, process: subprocess.Popen[bytes], log: Path) -> None:
    address, _, port = host.partition(":")
    for _ in range(200):
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(OSError), socket.create_connection((address, int(port)), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError(f"the registry did not start: {log.read_text()}")
