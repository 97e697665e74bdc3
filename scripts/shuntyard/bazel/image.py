"""Which image a row runs in, and with which engine: by digest, and the one that the remote workers run as well."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from shuntyard.bazel import words
from shuntyard.bazel.job import Job
from shuntyard.contract import Value
from shuntyard.engine import Engine
from shuntyard.engine.choose import NONE, choose
from shuntyard.errors import ShuntyardError

IMAGE = words.Kind(
    re.compile(r"[a-z0-9][A-Za-z0-9._:/-]*@sha256:[0-9a-f]{64}"), "rocm/tensorflow-build@sha256:7fcf… (64 digits)"
)
_DECLARED = re.compile(r"""container-image["']?\s*[:=]\s*["']?(?:docker://)?([A-Za-z0-9._:/@-]+)""")
_LARGEST = 10_000_000  # bytes of a file that declares a platform


class Image(NamedTuple):
    """What to run in; `engine` None means this machine, and `notes` say why where an image was asked for."""

    name: str = ""
    engine: Engine | None = None
    options: tuple[str, ...] = ()
    python: str = "python3"
    notes: tuple[str, ...] = ()


def choose_image(job: Job, inputs: Mapping[str, Value]) -> Image:
    """The image of a row. Raises ShuntyardError for a tag instead of a digest, and where RBE's platform has another."""
    name = words.fill(str(inputs["image"]).strip(), job.row.values, "image").removeprefix("docker://")
    if not name:
        return Image()
    words.check(name, IMAGE, "image")
    platform = words.fill(str(inputs["image-platform"]).strip(), job.row.values, "image-platform")
    if platform:
        check_platform(name, platform, job.checkout)
    wanted = str(inputs["engine"])
    engine = choose("" if wanted == "auto" else wanted, job.env)
    if engine is None:
        why = "the input 'engine' says none" if wanted == NONE else "no container engine works here"
        return Image(notes=(f"ran on the machine itself, not in {name}: {why}",))
    options = tuple(
        word
        for each in words.lines(str(inputs["container-options"]), words.OPTION, "container-options")
        for word in shlex.split(each)
    )
    return Image(name=name, engine=engine, options=options, python=str(inputs["container-python"]))


def check_platform(image: str, platform: str, checkout: Path) -> None:
    """Compares digests: a test that is built in one image and run in another proves little. Raises ShuntyardError.

    `platform` is an image, or a file in the checkout that has one or more lines like
    `"container-image": "docker://name@sha256:…"`; then all of them count.
    """
    wanted = _digest(image)
    for declared in _declared(platform, checkout):
        if _digest(declared) != wanted:
            raise ShuntyardError(
                f"the image is {image}, but RBE's platform declares {declared}",
                hint="the same digest belongs in input 'image' and in the platform's container-image",
            )


def _declared(platform: str, checkout: Path) -> list[str]:
    if "@sha256:" in platform:
        return [platform.removeprefix("docker://")]
    path = (checkout / platform).resolve()
    if not path.is_relative_to(checkout.resolve()) or not path.is_file():
        hint = "name@sha256:…, or a file inside the checkout that declares container-image"
        raise ShuntyardError(f"input 'image-platform' is {platform!r}", hint=hint)
    with path.open(encoding="utf-8", errors="replace") as file:
        found = list(dict.fromkeys(_DECLARED.findall(file.read(_LARGEST))))
    if not found:
        raise ShuntyardError(f"{platform} declares no container-image", hint="name the file of the RBE platform")
    return found


def _digest(image: str) -> str:
    return image.rpartition("@")[2] if "@sha256:" in image else f"no digest ({image})"
