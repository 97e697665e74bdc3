"""What a runtime image is built from here: a small base with pytest, by a Containerfile that asks for no PyTorch.

PyTorch's wheel alone is larger than all the rest. A team's base has it; with this one, the package is installed without
what it needs, and what runs inside is the suite that needs no PyTorch.
"""

from __future__ import annotations

import importlib.metadata
import shutil
from pathlib import Path

from tests.images.engines import Storage
from tests.spyre.steps import MINI

BASE = "localhost/spyre-base"
CONTAINERFILE = """\
ARG BASE
FROM ${BASE}
RUN --mount=type=bind,source=wheels,target=/run/wheels \\
    PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install --quiet --no-index --no-deps --no-cache-dir \\
    --find-links=/run/wheels --requirement=/run/wheels/ours.txt
"""


def make_base(store: Storage, plain: str, python: str) -> str:
    """The image BASE: that of a distribution with pytest where its Python looks for what pip installed."""
    container = store.buildah("from", "--tls-verify=false", plain).strip()
    with_pytest = store.folder / "pytest"
    for name in ("pytest", "pluggy", "iniconfig", "packaging", "pygments"):
        for file in importlib.metadata.files(name) or ():
            if file.parts[0] != ".." and file.suffix != ".pyc":
                target = with_pytest / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), target)
    store.buildah("copy", "--quiet", container, str(with_pytest), f"/usr/local/lib/python{python}/dist-packages")
    store.buildah("commit", "--quiet", "--format=oci", container, BASE)
    store.buildah("rm", container)
    return BASE


def put_suite(folder: Path) -> None:
    """Those of the package's tests that need no PyTorch."""
    folder.mkdir(parents=True)
    shutil.copy(MINI / "tests" / "unit" / "test_cards.py", folder)
