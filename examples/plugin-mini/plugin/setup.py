"""The extension modules. OpenMP makes them need libgomp, which `auditwheel repair` has to put into the wheel."""

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext


class WithVersion(build_ext):
    """Compiles the project's version in, so that a module from another build is noticed."""

    def build_extension(self, ext):
        ext.define_macros = [("MINI_VERSION", f'"{self.distribution.get_version()}"')]
        super().build_extension(ext)


setup(
    cmdclass={"build_ext": WithVersion},
    ext_modules=[
        Extension(
            f"mini_plugin.{name}",
            [f"native/{name}.c"],
            extra_compile_args=["-O2", "-fopenmp"],
            extra_link_args=["-fopenmp"],
        )
        for name in ("_linalg", "_prng")
    ],
)
