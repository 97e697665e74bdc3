"""A folder that looks like an installation of JAX with a plugin, as far as the suite's first tests look at it."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SUITE = ROOT / "suites" / "jax_integration"
JAX = """
__version__ = {version!r}
class Device:
    platform, device_kind = {platform!r}, {kind!r}
    class client:
        platform_version = {client!r}
    def __init__(self, id):
        self.id = id
    def memory_stats(self):
        return None
def devices():
    return [Device(number) for number in range({devices})]
local_devices = devices
def device_count():
    return {devices}
local_device_count = device_count
"""


@dataclass
class Installation:
    """What there is; a test changes it before `make`. `extras` are files added afterwards, unrecorded ones too."""

    versions: dict[str, str] = field(
        default_factory=lambda: {
            "jax": "0.10.2", "jaxlib": "0.10.2", "mini-plugin": "0.10.2+rocm7.2", "mini-pjrt": "0.10.2+rocm7.2",
        }
    )  # fmt: skip
    jax_says: str = "0.10.2"
    minimum: str = "0.10.1"
    platform: str = "cpu"
    client: str = "cpu"
    devices: int = 8
    requires: dict[str, str] = field(default_factory=lambda: {"jax": "jaxlib>=0.10.1"})
    entry_points: str = "[jax_plugins]\nmini = mini_pjrt\n"
    links: tuple[str, ...] = ()

    def make(self, folder: Path) -> Path:
        jax = JAX.format(
            version=self.jax_says, platform=self.platform, kind=self.platform, client=self.client, devices=self.devices
        )  # fmt: skip
        self._package(folder, "jax", {
            "__init__.py": jax, "numpy.py": "", "lax.py": "",
            "version.py": f"_minimum_jaxlib_version = {self.minimum!r}\n",
        })  # fmt: skip
        jaxlib = f"__version__ = {self.versions.get('jaxlib')!r}\n"
        self._package(folder, "jaxlib", {"__init__.py": jaxlib, "xla_client.py": ""})
        self._package(folder, "mini-plugin", {"__init__.py": ""}, compiled=self.links)
        self._package(folder, "mini-pjrt", {"__init__.py": "def initialize(): pass\n"})
        return folder

    def _package(self, folder: Path, name: str, files: Mapping[str, str], compiled: tuple[str, ...] = ()) -> None:
        if name not in self.versions:
            return
        module, version = name.replace("-", "_"), self.versions[name]
        info = f"{module}-{version}.dist-info"
        whole = {f"{module}/{path}": text.encode() for path, text in files.items()}
        for link in compiled:
            whole[f"{module}/{Path(_extension(link)).name}"] = Path(_extension(link)).read_bytes()
        requires = f"Requires-Dist: {self.requires[name]}\n" if name in self.requires else ""
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}"
        whole[f"{info}/METADATA"] = text.encode()
        if name == "mini-pjrt":
            whole[f"{info}/entry_points.txt"] = self.entry_points.encode()
        record = ""
        for path, data in whole.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record += f"{path},sha256={digest},{len(data)}\n"
        (folder / info / "RECORD").write_text(f"{record}{info}/RECORD,,\n")


def compiled_modules() -> tuple[str, ...]:
    """Extension modules of this Python that are files of their own."""
    return tuple(name for name in ("_csv", "_heapq", "_bisect", "_json") if _extension(name).endswith(".so"))


def _extension(name: str) -> str:
    spec = importlib.util.find_spec(name)
    return str(spec.origin) if spec else ""


class Told:
    """What the suite said: outcome and message by test, without its file."""

    def __init__(self, done: subprocess.CompletedProcess[str], journal: Path) -> None:
        self.exit_code, self.output = done.returncode, done.stdout + done.stderr
        self.outcomes: dict[str, str] = {}
        self.messages: dict[str, str] = {}
        for line in journal.read_text(encoding="utf-8").splitlines() if journal.exists() else ():
            report = json.loads(line)
            if report["$report_type"] != "TestReport":
                continue
            name = report["nodeid"].partition("::")[2]
            outcome = "error" if report["outcome"] == "failed" and report["when"] != "call" else report["outcome"]
            if outcome != "passed" or report["when"] == "call":
                self.outcomes[name] = outcome
                self.messages[name] = _message(report["longrepr"])

    def bad(self) -> dict[str, str]:
        return {name: told for name, told in self.outcomes.items() if told in ("failed", "error")}


def _message(told: Any) -> str:
    if isinstance(told, list):
        return str(told[2]).removeprefix("Skipped: ")
    return str(told["reprcrash"]["message"] if isinstance(told, dict) else told or "")


def suite(*words: str, path: Path, folder: Path | None = None, env: Mapping[str, str] | None = None) -> Told:
    """Runs the suite (or the one in `folder`) in this Python, with the installation first on its path."""
    journal = path.parent / "journal.jsonl"
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    told = {"PYTHONPATH": str(path), "PYTHONDONTWRITEBYTECODE": "1", "JAX_INTEGRATION_JOURNAL": str(journal)}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *words]
    done = subprocess.run(
        command, cwd=folder or SUITE, env={**kept, **told, **(env or {})}, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    return Told(done, journal)
