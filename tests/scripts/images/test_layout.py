"""An OCI image layout as it is read: digests, sizes, and which layers are new."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.images.layout import read_layout
from tests.scripts.images.layouts import write_layout


def test_layers_above_the_base_are_new(tmp_path: Path) -> None:
    diff_ids = write_layout(tmp_path / "layout", [{"a": b"1"}, {"b": b"2"}, {"c": b"3"}])
    layout = read_layout(tmp_path / "layout", tuple(diff_ids[:2]))
    assert [layer.new for layer in layout.layers] == [False, False, True]
    assert layout.digest == f"sha256:{hashlib.sha256(layout.manifest.encode()).hexdigest()}"
    assert layout.size == sum(path.stat().st_size for path in (tmp_path / "layout" / "blobs" / "sha256").iterdir())


def test_a_layer_of_the_base_at_another_height_is_new(tmp_path: Path) -> None:
    diff_ids = write_layout(tmp_path / "layout", [{"a": b"1"}, {"b": b"2"}])
    assert all(layer.new for layer in read_layout(tmp_path / "layout", (diff_ids[1],)).layers)


@pytest.mark.parametrize("digest", ["sha256:../../../etc/passwd", "sha256:" + "0" * 64, "md5:1"])
def test_what_is_no_layout_is_said(tmp_path: Path, digest: str) -> None:
    write_layout(tmp_path / "layout", [{"a": b"1"}])
    (tmp_path / "layout" / "index.json").write_text(json.dumps({"manifests": [{"digest": digest}]}), encoding="utf-8")
    with pytest.raises(ShuntyardError, match="is no layout of an image"):
        read_layout(tmp_path / "layout")
