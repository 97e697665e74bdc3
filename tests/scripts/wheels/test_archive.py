"""Wheels as archives: what RECORD promises, and rewriting that depends on the content alone."""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import io
import random
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.wheels import archive, sources
from shuntyard.wheels.faults import StepFailedError
from shuntyard.wheels.names import read_wheel

NAME = "mini-0.3.0-py3-none-any.whl"
INFO = "mini-0.3.0.dist-info"
METADATA = (
    "Metadata-Version: 2.4\nName: mini\nVersion: 0.3.0\n"
    "Requires-Dist: mini-pjrt==0.3.0\nRequires-Dist: mini_pjrt (==0.3.0) ; extra == 'x'\n"
    "Requires-Dist: mini-pjrt>=0.3.0\nRequires-Dist: numpy==0.3.0\n\nVersion: 0.3.0 is told here\n"
)


def make(path: Path, files: dict[str, bytes], *, seed: int = 0, date: int = 2020) -> Path:
    """A wheel whose files come in an order and with times of the seed's and date's choosing."""
    files = {f"{INFO}/METADATA": METADATA.encode(), f"{INFO}/WHEEL": b"Wheel-Version: 1.0\n", **files}
    lines = [
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}"
        for name, data in files.items()
    ]
    everything = [*files.items(), (f"{INFO}/RECORD", "\n".join([*lines, f"{INFO}/RECORD,,"]).encode())]
    random.Random(seed).shuffle(everything)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if seed % 2 else zipfile.ZIP_STORED) as result:
        for name, data in everything:
            result.writestr(zipfile.ZipInfo(name, (date, 1 + seed % 12, 1, 0, 0, 0)), data)
    return path


CONTENTS = st.dictionaries(st.from_regex(r"mini/[a-z]{1,6}\.py", fullmatch=True), st.binary(max_size=60), max_size=5)


@given(CONTENTS, st.integers(0, 50), st.integers(1990, 2090))
def test_the_same_content_is_the_same_file(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes], seed: int, date: int
) -> None:
    home = tmp_path_factory.mktemp("w")
    made = []
    for number, (order, year) in enumerate([(seed, date), (seed + 1, date - 1)]):
        (home / str(number)).mkdir()
        wheel = make(home / NAME, files, seed=order, date=year)
        made.append(archive.rewrite(wheel, home / str(number), read_wheel(NAME), 1_700_000_000, {}))
    assert made[0].read_bytes() == made[1].read_bytes()
    assert list(archive.record_faults(made[0])) == []
    with zipfile.ZipFile(made[0]) as result:
        assert {name: result.read(name) for name in files} == files
        assert result.namelist()[-1] == f"{INFO}/RECORD"


def test_another_name_reaches_every_place(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    bill = b'"pkg:pypi/mini@0.3.0?file_name=mini-0.3.0-py3-none-any.whl"'
    wheel = make(tmp_path / NAME, {f"{INFO}/sboms/auditwheel.cdx.json": bill, "mini-0.3.0.data/scripts/run": b"#!"})
    name = read_wheel("mini-0.3.0+rocm7.2.0-1x-py3-none-any.whl")
    done = archive.rewrite(wheel, tmp_path / "out", name, 0, {"mini-pjrt": "0.3.0+rocm7.2.0", "numpy": "9.9"})
    assert done.name == str(name)
    info = "mini-0.3.0+rocm7.2.0.dist-info"
    assert archive.metadata(done) == (
        "Metadata-Version: 2.4\nName: mini\nVersion: 0.3.0+rocm7.2.0\n"
        "Requires-Dist: mini-pjrt==0.3.0+rocm7.2.0\nRequires-Dist: mini_pjrt==0.3.0+rocm7.2.0 ; extra == 'x'\n"
        "Requires-Dist: mini-pjrt>=0.3.0\nRequires-Dist: numpy==0.3.0\n\nVersion: 0.3.0 is told here\n"
    )
    with zipfile.ZipFile(done) as result:
        assert b"Build: 1x\n" in result.read(f"{info}/WHEEL")
        assert b"mini@0.3.0%2Brocm7.2.0?file_name=mini-0.3.0%2Brocm7.2.0-1x" in result.read(
            f"{info}/sboms/auditwheel.cdx.json"
        )
        assert result.read("mini-0.3.0+rocm7.2.0.data/scripts/run") == b"#!"
        assert all(entry.date_time == (1980, 1, 1, 0, 0, 0) for entry in result.infolist())
    assert list(archive.record_faults(done)) == []


@pytest.mark.parametrize("rule", ["record-missing", "record-unlisted", "record-differs"])
def test_record_is_held_against_the_files(tmp_path: Path, rule: str) -> None:
    wheel = make(tmp_path / NAME, {"mini/a.py": b"A = 1\n"})
    broken = tmp_path / "b" / NAME
    broken.parent.mkdir()
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(broken, "w") as result:
        for info in source.infolist():
            if info.filename == "mini/a.py" and rule != "record-unlisted":
                if rule == "record-differs":
                    result.writestr(info, b"A = 2\n")
                continue
            result.writestr(info, source.read(info))
        if rule == "record-unlisted":
            result.writestr("mini/b.py", "")
    (found,) = archive.record_faults(broken)
    assert found[0] == rule
    assert ("mini/b.py" if rule == "record-unlisted" else "mini/a.py") in found[1]


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "a\\..\\evil.py"])
def test_paths_that_leave_a_wheel(tmp_path: Path, name: str) -> None:
    with pytest.raises(StepFailedError, match="leads out of it"):
        archive.members(make(tmp_path / NAME, {name: b""}))


