"""Builds an image with wheels installed: lay out, build, search, describe, push, hand over; and clear away."""

from __future__ import annotations

import json
import os
import secrets as random
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from shuntyard import wire
from shuntyard.engine import Build, Builder
from shuntyard.engine.client import told, undone
from shuntyard.engine.private import write_private
from shuntyard.errors import EXIT_PROBLEMS, ShuntyardError
from shuntyard.handover import Handover, write
from shuntyard.images import context
from shuntyard.images.disk import clear_disk_faults
from shuntyard.images.inside import check_python, check_wheels, look_inside
from shuntyard.images.layout import Layout, read_layout
from shuntyard.images.leaks import find_leaks
from shuntyard.images.record import KIND, LAYOUT, RECORD, SBOM, ImageRecord, InstalledWheel
from shuntyard.images.registry import Registry
from shuntyard.images.sbom import Inventory, bill
from shuntyard.proc.log import read_tail
from shuntyard.proc.run import run


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An image to build. `secrets` are files for the build by their ids; `watched` are names and values that must not
    be in the image. `epoch` is in seconds since 1970. `push` is `repository[:tag]`; empty keeps the image as files."""

    wheels: tuple[Handover, ...]
    axes: Mapping[str, str]
    base: str
    python: str
    epoch: int
    reproducible: bool
    labels: Mapping[str, str]
    output: Path
    timeout_s: float
    containerfile: Path | None = None
    suite: Path | None = None
    index: str = ""
    build_secret: str = ""
    push: str = ""
    watched: tuple[tuple[str, str], ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


def build_image(order: Order, engine: Builder, registry: Registry | None) -> Handover:
    """Builds it and hands it over. Raises ShuntyardError, with everything cleared away, for whatever goes wrong."""
    _check_output(order.output)
    tag = f"localhost/shuntyard-build-{random.token_hex(6)}"
    folder = Path(tempfile.mkdtemp(prefix="image-", dir=os.environ.get("RUNNER_TEMP") or None))

    def clear() -> None:
        engine.forget(tag)
        shutil.rmtree(folder, ignore_errors=True)

    with undone(clear), clear_disk_faults(folder):
        base_digest = engine.pull(order.base)
        wheels = context.wheels_of(order.wheels)
        _build(order, engine, tag, folder, wheels)
        installed = look_inside(order.python, engine, tag, folder)
        check_python(order.python, installed.python, order.axes)
        engine.export(tag, folder / LAYOUT)
        layout = read_layout(folder / LAYOUT, engine.layers(order.base))
        _refuse_leaks(layout, order.watched)
        record = _record(order, engine, layout, base_digest, check_wheels(wheels, installed))
        if registry is not None and order.push:
            registry.push(layout.folder, _staging(order.push, layout.digest))
        return _hand_over(order, layout, record, installed)


def _build(order: Order, engine: Builder, tag: str, folder: Path, wheels: list[context.WheelFile]) -> None:
    text = context.containerfile(
        python=order.python, index=bool(order.index), suite=order.suite is not None, epoch=order.epoch
    )
    if order.containerfile is not None:
        text = order.containerfile.read_text(encoding="utf-8")
    place = folder / "context"
    file = context.lay_out(place, wheels, suite=order.suite, containerfile=text)
    private = folder / "secrets"
    private.mkdir(mode=0o700)
    files = {context.PIP: context.pip_settings(order.index), context.EXTRA: order.build_secret}
    for name, value in files.items():
        write_private(private / name, value)
    build = Build(
        context=place,
        containerfile=file,
        base=order.base,
        tag=tag,
        epoch=order.epoch,
        arguments={"PYTHON": order.python} if order.containerfile else {},
        labels=order.labels,
        secrets={name: private / name for name in files},
    )
    before = engine.containers(order.base)
    log = folder / "build.log"
    prepared = engine.build(build)
    finished = run(
        prepared.argv, env=prepared.env, cwd=folder, log=log, timeout_s=order.timeout_s, echo=sys.stdout.buffer
    )  # fmt: skip
    if finished.exit_code == 0 and not finished.interrupted:
        return
    for left in engine.containers(order.base) - before:
        engine.remove(left)
    if finished.interrupted:
        raise KeyboardInterrupt
    if finished.timed_out:
        raise ShuntyardError(f"the build took more than {order.timeout_s / 60:g} minutes", exit_code=EXIT_PROBLEMS)
    said = finished.error or told(read_tail(log).encode())
    raise ShuntyardError(f"{engine.name} could not build the image: {said}", exit_code=EXIT_PROBLEMS)


def _refuse_leaks(layout: Layout, watched: tuple[tuple[str, str], ...]) -> None:
    leaks = find_leaks(layout, watched)
    if leaks:
        shown = "\n".join(f"  {leak}" for leak in leaks[:20]) + ("\n  ..." if len(leaks) > 20 else "")
        hint = "mount secrets (RUN --mount=type=secret), and copy no files of credentials; nothing was pushed"
        raise ShuntyardError(f"the image would give secrets away:\n{shown}", hint=hint, exit_code=EXIT_PROBLEMS)


def _record(
    order: Order, engine: Builder, layout: Layout, base_digest: str, wheels: tuple[InstalledWheel, ...]
) -> ImageRecord:
    reference = f"{_staging(order.push, '').rpartition(':')[0]}@{layout.digest}" if order.push else f"oci:{LAYOUT}"
    return ImageRecord(
        digest=layout.digest,
        reference=reference,
        size=layout.size,
        created=created(order.epoch),
        reproducible=order.reproducible,
        base=order.base,
        base_digest=base_digest,
        engine=engine.name,
        engine_version=engine.version(),
        python=order.python,
        labels=dict(order.labels),
        layers=layout.layers,
        wheels=wheels,
    )


def _hand_over(order: Order, layout: Layout, record: ImageRecord, installed: Inventory) -> Handover:
    order.output.mkdir(parents=True, exist_ok=True)
    hashes = {f"{wheel.name}=={wheel.version}": wheel.sha256 for wheel in record.wheels}
    title = order.labels.get("org.opencontainers.image.title") or order.base.partition("@")[0]
    contents = bill(installed, name=title, digest=record.digest, created=record.created, sha256=hashes)
    for name, value in ((RECORD, wire.encode(record)), (SBOM, contents)):
        (order.output / name).write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    if not order.push:
        shutil.move(layout.folder, order.output / LAYOUT)
    facts = {"digest": record.digest, "reference": record.reference, "python": record.python, "created": record.created}
    facts |= {name: value for name, value in order.facts.items() if value}
    if order.push:
        facts["image"] = record.reference  # what test-image runs
    return write(order.output, kind=KIND, axes=order.axes, facts=facts)


def reference_of(handover: Handover) -> str:
    """What an engine takes for the image of a hand-over: a name with its digest, or the layout beside its record."""
    handover.fact("digest")
    reference = handover.fact("reference")
    return f"oci:{(handover.folder / LAYOUT).resolve()}:image" if reference == f"oci:{LAYOUT}" else reference


def created(epoch: int) -> str:
    """The time as the OCI annotation and CycloneDX want it (RFC 3339)."""
    return datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _staging(push: str, digest: str) -> str:
    """`repository:tag`; a tag of the digest's own where none is given, so that no other build moves it."""
    tagged = ":" in push.rpartition("/")[2]
    return push if tagged else f"{push}:build-{digest.partition(':')[2][:16]}"


def _check_output(output: Path) -> None:
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise ShuntyardError(f"the output {output} is not an empty folder", hint="name a new one")
