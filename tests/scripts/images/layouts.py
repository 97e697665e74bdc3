"""Makes OCI image layouts with the files that a test wants in their layers."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def write_layout(
    folder: Path, layers: Sequence[Mapping[str, bytes]], *, config: Mapping[str, Any] | None = None, links: str = ""
) -> list[str]:
    """Writes the layout; returns the layers' diff ids. `links` is where a symbolic link in the top layer leads."""
    (folder / "blobs" / "sha256").mkdir(parents=True)
    entries, diff_ids = [], []
    for files in layers:
        data, diff_id = _layer(files, links if files is layers[-1] else "")
        diff_ids.append(diff_id)
        entries.append(_blob(folder, data, "application/vnd.oci.image.layer.v1.tar+gzip"))
    text = json.dumps({"config": dict(config or {}), "rootfs": {"type": "layers", "diff_ids": diff_ids}})
    about = _blob(folder, text.encode(), "application/vnd.oci.image.config.v1+json")
    manifest = json.dumps({"schemaVersion": 2, "config": about, "layers": entries})
    entry = _blob(folder, manifest.encode(), "application/vnd.oci.image.manifest.v1+json")
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}), encoding="utf-8")
    return diff_ids


def _layer(files: Mapping[str, bytes], links: str) -> tuple[bytes, str]:
    plain, packed = io.BytesIO(), io.BytesIO()
    for file, mode in ((plain, "w"), (packed, "w:gz")):
        with tarfile.open(fileobj=file, mode=mode) as archive:  # type: ignore[call-overload]
            for name, data in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
            if links:
                entry = tarfile.TarInfo("link")
                entry.type, entry.linkname = tarfile.SYMTYPE, links
                archive.addfile(entry)
    return packed.getvalue(), f"sha256:{hashlib.sha256(plain.getvalue()).hexdigest()}"


def _blob(folder: Path, data: bytes, kind: str) -> dict[str, Any]:
    name = hashlib.sha256(data).hexdigest()
    (folder / "blobs" / "sha256" / name).write_bytes(data)
    return {"mediaType": kind, "digest": f"sha256:{name}", "size": len(data)}
