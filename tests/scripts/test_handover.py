"""Hand-overs between jobs: whole ones are read back, and whatever is missing, changed or added is named."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.errors import ShuntyardError
from shuntyard.handover import LATEST, MANIFEST, MARKER, latest, publish_latest, read, write

WHEEL = "mini_pjrt-0.3.0-py3-none-any.whl"
AXES = {"rocm": "7.2.0", "python": "3.12"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "wheels"
    (place / "deeper").mkdir(parents=True)
    (place / WHEEL).write_bytes(b"wheel" * 1000)
    (place / "deeper" / "notes.txt").write_text("notes")
    return place


def test_what_was_written_is_read_back(folder: Path) -> None:
    written = write(folder, kind="wheels", axes=AXES, facts={"digest": "sha256:1"})
    found = read(folder, kind="wheels")
    assert found == written
    assert (found.kind, found.axes, found.fact("digest")) == ("wheels", AXES, "sha256:1")
    assert found.paths(".whl") == [folder / WHEEL]
    assert [(file.path, file.size) for file in found.files] == [("deeper/notes.txt", 5), (WHEEL, 5000)]


def test_a_fact_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(ShuntyardError, match="does not say its digest"):
        write(folder, kind="wheels", axes=AXES).fact("digest")


def _shorten(folder: Path) -> None:
    (folder / WHEEL).write_bytes(b"wheel" * 999)


def _change(folder: Path) -> None:
    (folder / WHEEL).write_bytes(b"wheel" * 999 + b"whee!")


def _unlink(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _add(folder: Path) -> None:
    (folder / "extra.whl").touch()


def _link(folder: Path) -> None:
    (folder / WHEEL).unlink()
    (folder / WHEEL).symlink_to("/etc/hostname")


def _garble(folder: Path) -> None:
    (folder / MANIFEST).write_text("{")


def _edit(**changes: object) -> Callable[[Path], None]:
    """Changes the manifest; the marker no longer vouches for it unless that is made to fit as well."""

    def change(folder: Path) -> None:
        data = json.loads((folder / MANIFEST).read_text())
        (folder / MANIFEST).write_text(json.dumps({**data, **changes}))

    return change


FAULTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "no marker": (_unlink(MARKER), "is not whole: it has no _SUCCESS"),
    "no manifest": (_unlink(MANIFEST), "manifest.json cannot be read"),
    "a file is gone": (_unlink(WHEEL), f"lacks '{WHEEL}'"),
    "a file is shorter": (_shorten, "4,995 bytes, and 5,000 were handed over"),
    "a file is another of the same size": (_change, "its sha256 differs"),
    "a file too many": (_add, "holds 'extra.whl', which was not handed over"),
    "a link": (_link, "is a link or no file"),
    "another schema": (_edit(schema=2), "has the schema 2"),
    "an edited manifest": (_edit(facts={"digest": "sha256:0"}), "is not the one that _SUCCESS vouches for"),
    "an unknown field": (_edit(more=1), "unknown field 'more'"),
    "no JSON": (_garble, "cannot be read"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(folder: Path, fault: str) -> None:
    write(folder, kind="wheels", axes=AXES)
    break_it, message = FAULTS[fault]
    break_it(folder)
    with pytest.raises(ShuntyardError, match=message.replace("(", r"\(")):
        read(folder)


def test_another_kind_is_refused(folder: Path) -> None:
    write(folder, kind="wheels", axes=AXES)
    with pytest.raises(ShuntyardError, match="hands over 'wheels', and 'image' is needed"):
        read(folder, kind="image")


@pytest.mark.parametrize("path", ["../wheels.txt", "/etc/hostname", "a/../../b", "", "a//b", "a\nb", "_SUCCESS"])
def test_a_manifest_cannot_lead_out_of_its_folder(folder: Path, path: str) -> None:
    write(folder, kind="wheels", axes=AXES)
    data = json.loads((folder / MANIFEST).read_text())
    data["files"].append({"path": path, "size": 0, "sha256": hashlib.sha256(b"").hexdigest()})
    text = json.dumps(data)
    (folder / MANIFEST).write_text(text)
    (folder / MARKER).write_text(hashlib.sha256(text.encode()).hexdigest())
    with pytest.raises(ShuntyardError, match="cannot be"):
        read(folder)


def test_nothing_cannot_be_handed_over(tmp_path: Path) -> None:
    with pytest.raises(ShuntyardError, match="nothing to hand over"):
        write(tmp_path, kind="wheels", axes=AXES)


def test_a_link_cannot_be_handed_over(folder: Path) -> None:
    (folder / "link.whl").symlink_to(folder / WHEEL)
    with pytest.raises(ShuntyardError, match=r"link\.whl is a link"):
        write(folder, kind="wheels", axes=AXES)


def test_the_marker_of_before_goes_before_anything_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that dies while it writes again must not leave the marker of the last time."""
    write(folder, kind="wheels", axes=AXES)
    monkeypatch.setattr("shuntyard.handover.sha256_of", _die)
    with pytest.raises(KeyboardInterrupt):
        write(folder, kind="wheels", axes=AXES)
    assert not (folder / MARKER).exists()


