"""What is to be tested, with what, and where: read from the inputs, and refused where they contradict each other."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from shuntyard.contract import Value
from shuntyard.engine import Engine
from shuntyard.engine.choose import choose
from shuntyard.errors import ShuntyardError
from shuntyard.handover import Handover, read
from shuntyard.incontainer.image import Image, read_image
from shuntyard.plan import Row
from shuntyard.wheels.names import read_wheel

SHIPPED = Path(__file__).resolve().parents[3] / "suites" / "jax_integration"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST_MINUTES = 7 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`image` is what is to be tested. `engine` is None where the suite runs on this machine, in an environment of
    `wheels`. `suite` is a folder of this machine, or None for `suite_inside`, a path in the image. `env` is what the
    tests find in their environment."""

    image: Image
    engine: Engine | None
    options: tuple[str, ...]
    wheels: tuple[Handover, ...]
    requirements: tuple[str, ...]
    suite: Path | None
    suite_inside: str
    python: str
    env: Mapping[str, str]
    limit_s: float


def read_order(inputs: Mapping[str, Value], env: Mapping[str, str], rows: Iterable[Row]) -> Order:
    """The order of the inputs. Raises ShuntyardError that names the input at fault."""
    image = read_image(str(inputs["image"]), str(inputs["handover"]))
    folders = [Path(line.strip()) for line in str(inputs["wheels"]).splitlines() if line.strip()]
    wheels = tuple(read(folder, kind="wheels") for folder in folders)
    for handover in (*image.handovers, *wheels):
        for row in rows:
            _check_axes(handover, row)
    options = tuple(_words("container-options", str(inputs["container-options"])))
    requirements = tuple(_words("requirements", str(inputs["requirements"])))
    tests_env = {
        **_settings(inputs, {**image.versions, **_versions(wheels)}),
        **environment(str(inputs["environment"])),
    }
    limit_s = _positive("time-limit", inputs["time-limit"], _LONGEST_MINUTES) * 60
    suite, inside = _suite(str(inputs["suite"]))
    engine = choose(str(inputs["engine"]), env) if image.name else None
    if engine is None and (not wheels or inside):
        raise _nowhere(image.name, inside if wheels else "")
    return Order(
        image=image,
        engine=engine,
        options=options,
        wheels=wheels,
        requirements=requirements,
        suite=suite,
        suite_inside=inside,
        python=str(inputs["python"]) or image.python or "python3",
        env=tests_env,
        limit_s=limit_s,
    )


def _nowhere(image: str, inside: str) -> ShuntyardError:
    why = f"no container engine works here, so the image {image} cannot be tested" if image else "there is no image"
    if inside:
        return ShuntyardError(
            f"{why}, and input 'suite' is {inside!r}, a path in one", hint="name a folder of the checkout"
        )
    return ShuntyardError(why, hint="set input 'handover' or 'image', or 'wheels' to test those on this machine")


def environment(text: str) -> dict[str, str]:
    """NAME=VALUE, one a line. Raises ShuntyardError for a line that is none."""
    values = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, equals, value = line.partition("=")
        if not equals or not _VARIABLE.fullmatch(name) or "\0" in value:
            raise ShuntyardError(
                f"input 'environment' has the line {line[:100]!r}", hint="write NAME=VALUE, one a line"
            )
        values[name] = value
    return values


def _settings(inputs: Mapping[str, Value], versions: Mapping[str, str]) -> dict[str, str]:
    """What the shipped suite reads from its environment; another one may look at it, too."""
    return {
        "JAX_INTEGRATION_PLATFORM": str(inputs["platform"]),
        "JAX_INTEGRATION_EXPECT_DEVICES": str(inputs["expect-devices"]),
        "JAX_INTEGRATION_TEST_LIMIT": str(_positive("test-timeout", inputs["test-timeout"], 1e6)),
        "JAX_INTEGRATION_EXPECT_VERSIONS": " ".join(f"{name}=={version}" for name, version in sorted(versions.items())),
    }


def _versions(wheels: Iterable[Handover]) -> dict[str, str]:
    """The version of each project that was built."""
    names = [read_wheel(path.name) for handover in wheels for path in handover.paths(".whl")]
    return {name.project: name.version for name in names}


def _check_axes(handover: Handover, row: Row) -> None:
    """Wheels and images of two ROCm versions have the same names: only what they were made for tells them apart."""
    for axis, made_for in handover.axes.items():
        wanted = row.values.get(axis, made_for)
        if wanted != made_for and wanted not in re.split(r"[ ,]+", made_for):
            raise ShuntyardError(
                f"{handover.folder} was made for {axis} {made_for}, and the row {row.id} is for {axis} {wanted}",
                hint="download the hand-over of the row's own axes",
            )


def _suite(text: str) -> tuple[Path | None, str]:
    """A folder of this machine, below the step's own; or an absolute path, which is the image's."""
    if text.startswith("/"):
        return None, text
    start = Path.cwd().resolve()
    folder = (start / text).resolve() if text else SHIPPED
    if not folder.is_dir() or (text and not folder.is_relative_to(start)):
        raise ShuntyardError(
            f"input 'suite' is {text!r}", hint="a folder of the checkout, or an absolute path in the image"
        )
    return folder, ""


def _words(name: str, text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError as error:
        raise ShuntyardError(f"input {name!r} is not understood: {error}", hint="check its quotes") from error


def _positive(name: str, value: Value, most: float) -> float:
    if not isinstance(value, (int, float)) or not 0 < value <= most:
        raise ShuntyardError(f"input {name!r} is {value}", hint=f"write a number up to {most:g}")
    return value
