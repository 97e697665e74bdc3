"""The example plugin, built, repaired, named and checked by the real tools; and what they say of broken ones."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from shuntyard import handover
from shuntyard.wheels import archive, pythons
from shuntyard.wheels.names import read_wheel
from tests.images.engines import missing
from tests.images.index import images_python

pytestmark = [pytest.mark.images, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "plugin-mini"
DATE = "1700000000"


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    text: str
    outputs: dict[str, str]

    def cases(self) -> dict[str, tuple[str, str]]:
        (file,) = Path(self.outputs["results"]).glob("*/r1/result.json")
        return {case["case"]: (case["outcome"], case["message"]) for case in json.loads(file.read_text())["cases"]}


def call(python: str, script: str, cwd: Path, *arguments: str, **variables: str) -> Done:
    env = {**{name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}, **variables}
    command = [python, str(ROOT / "scripts" / f"{script}.py"), *arguments, "--json"]
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    with contextlib.suppress(ValueError):
        return Done(done.returncode, done.stderr, json.loads(done.stdout))
    return Done(done.returncode, done.stderr + done.stdout, {})


def build(python: str, home: Path, *arguments: str, **variables: str) -> Done:
    places = ["--wheels", str(home / "wheels"), "--results", str(home / "results"), "--source-date", DATE]
    return call(python, "build_wheels", home, *places, *arguments, TMPDIR=str(home), **variables)


def own() -> str:
    """A Python that is here for certain, and a second one where there is one."""
    return f"3.{sys.version_info.minor}"


def several() -> list[str]:
    others = [version for version in ("3.13", "3.12", "3.11", "3.10") if version != own()]
    return [own(), *[version for version in others if (p := pythons.find(version, os.environ)) and p.headers][:1]]


@pytest.fixture(scope="module")
def python() -> str:
    return images_python()


@pytest.fixture(scope="module")
def built(python: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    home = tmp_path_factory.mktemp("built")
    shutil.copytree(EXAMPLE, home / "repo")
    expect = "mini-plugin: mini_plugin._linalg mini_plugin._prng\nmini-pjrt: mini_pjrt/libmini_pjrt.so"
    projects = ["--once", "repo/pjrt", "--per-python", "repo/plugin", "--expect", expect]
    done = build(python, home, *projects, "--pythons", " ".join(several()), "--axes", "rocm=7.2.0")
    assert done.code == 0, done.text
    return home / "wheels", done


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLE / "plugin", tmp_path / "plugin")
    return tmp_path / "plugin"


def sums(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.whl")}


class TestBuild:
    def test_one_runtime_wheel_and_a_plugin_for_each_python(self, built: tuple[Path, Done]) -> None:
        wheels, done = built
        packages = handover.read(wheels, kind="wheels")
        names = [read_wheel(path.name) for path in packages.paths()]
        tags = [f"cp{version.replace('.', '')}" for version in several()]
        assert sorted(name.python for name in names) == sorted([*tags, "py3"])
        assert {name.version for name in names} == {"0.3.0+rocm7.2.0"}
        assert all("manylinux_2_" in name.platform for name in names)
        assert packages.axes == {"rocm": "7.2.0"}
        assert packages.fact("built-in") == "host"
        assert "without a container" in done.text
        assert done.outputs["outcome"] == "passed"
        assert "7.2.0" in done.outputs["wheels-artifact"]

    def test_the_plugin_asks_for_the_runtime_of_its_own_build(self, built: tuple[Path, Done]) -> None:
        plugin = next(path for path in built[0].glob("mini_plugin*.whl"))
        assert "Requires-Dist: mini-pjrt==0.3.0+rocm7.2.0\n" in archive.metadata(plugin)

    def test_repair_brings_openmp_along(self, built: tuple[Path, Done]) -> None:
        plugin = next(path for path in built[0].glob("mini_plugin*.whl"))
        assert any(name.startswith("mini_plugin.libs/libgomp") for name in archive.members(plugin))

    def test_another_checkout_makes_the_same_files(self, python: str, built: tuple[Path, Done], tmp_path: Path) -> None:
        other = tmp_path / "elsewhere" / "checkout"
        shutil.copytree(EXAMPLE, other)
        for path in other.rglob("*"):
            os.utime(path, (1_600_000_000, 1_600_000_000))
        projects = ["--once", "elsewhere/checkout/pjrt", "--per-python", "elsewhere/checkout/plugin"]
        done = build(python, tmp_path, *projects, "--pythons", own(), "--axes", "rocm=7.2.0", TZ="Asia/Tokyo")
        assert done.code == 0, done.text
        again = sums(tmp_path / "wheels")
        assert len(again) == 2
        assert again.items() <= sums(built[0]).items()

    def test_a_python_that_is_not_here(self, python: str, tmp_path: Path, project: Path) -> None:
        done = build(python, tmp_path, "--per-python", "plugin", "--pythons", f"3.99 {own()}")
        assert done.code == 2
        assert "Python 3.99 is not on this machine; there is " in done.text
        assert own() in done.text


class TestBroken:
    def test_a_module_that_is_not_built(self, python: str, tmp_path: Path, project: Path) -> None:
        setup = project / "setup.py"
        setup.write_text(setup.read_text().replace('("_linalg", "_prng")', '("_linalg",)'))
        expect = "mini-plugin: mini_plugin._linalg mini_plugin._prng"
        done = build(python, tmp_path, "--per-python", "plugin", "--pythons", own(), "--expect", expect)
        tag = f"cp{own().replace('.', '')}"
        assert done.code == 1
        outcome, message = done.cases()[f"expect::mini-plugin[{tag}]"]
        assert outcome == "failed"
        assert "mini_plugin._prng is expected and is not in the wheel" in message
        assert not list((tmp_path / "wheels").iterdir())

    def test_a_package_that_the_sources_have_and_the_wheel_has_not(
        self, python: str, tmp_path: Path, project: Path
    ) -> None:
        extra = project / "src" / "mini_plugin" / "extra"
        extra.mkdir()
        (extra / "__init__.py").write_text('"""Left out by an include that is too narrow."""\n')
        settings = project / "pyproject.toml"
        settings.write_text(
            settings.read_text() + 'include = ["mini_plugin"]\n[tool.setuptools]\ninclude-package-data = false\n'
        )
        (project / "MANIFEST.in").write_text("graft native\ngraft src\n")
        done = build(python, tmp_path, "--once", "plugin", "--pythons", own())
        (case,) = [case for case in done.cases() if case.startswith("check-wheel-contents::")]
        outcome, message = done.cases()[case]
        assert (done.code, outcome) == (1, "failed")
        assert "W101" in message
        assert "mini_plugin/extra/__init__.py" in message

    def test_a_compile_error_is_shown(self, python: str, tmp_path: Path, project: Path) -> None:
        kernel = project / "native" / "_prng.c"
        kernel.write_text(kernel.read_text().replace("static uint64_t mix", "static uint65_t mix"))
        done = build(python, tmp_path, "--per-python", "plugin", "--pythons", own())
        outcome, message = done.cases()[f"build::plugin[{own()}]"]
        assert (done.code, outcome) == (1, "failed")
        assert "uint65_t" in message
        assert "uint65_t" in done.text

    def test_a_build_that_hangs_is_ended_with_its_children(self, python: str, tmp_path: Path, project: Path) -> None:
        pids = tmp_path / "pids"
        hang = (
            "import subprocess, sys, pathlib, time\n"
            "if 'bdist_wheel' in sys.argv or 'build_ext' in sys.argv:\n"
            "    child = subprocess.Popen(['sleep', '300'], start_new_session=True)\n"
            f"    pathlib.Path({str(pids)!r}).write_text(str(child.pid))\n"
            "    print('waiting for a licence server', flush=True)\n"
            "    time.sleep(300)\n"
        )
        (project / "setup.py").write_text(hang + (project / "setup.py").read_text())
        start = time.monotonic()
        done = build(python, tmp_path, "--once", "plugin", "--pythons", own(), "--timeout-minutes", "0.25")
        outcome, message = done.cases()["build::plugin"]
        assert time.monotonic() - start < 60
        assert (done.code, outcome) == (1, "error")
        assert "the wheel of plugin for Python" in message
        assert "did not end within 15 s" in message
        assert "waiting for a licence server" in message
        assert not Path("/proc", pids.read_text()).exists()

    def test_a_disk_that_is_full(self, python: str, tmp_path: Path, project: Path) -> None:
        with small_disk(tmp_path / "disk") as disk:
            done = build(python, tmp_path, "--once", "plugin", "--pythons", own(), "--work", str(disk))
            cases = done.cases()
            bad = {case: told for case, told in cases.items() if told[0] == "error"}
            assert done.code == 1
            assert bad
            assert any("the disk is full" in message and "MB free of" in message for _, message in bad.values())
            assert not list(disk.iterdir())
        assert not list((tmp_path / "wheels").iterdir())


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of 8 MB; only root can mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        missing("no file system can be mounted here: that takes root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


class TestCheck:
    def check(self, python: str, home: Path, packages: Path, *arguments: str) -> Done:
        results = str(home / "checked")
        return call(python, "check_packages", home, "--packages", str(packages), "--results", results, *arguments)

    def test_what_was_built_installs_and_imports(self, python: str, built: tuple[Path, Done], tmp_path: Path) -> None:
        modules = "mini_plugin mini_plugin._linalg mini_plugin._prng mini_pjrt"
        done = self.check(python, tmp_path, built[0], "--dependencies", "folder", "--imports", modules)
        assert done.code == 0, done.text
        assert done.outputs["outcome"] == "passed"
        assert json.loads(Path(done.outputs["findings"]).read_text()) == []
        assert {f"import::mini_plugin._prng[{version}]" for version in several()} <= done.cases().keys()

    def test_a_wheel_that_lost_a_file(self, python: str, built: tuple[Path, Done], tmp_path: Path) -> None:
        (tmp_path / "p").mkdir()
        for wheel in (path for path in built[0].glob("*.whl") if read_wheel(path.name).python_version in ("", own())):
            copy_without(wheel, tmp_path / "p" / wheel.name, "_prng")
        done = self.check(python, tmp_path, tmp_path / "p", "--dependencies", "folder", "--without", "pydistcheck")
        found = json.loads(Path(done.outputs["findings"]).read_text())
        assert done.code == 1
        assert any(each["rule"] == "record-missing" and "_prng" in each["message"] for each in found)
        assert any(each["check"] == "import" and each["file"] == "mini_plugin" for each in found)

    def test_wheels_of_two_versions(self, python: str, built: tuple[Path, Done], tmp_path: Path) -> None:
        (tmp_path / "p").mkdir()
        for wheel in built[0].glob("*.whl"):
            name = read_wheel(wheel.name)
            other = (
                name
                if name.project == "mini-pjrt"
                else type(name)(**{**{f: getattr(name, f) for f in name.__slots__}, "version": "0.3.0+rocm7.1.1"})
            )
            archive.rewrite(wheel, tmp_path / "p", other, int(DATE), {})
        done = self.check(python, tmp_path, tmp_path / "p", "--without", "install")
        outcome, message = done.cases()["agreement::versions"]
        assert (done.code, outcome) == (1, "failed")
        assert "0.3.0+rocm7.1.1: mini-plugin" in message


def copy_without(wheel: Path, target: Path, part: str) -> None:
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(target, "w") as result:
        for info in source.infolist():
            if part not in info.filename:
                result.writestr(info, source.read(info))


def test_the_example_has_tests_that_pass(python: str, built: tuple[Path, Done], tmp_path: Path) -> None:
    home = tmp_path / "env"
    program = home / "bin" / "python"
    commands: list[list[Any]] = [
        [python, "-m", "virtualenv", "--quiet", "-p", pythons.find(own(), os.environ).program, home],  # type: ignore[union-attr]
        [program, "-m", "pip", "install", "--quiet", "--no-index", "--find-links", built[0], "mini-plugin"],
        [program, "-m", "pip", "install", "--quiet", "pytest"],
        [program, "-m", "pytest", "-q", "-p", "no:cacheprovider", EXAMPLE / "tests"],
    ]
    for command in commands:
        done = subprocess.run(list(map(str, command)), cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "7 passed" in done.stdout
