"""The suite's first tests pass on a sound installation, and each of its faults is found by the test that is for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.suites.installation import SUITE, Installation, Told, compiled_modules, suite

pytestmark = pytest.mark.slow
FILES = ("test_installation.py", "test_plugin_links.py", "test_devices.py")
MINI = ("--plugin=mini-plugin", "--pjrt=mini-pjrt", "--follows=jaxlib")


def check(
    installed: Installation, path: Path, *options: str, break_it: Callable[[Path], object] | None = None, only: str = ""
) -> Told:
    """What the suite says of it; `only` is the one test that is run, as `file::test`."""
    place = installed.make(path / "site")
    if break_it:
        break_it(place)
    tests = [only] if only else [*FILES[:2], *(f"{FILES[2]}::{name}" for name in COMPUTE_NOTHING)]
    return suite(*tests, *MINI, f"--links={','.join(installed.links)}", *options, path=place)


COMPUTE_NOTHING = (
    "test_jax_computes_on_the_platform_that_is_meant",
    "test_there_are_as_many_devices_as_expected",
    "test_devices_are_told_apart",
)


def where(name: str) -> str:
    """The test with its file."""
    file = next(file for file in FILES if f"def {name.partition('[')[0]}(" in (SUITE / file).read_text())
    return f"{file}::{name}"


def test_a_sound_installation_passes(tmp_path: Path) -> None:
    links = compiled_modules()[:2]
    assert links, "this Python has no compiled module of its own to borrow"
    told = check(Installation(links=links), tmp_path, "--platform=cpu", "--expect-devices=8")
    assert (told.exit_code, told.bad()) == (0, {}), told.output
    assert sum(outcome == "passed" for outcome in told.outcomes.values()) >= 18
    skipped = {told.messages[name] for name, outcome in told.outcomes.items() if outcome == "skipped"}
    assert skipped == {"not run: JAX's CPU backend needs no plugin to be found", "not run: needs rocm, cpu is here"}


def test_a_sound_installation_on_rocm_passes(tmp_path: Path) -> None:
    installed = Installation(platform="gpu", client="PJRT C API\nrocm 70200", devices=4, links=compiled_modules()[:1])
    told = check(installed, tmp_path, "--platform=rocm", "--expect-devices=4", "--deselect=test_plugin_links.py")
    assert (told.exit_code, told.bad()) == (0, {}), told.output
    assert told.outcomes["test_jax_can_find_the_plugin"] == "passed"


def changed(**changes: object) -> Installation:
    return Installation(**changes)  # type: ignore[arg-type]


def versions(**changes: str) -> Installation:
    names = {name.replace("_", "-"): version for name, version in changes.items()}
    return Installation(versions={**Installation().versions, **names})


def without(name: str) -> Installation:
    return Installation(versions={key: value for key, value in Installation().versions.items() if key != name})


CPU, ROCM = ("--platform=cpu",), ("--platform=rocm",)
FAULTS: dict[str, tuple[Installation, tuple[str, ...], str, str]] = {
    "another jax than is listed": (
        changed(jax_says="0.10.1"), CPU, "test_a_module_is_the_distribution_that_was_installed[jax]", "0.10.1",
    ),
    "jaxlib is too old": (
        versions(jaxlib="0.9.0"), CPU, "test_jaxlib_is_new_enough_for_jax", "0.9.0",
    ),
    "jaxlib is newer than jax": (
        versions(jaxlib="0.11.0"), CPU, "test_jaxlib_is_new_enough_for_jax", "0.11.0",
    ),
    "wheels of two ROCm versions": (
        versions(mini_pjrt="0.10.2+rocm7.1"), CPU, "test_plugin_and_pjrt_are_of_one_build", "rocm7.1",
    ),
    "a plugin of another series": (
        versions(mini_plugin="0.9.1", mini_pjrt="0.9.1"), CPU,
        "test_the_plugin_is_of_the_series_that_it_was_built_for", "of different series: mini-plugin 0.9.1, jaxlib",
    ),
    "another version than was built": (
        Installation(), (*CPU, "--expect-versions=mini-plugin==0.10.3"),
        "test_every_distribution_has_the_version_that_was_built", "0.10.3",
    ),
    "no plugin": (
        without("mini-plugin"), CPU, "test_every_distribution_is_installed", "not installed: mini-plugin",
    ),
    "a plugin that does not import": (
        without("mini-plugin"), CPU, "test_the_plugin_imports", "No module named 'mini_plugin'",
    ),
    "no jaxlib": (
        without("jaxlib"), CPU, "test_a_module_imports[jaxlib]", "No module named 'jaxlib'",
    ),
    "a dependency is missing": (
        changed(requires={"mini-plugin": "not-there>=1"}), CPU, "test_what_the_distributions_need_is_installed",
        "mini-plugin needs not-there>=1, nothing is installed",
    ),
    "a dependency is too old": (
        changed(requires={"mini-plugin": "mini-pjrt==0.11"}), CPU, "test_what_the_distributions_need_is_installed",
        "mini-plugin needs mini-pjrt==0.11, 0.10.2+rocm7.2 is installed",
    ),
    "JAX does not find the plugin": (
        changed(entry_points="[other]\nmini = mini_pjrt\n"), ROCM, "test_jax_can_find_the_plugin",
        "mini-pjrt is no plugin that JAX looks for",
    ),
    "JAX falls back to the CPU": (
        Installation(), ROCM, "test_jax_computes_on_the_platform_that_is_meant", "assert 'cpu' == 'rocm'",
    ),
    "a device is missing": (
        changed(devices=7), (*CPU, "--expect-devices=8"), "test_there_are_as_many_devices_as_expected", "8",
    ),
    "a link is missing": (
        changed(links=("_linalg_that_is_not_there",)), CPU, "test_a_compiled_module_loads[_linalg_that_is_not_there]",
        "No module named",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_its_test(tmp_path: Path, fault: str) -> None:
    installed, options, name, message = FAULTS[fault]
    links, installed.links = installed.links, ()
    place = (f"--links={','.join(links)}",) if links else ()
    told = check(installed, tmp_path, *options, *place, only=where(name))
    assert told.exit_code == 1, told.output
    assert told.outcomes[name] == "failed"
    assert message in told.messages[name]


def replace_compiled(site: Path) -> None:
    """A Python file of the same name, which no RECORD knows."""
    path = next((site / "mini_plugin").glob("*.so"))
    path.with_name(f"{path.name.partition('.')[0]}.py").touch()
    path.unlink()


def add_foreign(site: Path) -> None:
    """Python 3.8's, as RECORD says."""
    path = next((site / "mini_plugin").glob("*.so"))
    foreign = path.with_name("_x.cpython-38-x86_64-linux-gnu.so")
    shutil.copy(path, foreign)
    record = next(site.glob("mini_plugin-*/RECORD"))
    record.write_text(f"{record.read_text()}mini_plugin/{foreign.name},,\n")


WHOLE = "test_every_file_of_the_distributions_is_there_as_it_was_built"
BROKEN: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "a file is missing": (
        lambda site: (site / "mini_pjrt" / "__init__.py").unlink(), WHOLE, "mini-pjrt lacks mini_pjrt/__init__.py",
    ),
    "a file was changed": (
        lambda site: (site / "mini_plugin" / "__init__.py").write_text("# patched"), WHOLE, "has another mini_plugin/",
    ),
    "a compiled module is a stand-in": (
        replace_compiled, f"test_a_compiled_module_loads[{(compiled_modules() or ('',))[0]}]",
        "is not of the plugin that is installed",
    ),
    "a compiled module of another Python": (
        add_foreign, "test_python_is_the_one_that_the_wheels_are_for", "_x.cpython-38",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_file_is_found_by_its_test(tmp_path: Path, fault: str) -> None:
    break_it, name, message = BROKEN[fault]
    told = check(
        Installation(links=compiled_modules()[:1]), tmp_path, "--platform=cpu", break_it=break_it, only=where(name)
    )
    assert told.exit_code == 1, told.output
    assert told.outcomes[name] == "failed"
    assert message in told.messages[name]
