"""A base image with real JAX and pytest in it, for the tests that compute. Its packages are fetched once a checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.images.base import ROOT
from tests.images.engines import Storage

NAME = "localhost/jax-base"
VERSIONS = ("jax==0.10.2", "jaxlib==0.10.2", "pytest>=8")


def image_python(store: Storage, base: str) -> str:
    """The version of the image's Python, such as 3.11; from a file: what a chroot prints can get lost."""
    container = store.buildah("from", "--tls-verify=false", base).strip()
    with tempfile.TemporaryDirectory(prefix="python-", dir=store.folder) as folder:
        try:
            code = "import sys; open('/run/found/version', 'w').write('%d.%d' % sys.version_info[:2])"
            options = ("--isolation=chroot", f"--volume={folder}:/run/found:rw")
            store.buildah("run", *options, container, "--", "python3", "-c", code)
            return Path(folder, "version").read_text(encoding="utf-8")
        finally:
            store.buildah("rm", container)


def make_jax_base(store: Storage, base: str, python: str) -> str:
    """The image's name in the storage: `base` with JAX where the distribution's Python looks for what pip installed.

    Made once in a storage.
    """
    if store.has(NAME):
        return NAME
    container = store.buildah("from", "--tls-verify=false", base).strip()
    try:
        store.buildah(
            "copy", "--quiet", container, str(_packages(python)), f"/usr/local/lib/python{python}/dist-packages"
        )
        store.buildah("commit", "--quiet", "--format=oci", container, NAME)
    finally:
        store.buildah("rm", container)
    return NAME


def _packages(python: str) -> Path:
    """A folder of packages, as pip lays them out for that Python, whichever runs here."""
    place = Path(os.environ.get("SHUNTYARD_IMAGES_BASE") or ROOT / ".shuntyard" / "images-base").resolve()
    folder = place / f"jax-{python}-{'-'.join(VERSIONS).translate(str.maketrans('=>', '__'))}"
    if not folder.is_dir():
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="jax-", dir=place) as part:
            target = Path(part, "packages")
            options = [
                "--quiet",
                "--target",
                str(target),
                "--python-version",
                python,
                "--only-binary=:all:",
                "--no-compile",
            ]
            argv = [sys.executable, "-m", "pip", "install", *options, *VERSIONS]
            done = subprocess.run(argv, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr[-2000:]
            shutil.rmtree(target / "bin", ignore_errors=True)
            target.replace(folder)
    return folder
