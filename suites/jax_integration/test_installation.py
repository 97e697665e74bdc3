"""What was installed: it imports, it is whole, its versions agree, and what it needs is there. No device is started."""

from __future__ import annotations

import base64
import hashlib
import importlib
import importlib.metadata
import sys
from pathlib import Path
from typing import Any

import pytest
from harness.settings import Settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

pytestmark = pytest.mark.requires()


@pytest.mark.parametrize("name", ["jax", "jax.numpy", "jax.lax", "jaxlib", "jaxlib.xla_client"])
def test_a_module_imports(name: str) -> None:
    importlib.import_module(name)


def test_the_plugin_imports(settings: Settings) -> None:
    _need(settings.plugin_module, "plugin")
    importlib.import_module(settings.plugin_module)


@pytest.mark.parametrize("name", ["jax", "jaxlib"])
def test_a_module_is_the_distribution_that_was_installed(name: str) -> None:
    """Two copies on the path import as one and are listed as the other."""
    module = importlib.import_module(name)
    distribution = importlib.metadata.distribution(name)
    assert module.__version__ == distribution.version
    where = Path(str(distribution.locate_file(name))).resolve()
    assert Path(str(module.__file__)).resolve().parent == where


def test_every_distribution_is_installed(settings: Settings) -> None:
    missing = [name for name in settings.distributions if _distribution(name) is None]
    assert not missing, f"not installed: {', '.join(missing)}"


def test_every_distribution_has_the_version_that_was_built(settings: Settings) -> None:
    """An index may have offered another one: jax of a release in place of tonight's."""
    there = {name: importlib.metadata.version(name) for name in settings.versions}
    assert there == settings.versions


def test_jaxlib_is_new_enough_for_jax() -> None:
    jax, jaxlib = importlib.import_module("jax.version"), importlib.import_module("jaxlib")
    assert Version(jaxlib.__version__) >= Version(jax._minimum_jaxlib_version)
    assert Version(jaxlib.__version__) <= Version(importlib.metadata.version("jax"))


def test_plugin_and_pjrt_are_of_one_build(settings: Settings) -> None:
    """To the local part: 0.10.2+rocm7.1 beside 0.10.2+rocm7.2 loads, and fails where the two libraries meet."""
    _need(settings.plugin and settings.pjrt, "plugin")
    assert importlib.metadata.version(settings.plugin) == importlib.metadata.version(settings.pjrt)


def test_the_plugin_is_of_the_series_that_it_was_built_for(settings: Settings) -> None:
    """jaxlib does not check it for ROCm (`jaxlib.plugin_support`): major and minor version have to be its own."""
    _need(settings.plugin and settings.follows, "plugin that follows another")
    versions = {name: Version(importlib.metadata.version(name)) for name in (settings.plugin, settings.follows)}
    series = {name: (version.major, version.minor) for name, version in versions.items()}
    assert len(set(series.values())) == 1, f"of different series: {', '.join(f'{k} {v}' for k, v in versions.items())}"


def test_what_the_distributions_need_is_installed(settings: Settings) -> None:
    wrong = [
        f"{name} needs {requirement}, {there or 'nothing'} is installed"
        for name in settings.distributions
        for requirement in _requirements(name)
        if not (there := _version(requirement.name)) or not requirement.specifier.contains(there, prereleases=True)
    ]
    assert not wrong, "; ".join(wrong)


def test_every_file_of_the_distributions_is_there_as_it_was_built(settings: Settings) -> None:
    """RECORD names each with its sha256 (packaging.python.org, "Recording installed projects")."""
    wrong = []
    for name in settings.distributions:
        files = importlib.metadata.files(name)
        assert files, f"{name} has no RECORD of its files"
        for file in files:
            path = Path(str(file.locate()))
            if path.suffix == ".pyc":  # made when it was installed, and again at will
                continue
            if not path.is_file():
                wrong.append(f"{name} lacks {file}")
            elif file.hash and _digest(path, file.hash.mode) != file.hash.value:
                wrong.append(f"{name} has another {file}")
    assert not wrong, "; ".join(wrong[:20])


def test_jax_can_find_the_plugin(settings: Settings) -> None:
    """As a module of `jax_plugins`, or as an entry point of that group (docs: "OpenXLA PJRT plugins" of JAX)."""
    if settings.platform == "cpu":
        pytest.skip("not run: JAX's CPU backend needs no plugin to be found")
    _need(settings.pjrt, "PJRT runtime")
    distribution = importlib.metadata.distribution(settings.pjrt)
    entries = [entry for entry in distribution.entry_points if entry.group == "jax_plugins"]
    modules = [str(file) for file in distribution.files or () if str(file).startswith("jax_plugins/")]
    assert entries or modules, f"{settings.pjrt} is no plugin that JAX looks for"
    for entry in entries:
        assert callable(entry.load().initialize)


def test_python_is_the_one_that_the_wheels_are_for(settings: Settings) -> None:
    """A compiled module of another Python is found, and does not import."""
    tags = {f"cpython-{sys.version_info.major}{sys.version_info.minor}", "abi3"}
    foreign = [
        str(file)
        for name in settings.distributions
        for file in importlib.metadata.files(name) or ()
        if ".cpython-" in file.name and file.name.endswith(".so") and not any(tag in file.name for tag in tags)
    ]
    assert not foreign, f"for another Python: {', '.join(foreign[:10])}"


def _need(value: str, what: str) -> None:
    if not value:
        pytest.skip(f"not run: no {what} is under test here")


def _distribution(name: str) -> importlib.metadata.Distribution | None:
    try:
        return importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _version(name: str) -> str:
    found = _distribution(canonicalize_name(name)) or _distribution(name)
    return found.version if found else ""


def _requirements(name: str) -> list[Requirement]:
    """Those that hold here, without extras."""
    found: list[Any] = [Requirement(text) for text in importlib.metadata.requires(name) or ()]
    return [each for each in found if each.marker is None or each.marker.evaluate({"extra": ""})]


def _digest(path: Path, kind: str) -> str:
    digest = hashlib.new(kind)
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
