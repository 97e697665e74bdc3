"""The image that is to be tested: named by the caller with its digest, or handed over by build-image."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.handover import Handover, read
from shuntyard.images.build import reference_of
from shuntyard.images.record import KIND, RECORD, ImageRecord

_NAMED = re.compile(r"[^@]+@(sha256:[0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """`name` is what an engine takes, empty without an image; `digest` is what it has to be.

    `python` is the program in it that got the wheels, `versions` are those of the wheels by project; both are empty
    where nobody says. `labels` are the image's own.
    """

    name: str = ""
    digest: str = ""
    python: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    handovers: tuple[Handover, ...] = ()


def read_image(name: str, folder: str) -> Image:
    """The image of that name, else of the hand-over in the folder. Raises ShuntyardError for a name without a digest,
    and for a name and a hand-over that are of two images."""
    named = _NAMED.fullmatch(name)
    if name and not named:
        raise ShuntyardError(
            f"the image {name[:200]!r} has no digest: a tag may mean another image by now",
            hint="name it as registry.example/team/jax@sha256:…, which build-image gives",
        )
    if not folder:
        return Image(name=name, digest=named[1] if named else "")
    handover = read(Path(folder), kind=KIND)
    digest = handover.fact("digest")
    if named and named[1] != digest:
        raise ShuntyardError(f"input 'image' is {named[1]}, and {folder} hands over {digest}", hint="leave one out")
    record = _record(handover)
    return Image(
        name=name or reference_of(handover),
        digest=digest,
        python=record.python,
        versions={wheel.name: wheel.version for wheel in record.wheels},
        labels=record.labels,
        handovers=(handover,),
    )


def _record(handover: Handover) -> ImageRecord:
    try:
        return wire.decode(ImageRecord, json.loads((handover.folder / RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        hint = "take the hand-over of build-image"
        raise ShuntyardError(f"{handover.folder / RECORD} cannot be read: {error}", hint=hint) from error
