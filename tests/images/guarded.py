"""What lies in the registry that asks for a password, as skopeo sees it."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass

from tests.images.engines import Storage
from tests.images.registry import PASSWORD, USER, RunningRegistry


@dataclass(frozen=True)
class Guarded:
    """The registry, read with its password."""

    running: RunningRegistry
    store: Storage

    @property
    def host(self) -> str:
        return self.running.host

    def tags(self, repository: str) -> list[str]:
        try:
            found = json.loads(self._skopeo("list-tags", f"docker://{self.host}/{repository}"))["Tags"]
        except subprocess.CalledProcessError:  # there is no such repository
            return []
        return sorted(found)

    def raw(self, name: str) -> bytes:
        """The bytes of an image's manifest."""
        return self._skopeo("inspect", "--raw", f"docker://{self.host}/{name}").encode()

    def digest(self, name: str) -> str:
        return f"sha256:{hashlib.sha256(self.raw(name)).hexdigest()}"

    def _skopeo(self, verb: str, *arguments: str) -> str:
        argv = ["skopeo", verb, f"--creds={USER}:{PASSWORD}", "--tls-verify=false", *arguments]
        return subprocess.run(argv, env=self.store.env, capture_output=True, text=True, check=True).stdout
