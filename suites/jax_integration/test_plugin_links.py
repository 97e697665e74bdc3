"""The plugin's compiled modules: each loads, with every library that it is linked to, and is the installed plugin's."""

from __future__ import annotations

import importlib
import importlib.metadata
from pathlib import Path

import pytest
from harness.settings import KEY, Settings

pytestmark = pytest.mark.requires()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "link" in metafunc.fixturenames:
        metafunc.parametrize("link", metafunc.config.stash[KEY].links or [""])


def test_a_compiled_module_loads(settings: Settings, link: str) -> None:
    if not link:
        pytest.skip("not run: no compiled modules are under test here")
    module = importlib.import_module(f"{settings.plugin_module}.{link}")
    file = Path(str(module.__file__)).resolve()
    installed = {Path(str(each.locate())).resolve() for each in importlib.metadata.files(settings.plugin) or ()}
    assert file in installed, f"{file} is not of the plugin that is installed"
    assert str(file) in Path("/proc/self/maps").read_text(encoding="utf-8"), f"{file} is no compiled module"


@pytest.mark.requires(platform="rocm")
@pytest.mark.parametrize("name", ["_linalg", "_prng", "_solver", "_sparse"])
def test_jaxlib_takes_the_module_for_its_own(name: str) -> None:
    """`jaxlib.plugin_support` knows the names of the plugins that it serves, and returns None for any other."""
    support = importlib.import_module("jaxlib.plugin_support")
    module = support.import_from_plugin("rocm", name)
    assert module is not None
    assert module.registrations(), f"{name} offers nothing to call"
