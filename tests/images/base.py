"""A base image: this machine's own distribution with Python and pip, from the mirror that its package manager uses.

It is kept as an OCI image layout below `.shuntyard/images-base`, or where SHUNTYARD_IMAGES_BASE says: making it takes
one to two minutes, once a checkout.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.images.engines import needed, storage

ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = "python3,python3-pip,python3-venv"
_CONTAINERFILE = 'FROM scratch\nADD base.tar /\nCMD ["python3"]\n'


def base_layout() -> Path:
    """The layout's folder; the image in it is called `image`."""
    needed("debootstrap", "buildah", "tar")
    place = Path(os.environ.get("SHUNTYARD_IMAGES_BASE") or ROOT / ".shuntyard" / "images-base").resolve()
    layout = place / _codename()
    if not layout.is_dir():
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="base-", dir=place) as folder:
            _make(Path(folder)).replace(layout)
    return layout


def _make(folder: Path) -> Path:
    tree, context = folder / "tree", folder / "context"
    context.mkdir()
    mirror, components = _mirror()
    argv = ["debootstrap", "--variant=minbase", f"--include={_PACKAGES}", f"--components={components}"]
    _run([*argv, _codename(), str(tree), mirror])
    for wasted in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"):
        shutil.rmtree(tree / wasted, ignore_errors=True)
    _run(["tar", "--sort=name", "--mtime=@0", "--exclude=./dev/*", "-C", str(tree), "-cf", f"{context}/base.tar", "."])
    shutil.rmtree(tree)
    (context / "Containerfile").write_text(_CONTAINERFILE, encoding="utf-8")
    own = storage(folder / "storage")
    options = ("--isolation=chroot", "--format=oci", "--timestamp=0", "--layers=false", "--identity-label=false")
    own.buildah("bud", *options, "--tag=localhost/base", str(context))
    own.buildah("push", "--quiet", "localhost/base", f"oci:{folder}/layout:image")
    own.buildah("rmi", "--all")
    return folder / "layout"


def _codename() -> str:
    return platform.freedesktop_os_release()["VERSION_CODENAME"]


def _mirror() -> tuple[str, str]:
    """The address that apt has for this release, and the components; a list of mirrors gives its first."""
    format_ = "$(SITE) $(CODENAME) $(SUITE) $(COMPONENT)"
    argv = ["apt-get", "indextargets", "--format", format_, "Identifier: Packages"]
    lines = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [row for row in map(str.split, lines) if len(row) == 4 and row[1] == _codename()]
    assert rows, f"apt knows no source of {_codename()}; apt-get update"
    site = rows[0][0]
    if site.startswith("mirror+file:"):
        first = Path(site.removeprefix("mirror+file:")).read_text(encoding="utf-8").split()
        site = next(word for word in first if word.startswith("http"))
    components = {row[3] for row in rows if row[0] == rows[0][0]}
    return site, ",".join(name for name in ("main", "universe") if name in components)


def _run(argv: list[str]) -> None:
    env = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{argv[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
