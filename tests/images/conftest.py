"""The storage, registries, base image and wheels that the tests of images share."""

from __future__ import annotations

import base64
import hashlib
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from shuntyard import handover
from tests.images.base import ROOT, base_layout
from tests.images.engines import Storage, needed, storage
from tests.images.registry import RunningRegistry, registry

EPOCH = "1700000000"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.images)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a script ended: exit code, everything it printed, its outputs."""

    code: int
    said: str
    outputs: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Scripts:
    """Runs scripts as a step does: inputs and secrets in the environment."""

    store: Storage
    folder: Path

    extra: Mapping[str, str] = field(default_factory=dict)

    def also(self, **env: str) -> Scripts:
        """With more in the environment."""
        return replace(self, extra=env)

    def run(self, name: str, **inputs: str) -> Ran:
        process, out = self.start(name, **inputs)
        return self.finish(process, out)

    def start(self, name: str, **inputs: str) -> tuple[subprocess.Popen[str], Path]:
        out = self.folder / f"outputs-{time.monotonic_ns()}"
        out.touch()
        given = {f"INPUT_{key.upper()}": value for key, value in inputs.items()}
        whole = {**self.store.env, "GITHUB_OUTPUT": str(out), "SOURCE_DATE_EPOCH": EPOCH, **given, **self.extra}
        argv = [sys.executable, "-SE", str(ROOT / "scripts" / name)]
        pipe = subprocess.PIPE
        return subprocess.Popen(argv, env=whole, cwd=self.folder, stdout=pipe, stderr=subprocess.STDOUT, text=True), out

    def finish(self, process: subprocess.Popen[str], out: Path) -> Ran:
        said, _ = process.communicate(timeout=300)
        return Ran(code=process.returncode, said=said, outputs=_outputs(out.read_text(encoding="utf-8")))

    def interrupt(self, process: subprocess.Popen[str], out: Path, *, when: str, number: signal.Signals) -> Ran:
        """Sends the signal as soon as a process runs that has `when` on its command line."""
        deadline = time.monotonic() + 120
        while not any(when in line for line in command_lines()):
            assert process.poll() is None and time.monotonic() < deadline, process.communicate()[0]
            time.sleep(0.1)
        process.send_signal(number)
        return self.finish(process, out)


def _outputs(text: str) -> dict[str, str]:
    lines = iter(text.splitlines())
    found = {}
    for head in lines:
        name, _, fence = head.partition("<<")
        found[name] = "\n".join(iter(lambda fence=fence: next(lines), fence))  # type: ignore[misc]
    return found


def command_lines() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    needed("buildah", "skopeo")
    made = storage(tmp_path_factory.mktemp("storage"))
    yield made
    made.buildah("rm", "--all")
    made.buildah("rmi", "--all", "--force")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRegistry]:
    """A registry that asks for no password."""
    with registry(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRegistry]:
    """A registry that asks for USER and PASSWORD."""
    with registry(tmp_path_factory.mktemp("guarded"), password=True) as running:
        yield running


@pytest.fixture(scope="session")
def base(store: Storage, server: RunningRegistry) -> str:
    """The base image in the registry, by its digest."""
    name, layout = f"{server.host}/base/python", base_layout()
    argv = ["skopeo", "copy", "--quiet", "--preserve-digests", "--dest-tls-verify=false", "--digestfile"]
    argv += [str(store.folder / "digest"), f"oci:{layout}:image", f"docker://{name}:1"]
    subprocess.run(argv, env=store.env, check=True, capture_output=True)
    return f"{name}@{(store.folder / 'digest').read_text(encoding='utf-8').strip()}"


@pytest.fixture
def scripts(store: Storage, tmp_path: Path) -> Scripts:
    return Scripts(store=store, folder=tmp_path)


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A hand-over of two wheels; the one needs the other."""
    return make_wheels(tmp_path / "wheels")


def make_wheels(folder: Path, *, needs: str = "mini-pjrt") -> Path:
    folder.mkdir(parents=True)
    make_wheel(folder, "mini_pjrt", "1.0+rocm7.2.0", "VERSION = '1.0+rocm7.2.0'\n")
    make_wheel(folder, "mini_plugin", "2.0+rocm7.2.0", "import mini_pjrt\n\nVERSION = '2.0'\n", needs)
    handover.write(folder, kind="wheels", axes={"rocm": "7.2.0"})
    return folder


def make_wheel(folder: Path, name: str, version: str, code: str, needs: str = "") -> Path:
    """A pure wheel, as the format's specification has it."""
    info = f"{name}-{version}.dist-info"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", "License: Apache-2.0"]
    metadata = "\n".join([*lines, *([f"Requires-Dist: {needs}"] if needs else []), ""])
    wheel = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {f"{name}/__init__.py": code, f"{info}/METADATA": metadata, f"{info}/WHEEL": wheel}
    record = "".join(f"{path},sha256={_hash(text)},{len(text.encode())}\n" for path, text in files.items())
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for place, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(zipfile.ZipInfo(place), text)
    return path


def _hash(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
