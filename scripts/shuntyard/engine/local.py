"""Images that lie in a folder, `oci:<folder>:<name>`; skopeo brings them to where an engine keeps its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from shuntyard.engine.client import ask, digest_in, inherited
from shuntyard.errors import ShuntyardError

_LAYOUT, _NAME_NOTE = "oci:", "org.opencontainers.image.ref.name"


def in_store(image: str) -> str:
    """What the engine calls the image: `oci:<folder>:<name>` gets a name of its own, for most paths are none.

    Raises ShuntyardError where the folder holds no image of that name.
    """
    if not image.startswith(_LAYOUT):
        return image
    return f"localhost/shuntyard-layout:{layout_digest(image).partition(':')[2][:32]}"


def layout_digest(image: str) -> str:
    """The digest of the image `oci:<folder>:<name>`. Raises ShuntyardError."""
    folder, _, name = image.removeprefix(_LAYOUT).rpartition(":")
    try:
        entries = json.loads(Path(folder, "index.json").read_text(encoding="utf-8"))["manifests"]
        named = [item for item in entries if item.get("annotations", {}).get(_NAME_NOTE) == name]
        return digest_in(named[0]["digest"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        hint = "oci:<folder>:<name>, where the folder is an OCI image layout"
        raise ShuntyardError(f"there is no image {image}", hint=hint) from error


def load_layout(image: str, store: str, env: Mapping[str, str]) -> str:
    """Copies the image `oci:<folder>:<name>` to where an engine keeps its own; returns its digest."""
    argv = ["skopeo", "copy", "--quiet", image, f"{store}:{in_store(image)}"]
    ask(argv, inherited(env), what=f"the image {image} cannot be read")
    return layout_digest(image)


def is_layout(image: str) -> bool:
    """Whether the image is a folder's, `oci:<folder>:<name>`."""
    return image.startswith(_LAYOUT)
