"""The integration suite inside a real image with real JAX: it passes there, and its faults are found and named."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from shuntyard import wire
from shuntyard.passed import CONTAINER
from shuntyard.plan import Row, Unit
from shuntyard.result import ShardResult
from shuntyard.wheels import pythons
from tests.images import test_wheels
from tests.images.base import ROOT
from tests.images.conftest import Ran, Scripts, command_lines
from tests.images.engines import Storage, missing
from tests.images.index import images_python
from tests.images.jax_base import image_python, make_jax_base
from tests.images.registry import RunningRegistry
from tests.scripts.runner_samples import make_suite

SUITE = ROOT / "suites" / "jax_integration"
CPU = """
JAX_PLATFORMS=cpu
XLA_FLAGS=--xla_force_host_platform_device_count=8
JAX_INTEGRATION_PLUGIN=mini-plugin
JAX_INTEGRATION_PJRT=mini-pjrt
JAX_INTEGRATION_LINKS=_linalg,_prng
"""


class Told:
    """What one call of test-image left."""

    def __init__(self, ran: Ran) -> None:
        self.ran = ran
        self.folder = Path(ran.outputs["results"]) / "integration" / "r1"
        self.result = wire.decode(ShardResult, json.loads((self.folder / "result.json").read_text(encoding="utf-8")))
        self.cases = {case.case: case for case in self.result.cases}

    def bad(self) -> list[str]:
        return sorted(name for name, case in self.cases.items() if case.outcome not in ("passed", "skipped"))


def unit(*arguments: str) -> str:
    suite = make_suite(id="integration", arguments=("-q", *arguments))
    row = Row(id="integration", values={"rocm": "7.2.0"}, runner="linux-cpu", suite=suite)
    return json.dumps(wire.encode(Unit(id="integration", runs_on=("ubuntu-24.04",), rows=(row,))))


@pytest.fixture(scope="module")
def image(store: Storage, base: str, server: RunningRegistry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hand-over of an image: real JAX, and the example plugin's wheels as build-wheels makes them."""
    home = tmp_path_factory.mktemp("integration")
    python = image_python(store, base)
    found = pythons.find(python, os.environ)
    if found is None or not found.headers:
        missing(f"the base image has Python {python}: install it with its headers, such as python{python}-dev")
    shutil.copytree(test_wheels.EXAMPLE, home / "repo")
    projects = ["--once", "repo/pjrt", "--per-python", "repo/plugin", "--pythons", python, "--axes", "rocm=7.2.0"]
    wheels = test_wheels.build(images_python(), home, *projects)
    assert wheels.code == 0, wheels.text
    name = make_jax_base(store, base, python)
    built = Scripts(store=store, folder=home).run(
        "build_image.py",
        wheels=wheels.outputs["wheels"],
        base=name,
        push=f"{server.host}/staging/jax",
        labels="team=yard",
    )
    assert built.code == 0, built.said
    return Path(built.outputs["image"])


def run_suite(scripts: Scripts, image: Path, *arguments: str, environment: str = "", **inputs: str) -> Told:
    given = {"platform": "cpu", "expect_devices": "8", "engine": "buildah", **inputs}
    given["results"] = str(scripts.folder / "results")
    ran = scripts.run(
        "test_image.py", unit=unit(*arguments), handover=str(image), environment=CPU + environment, **given
    )  # fmt: skip
    return Told(ran)


def test_the_suite_passes_on_eight_devices(scripts: Scripts, image: Path) -> None:
    told = run_suite(scripts, image)
    assert (told.ran.code, told.bad(), told.result.error) == (0, [], ""), told.ran.said
    assert told.cases[CONTAINER].outcome == "passed"
    passed = [name for name, case in told.cases.items() if case.outcome == "passed"]
    assert len(passed) > 120
    for file in ("installation", "plugin_links", "devices", "operations", "transformations", "mathematics", "sharding",
                 "collectives"):  # fmt: skip
        assert any(name.startswith(f"test_{file}.py::") for name in passed), file
    skipped = [case.message for case in told.cases.values() if case.outcome == "skipped"]
    assert skipped
    assert all(message.startswith("not run: ") for message in skipped)
    assert (told.result.hardware.backend, told.result.hardware.count, told.result.hardware.simulated) == (
        "cpu",
        8,
        True,
    )
    about = json.loads((told.folder / "tested.json").read_text(encoding="utf-8"))
    record = json.loads((image / "image.json").read_text(encoding="utf-8"))
    assert (about["digest"], about["engine"], about["labels"]["team"]) == (record["digest"], "buildah", "yard")


def test_an_image_without_the_plugin_says_so(scripts: Scripts, image: Path) -> None:
    """The environment names another plugin than the image has."""
    told = run_suite(
        scripts, image, "-k", "installed or plugin_imports", environment="JAX_INTEGRATION_PLUGIN=rocm-plugin"
    )
    assert (told.ran.code, told.result.outcome) == (1, "failed")
    missing = told.cases["test_installation.py::test_every_distribution_is_installed"]
    assert "not installed: rocm-plugin" in missing.message
    assert "No module named 'rocm_plugin'" in told.cases["test_installation.py::test_the_plugin_imports"].message