@given(st.binary(max_size=300))
def test_what_is_no_archive(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    home = tmp_path_factory.mktemp("n")
    (home / NAME).write_bytes(data)
    with pytest.raises(StepFailedError):
        archive.rewrite(home / NAME, home / "out", read_wheel(NAME), 0, {})
    (home / "a-1.tar.gz").write_bytes(data)
    with pytest.raises(StepFailedError):
        sources.unpack(home / "a-1.tar.gz", home / "u")


def sdist(path: Path, *, mtime: int, uid: int, order: int, link: str = "") -> Path:
    with (
        path.open("wb") as raw,
        gzip.GzipFile("x", "wb", mtime=mtime, fileobj=raw) as packed,
        tarfile.open(fileobj=packed, mode="w") as result,
    ):
        for name in ["a-1/PKG-INFO", "a-1/a.py", "a-1/setup.py"][::order]:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.uid, entry.uname = 2, mtime, uid, f"user{uid}"
            result.addfile(entry, io.BytesIO(b"x\n"))
        if link:
            entry = tarfile.TarInfo("a-1/link")
            entry.type, entry.linkname = tarfile.SYMTYPE, link
            result.addfile(entry)
    return path


def test_a_wheel_with_a_byte_that_went_wrong(tmp_path: Path) -> None:
    """Wherever it is, the steps end as a ledger takes it, and a file that differs is never taken for a whole one."""
    whole = make(tmp_path / NAME, {"mini/a.py": bytes(range(256))}, seed=1).read_bytes()
    wheel, out = tmp_path / NAME, tmp_path / "out"
    out.mkdir()
    told = 0
    for place in range(len(whole)):
        wheel.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        for step in (archive.metadata, lambda path: archive.rewrite(path, out, read_wheel(NAME), 0, {})):
            try:
                assert step(wheel)
            except (StepFailedError, OSError) as error:
                told += bool(str(error))
        with contextlib.suppress(StepFailedError, OSError):
            assert all(rule.startswith("record-") for rule, _ in archive.record_faults(wheel))
    assert told > len(whole) / 2


@pytest.mark.parametrize("algorithm", ["shake_128", "md5", "none"])
def test_a_hash_that_is_none_of_the_wheel_s_own_is_no_proof(tmp_path: Path, algorithm: str) -> None:
    wheel = make(tmp_path / NAME, {"mini/a.py": b"A = 1\n"})
    names = zipfile.ZipFile(wheel).namelist()
    with zipfile.ZipFile(tmp_path / "b.whl", "w") as result:
        for name in names:
            data = zipfile.ZipFile(wheel).read(name)
            result.writestr(
                name, data.replace(b"sha256=", f"{algorithm}=".encode()) if name.endswith("RECORD") else data
            )
    assert {rule for rule, _ in archive.record_faults(tmp_path / "b.whl")} == {"record-differs"}


def test_times_beyond_what_a_zip_file_can_tell(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    wheel = make(tmp_path / NAME, {})
    done = archive.rewrite(wheel, tmp_path / "out", read_wheel(NAME), 99_999_999_999, {})
    with zipfile.ZipFile(done) as result:
        assert {entry.date_time for entry in result.infolist()} == {(2107, 12, 31, 23, 59, 58)}


def test_a_source_distribution_is_its_content(tmp_path: Path) -> None:
    made = []
    for number, order in ((1, 1), (2, -1)):
        (tmp_path / str(number)).mkdir()
        archive_ = sdist(tmp_path / "a-1.tar.gz", mtime=number * 1000, uid=number, order=order)
        made.append(sources.normalise(archive_, tmp_path / str(number), 1_700_000_000).read_bytes())
    assert made[0] == made[1]
    top = sources.unpack(tmp_path / "1" / "a-1.tar.gz", tmp_path / "u")
    assert sorted(path.name for path in top.iterdir()) == ["PKG-INFO", "a.py", "setup.py"]


def test_links_in_a_source_distribution(tmp_path: Path) -> None:
    with pytest.raises(StepFailedError, match="a link or a path that leads out"):
        sources.unpack(sdist(tmp_path / "a-1.tar.gz", mtime=0, uid=0, order=1, link="/etc/passwd"), tmp_path / "u")


def test_a_source_distribution_without_end_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mini-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as made:
        for number in range(100):
            made.addfile(tarfile.TarInfo(f"mini/{number}"), io.BytesIO())
    monkeypatch.setattr(sources, "_MOST_FILES", 10)
    read: list[tarfile.TarInfo | None] = []
    one = tarfile.TarFile.next

    def count(self: tarfile.TarFile) -> tarfile.TarInfo | None:
        read.append(one(self))
        return read[-1]

    monkeypatch.setattr(tarfile.TarFile, "next", count)
    with pytest.raises(StepFailedError, match="unpacks to more"):
        sources.unpack(path, tmp_path)
    assert len(read) < 15
