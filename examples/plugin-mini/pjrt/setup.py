"""Builds the shared library and puts it into a wheel for any Python 3 on this platform (py3-none-<platform>)."""

import os
import subprocess
from pathlib import Path

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py
from setuptools.dist import Distribution


class BinaryDistribution(Distribution):
    """Has a library in it, though no extension module of any one Python."""

    def has_ext_modules(self):
        return True


class BuildLibrary(build_py):
    """Compiles native/mini_pjrt.c next to the Python files."""

    def run(self):
        super().run()
        target = Path(self.build_lib, "mini_pjrt", "libmini_pjrt.so")
        target.parent.mkdir(parents=True, exist_ok=True)
        compiler = os.environ.get("CC", "cc").split()
        flags = os.environ.get("CFLAGS", "").split()
        define = f'-DMINI_VERSION="{self.distribution.get_version()}"'
        source = str(Path("native", "mini_pjrt.c"))
        subprocess.run([*compiler, "-O2", "-fPIC", "-shared", *flags, define, source, "-o", str(target)], check=True)


class AnyPython(bdist_wheel):
    """The library needs no Python at all, so neither does the tag."""

    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


setup(distclass=BinaryDistribution, cmdclass={"build_py": BuildLibrary, "bdist_wheel": AnyPython})
