"""What is known of an image that was built: `image.json` is an ImageRecord on the wire. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA = 1
KIND = "image"  # of the hand-over
RECORD, SBOM, LAYOUT = "image.json", "sbom.cdx.json", "layout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer as it is pushed: digest and size (bytes) of the compressed blob; `new` where the base has it not."""

    digest: str
    diff_id: str
    media_type: str
    size: int
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledWheel:
    """A wheel that was handed over, and what the image has of it."""

    file: str
    sha256: str
    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRecord:
    """`reference` is where the image can be had, with its digest; `oci:layout` is the folder beside this file.

    `size` is what a pull moves, in bytes; `created` is ISO 8601 in UTC, and what SOURCE_DATE_EPOCH said if it was set.
    """

    schema: int = SCHEMA
    digest: str
    reference: str
    size: int
    created: str
    reproducible: bool
    base: str
    base_digest: str
    engine: str
    engine_version: str
    python: str
    labels: dict[str, str]
    layers: tuple[Layer, ...]
    wheels: tuple[InstalledWheel, ...]
    sbom: str = SBOM