def _die(_: Path) -> str:
    raise KeyboardInterrupt


def test_the_marker_comes_last(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replaced: list[str] = []
    replace = Path.replace

    def note(self: Path, target: Path) -> Path:
        replaced.append(target.name)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", note)
    write(folder, kind="wheels", axes=AXES)
    assert replaced == [MANIFEST, MARKER]


def test_a_full_disk_leaves_no_marker_and_no_remains(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(folder, kind="wheels", axes=AXES)
    assert sorted(path.name for path in folder.iterdir()) == ["deeper", WHEEL]


def test_the_newest_is_found(tmp_path: Path) -> None:
    tier = tmp_path / "nightly"
    for version in ("2026-11-21", "2026-11-22"):
        place = tier / version
        place.mkdir(parents=True)
        (place / WHEEL).write_text(version)
        write(place, kind="wheels", axes=AXES)
        publish_latest(tier, version)
        assert latest(tier) == place
    assert (tier / LATEST).read_text() == "2026-11-22\n"


def test_only_a_whole_one_becomes_the_newest(folder: Path) -> None:
    write(folder, kind="wheels", axes=AXES)
    publish_latest(folder.parent, "wheels")
    half = folder.parent / "half"
    half.mkdir()
    (half / WHEEL).touch()
    with pytest.raises(ShuntyardError, match="is not whole"):
        publish_latest(folder.parent, "half")
    assert latest(folder.parent) == folder


@pytest.mark.parametrize("name", ["../other", "/etc", "..", "", "a/b"])
def test_a_pointer_cannot_lead_out_of_its_tier(tmp_path: Path, name: str) -> None:
    (tmp_path / LATEST).write_text(name)
    with pytest.raises(ShuntyardError, match="cannot be the name"):
        latest(tmp_path)
    with pytest.raises(ShuntyardError, match="cannot be the name"):
        publish_latest(tmp_path, name)


def test_a_tier_in_which_nothing_was_published(tmp_path: Path) -> None:
    with pytest.raises(ShuntyardError, match="has no LATEST"):
        latest(tmp_path)


@given(data=st.binary(max_size=400))
def test_a_manifest_of_any_bytes_is_refused_in_words(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("wheels")
    (folder / WHEEL).touch()
    write(folder, kind="wheels", axes=AXES)
    (folder / MANIFEST).write_bytes(data)
    with pytest.raises(ShuntyardError, match="manifest"):
        read(folder)


@given(
    names=st.sets(
        st.text("abcXYZ019._+-", min_size=1, max_size=30).filter(lambda n: n[0] not in ".-" and ".." not in n)
    ),
    axes=st.dictionaries(st.text(max_size=5), st.text(st.characters(codec="utf-8"), max_size=5)),
)
def test_any_plain_files_and_axes_survive(
    tmp_path_factory: pytest.TempPathFactory, names: set[str], axes: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    for name in names | {"one"}:
        (folder / name).write_text(name)
    write(folder, kind="wheels", axes=axes)
    found = read(folder)
    assert dict(found.axes) == axes
    assert {file.path for file in found.files} == (names | {"one"}) - {MANIFEST, MARKER}