def test_too_few_devices_are_a_failure_or_not_run_but_never_passed(scripts: Scripts, image: Path) -> None:
    one = "XLA_FLAGS=--xla_force_host_platform_device_count=1"
    told = run_suite(scripts, image, "-k", "as_many_devices or test_psum or 100_by_100", environment=one)
    assert told.ran.code == 1
    assert told.cases["test_devices.py::test_there_are_as_many_devices_as_expected"].outcome == "failed"
    psum = told.cases["test_collectives.py::test_psum[float32]"]
    assert (psum.outcome, psum.message) == ("skipped", "not run: needs 2 devices, 1 is here")
    assert told.cases["test_operations.py::test_a_product_of_100_by_100_matrices[float32]"].outcome == "passed"


WRONG = {
    "psum gives each its own": (
        "jax.lax.psum = lambda x, axis_name: x", {"test_psum", "test_a_large_sum_is_exact", "test_pmap"},
    ),
    "ppermute goes the other way": (
        "wanted = jax.lax.ppermute\n"
        "jax.lax.ppermute = lambda x, name, perm: wanted(x, name, [(b, a) for a, b in perm])",
        {"test_ppermute_around_the_ring", "test_ppermute_leaves_zeros_where_nothing_is_sent"},
    ),
    "all_to_all does nothing": ("jax.lax.all_to_all = lambda x, *_, **__: x", {"test_all_to_all_transposes"}),
    "grad is off": (
        "right = jax.grad\njax.grad = lambda f: lambda x: 1.01 * right(f)(x)",
        {"test_grad_is_the_derivative", "test_grad_through_a_compiled_product", "test_a_gradient_through_a_collective"},
    ),
    "eigenvectors are off": (
        "import jax.numpy\nright_eigh = jax.numpy.linalg.eigh\n"
        "jax.numpy.linalg.eigh = lambda m: (right_eigh(m)[0], right_eigh(m)[1][::-1])",
        {"test_eigenvalues_of_a_symmetric_matrix"},
    ),
    "device_put forgets the sharding": (
        "put = jax.device_put\njax.device_put = lambda x, *_: put(x)",
        {"test_each_device_has_its_own_rows", "test_a_copy_is_on_every_device", "test_every_device_computes",
         "test_a_compiled_function_keeps_the_rows_where_they_are", "test_moving_from_one_sharding_to_another"},
    ),
}  # fmt: skip


def test_a_jax_that_computes_wrongly_is_found(scripts: Scripts, image: Path) -> None:
    """All of it at once: each line breaks one function of JAX, and its tests fail, whatever else does."""
    folder = scripts.folder / "suite"
    shutil.copytree(SUITE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    conftest = (folder / "conftest.py").read_text(encoding="utf-8")
    breaks = "\n".join(text for text, _ in WRONG.values())
    (folder / "conftest.py").write_text(f"{conftest}\nimport jax\n{breaks}\n", encoding="utf-8")
    told = run_suite(scripts, image, suite="suite")
    assert told.ran.code == 1
    failed = {name.partition("::")[2].partition("[")[0] for name in told.bad()}
    for fault, (_, tests) in WRONG.items():
        assert tests <= failed, f"{fault}: {tests - failed}"


def test_a_hung_test_is_killed_in_its_container_and_the_rest_runs(scripts: Scripts, image: Path) -> None:
    folder = scripts.folder / "suite"
    shutil.copytree(SUITE / "harness", folder / "harness", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pytest.ini"):
        shutil.copy(SUITE / name, folder / name)
    (folder / "test_it.py").write_text("""
import subprocess, time, pytest
pytestmark = pytest.mark.requires(devices=8)
def test_hangs(jax):
    subprocess.Popen(["sleep", "86399"], start_new_session=True)
    def wait(x):
        time.sleep(600)
        return x
    shape = jax.ShapeDtypeStruct((), "float32")
    jax.jit(lambda x: jax.pure_callback(wait, shape, x))(1.0).block_until_ready()
def test_after(jax):
    assert float(jax.numpy.ones(3).sum()) == 3
""")
    told = run_suite(scripts, image, suite="suite", test_timeout="20")
    print(told.cases["test_it.py::test_hangs"].message)
    assert (told.ran.code, told.result.outcome) == (1, "failed")
    hung = told.cases["test_it.py::test_hangs"]
    assert hung.message.startswith("timed out after 20 s; killed: ")
    assert "sleep" in hung.message.splitlines()[0]
    assert told.cases["test_it.py::test_after"].outcome == "passed"
    assert not any("sleep 86399" in line for line in command_lines())


def test_a_row_over_its_time_limit_leaves_nothing_behind(scripts: Scripts, store: Storage, image: Path) -> None:
    folder = scripts.folder / "suite"
    folder.mkdir()
    (folder / "test_it.py").write_text("import time\ndef test_hangs(): time.sleep(600)\n")
    told = run_suite(scripts, image, suite="suite", time_limit="0.1")
    assert (told.ran.code, told.result.outcome, told.result.error) == (1, "error", "timed out after 6 s")
    assert store.left_behind() == []
