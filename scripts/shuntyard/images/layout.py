"""An OCI image layout: a folder with an image's manifest, configuration and layers, each under its digest. Read only.

Source: OCI Image Format Specification 1.1, "Image Layout" and "Image Manifest".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shuntyard.engine.client import digest_in
from shuntyard.errors import EXIT_PROBLEMS, ShuntyardError
from shuntyard.images.record import Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The one image of a layout. `digest` is its manifest's; `manifest` and `config` are as they were written."""

    folder: Path
    digest: str
    manifest: str
    config: str
    layers: tuple[Layer, ...]

    @property
    def size(self) -> int:
        """What a pull moves, in bytes."""
        return len(self.manifest.encode()) + len(self.config.encode()) + sum(layer.size for layer in self.layers)

    def blob(self, digest: str) -> Path:
        """The file that has this digest."""
        return _blob(self.folder, digest)


def read_layout(folder: Path, base: tuple[str, ...] = ()) -> Layout:
    """The image in the folder; layers that `base` has at the same height, by their diff ids, are not new.

    Raises ShuntyardError for what is no layout of one image.
    """
    try:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        (entry,) = index["manifests"]
        manifest = _blob(folder, entry["digest"]).read_text(encoding="utf-8")
        record = json.loads(manifest)
        config = _blob(folder, record["config"]["digest"]).read_text(encoding="utf-8")
        diff_ids = [str(item) for item in json.loads(config)["rootfs"]["diff_ids"]]
        layers = tuple(_layers(record["layers"], diff_ids, base))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ShuntyardError(f"{folder} is no layout of an image: {error}", exit_code=EXIT_PROBLEMS) from error
    return Layout(folder=folder, digest=entry["digest"], manifest=manifest, config=config, layers=layers)


def _layers(entries: list[dict[str, Any]], diff_ids: list[str], base: tuple[str, ...]) -> list[Layer]:
    same = True
    layers = []
    for height, (entry, diff_id) in enumerate(zip(entries, diff_ids, strict=True)):
        same = same and height < len(base) and base[height] == diff_id
        size, kind = int(entry["size"]), str(entry["mediaType"])
        layers.append(Layer(digest=str(entry["digest"]), diff_id=diff_id, media_type=kind, size=size, new=not same))
    return layers


def _blob(folder: Path, digest: str) -> Path:
    if digest_in(digest) != digest:
        raise ValueError(f"{digest[:100]!r} is no digest")
    return folder / "blobs" / "sha256" / digest.partition(":")[2]
