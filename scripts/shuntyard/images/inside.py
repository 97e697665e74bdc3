"""What is installed in an image, as its own Python sees it, and whether the wheels that were handed over are."""

from __future__ import annotations

import json
import secrets as random
from collections.abc import Mapping, Sequence
from pathlib import Path

from shuntyard import wire
from shuntyard.engine import Container, Engine, Mount
from shuntyard.engine.client import told
from shuntyard.engine.leavings import drop_all_but_files
from shuntyard.errors import EXIT_PROBLEMS, ShuntyardError
from shuntyard.images import inventory
from shuntyard.images.context import WheelFile
from shuntyard.images.record import InstalledWheel
from shuntyard.images.sbom import Inventory
from shuntyard.proc.log import read_tail
from shuntyard.proc.run import run

_LONGEST_S = 300.0
_LARGEST = 64 << 20  # bytes; 5,000 packages take less than one of them


def look_inside(python: str, engine: Engine, tag: str, folder: Path) -> Inventory:
    """What inventory.py finds in the image `tag`; `folder` is for what it writes. Raises ShuntyardError."""
    place = folder / "inventory"
    place.mkdir()
    place.chmod(0o777)  # an image may have a user of its own; the folder above lets nobody else in
    script = Mount(source=Path(inventory.__file__).resolve(), target="/run/inventory.py")
    container = Container(
        image=tag,
        argv=[python, "-E", "-B", "/run/inventory.py", "/run/found/inventory.json"],
        name=f"inventory-{random.token_hex(6)}",
        mounts=[script, Mount(source=place, target="/run/found", writable=True)],
    )
    log = folder / "inventory.log"
    with engine.prepared(container) as prepared:
        finished = run(prepared.argv, env=prepared.env, cwd=folder, log=log, timeout_s=_LONGEST_S)
    if finished.interrupted:
        raise KeyboardInterrupt
    drop_all_but_files(place)  # the image is not trusted with what it says of itself
    try:
        if finished.exit_code:
            raise ValueError(finished.error or told(read_tail(log).encode()))
        with (place / "inventory.json").open("rb") as file:
            return wire.decode(Inventory, json.loads(file.read(_LARGEST)))
    except (OSError, ValueError, RecursionError) as error:
        hint = "input 'python' names a Python 3.8 or newer in the image"
        raise ShuntyardError(
            f"the image cannot say what is installed: {error}", hint=hint, exit_code=EXIT_PROBLEMS
        ) from error


def check_python(program: str, version: str, axes: Mapping[str, str]) -> None:
    """Raises ShuntyardError where the image is for one Python and has its wheels in another."""
    wanted = axes.get("python", "")
    if wanted and version != wanted and not version.startswith(f"{wanted}."):
        text = f"the image is for python {wanted}, and its {program} is {version}"
        raise ShuntyardError(text, hint=f"set input 'python', such as python{wanted}", exit_code=EXIT_PROBLEMS)


def check_wheels(wheels: Sequence[WheelFile], installed: Inventory) -> tuple[InstalledWheel, ...]:
    """The wheels that the image has, each project once. Raises ShuntyardError for one that it has not."""
    version = ".".join(installed.python.split(".")[:2])
    kept: dict[str, InstalledWheel] = {}
    for wheel in wheels:
        found = installed.version_of(wheel.name)
        if found != wheel.version:
            has = f"has {wheel.name} {found}" if found else f"has no {wheel.name}"
            text = f"the image {has}, and {wheel.path.name} was handed over"
            raise ShuntyardError(text, hint="the Containerfile must install every wheel", exit_code=EXIT_PROBLEMS)
        if wheel.python in ("", version):
            kept[wheel.name] = InstalledWheel(
                file=wheel.path.name, sha256=wheel.sha256, name=wheel.name, version=wheel.version
            )
    return tuple(kept.values())
