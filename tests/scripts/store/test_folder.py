"""Files are made whole, once, by one of however many try."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from shuntyard.store import StoreDownError
from shuntyard.store.folder import LocalFolder, open_folder
from shuntyard.store.place import Folder

PATH = "month=2026-11/run.parquet"


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.slow)])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Folder:
    return open_folder(str(tmp_path / "h") if request.param == "local" else request.getfixturevalue("bucket"))


def writing(text: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(text)

    return write


def content(folder: Folder) -> str:
    with folder.open(PATH) as file:
        return file.read().decode()


def test_an_empty_place_has_no_files(folder: Folder) -> None:
    assert folder.entries() == []


def test_the_first_to_create_a_name_wins(folder: Folder) -> None:
    assert folder.create(PATH, writing("one"))
    assert not folder.create(PATH, writing("two"))
    assert content(folder) == "one"
    (entry,) = folder.entries()
    assert (entry.path, entry.size) == (PATH, 3) and entry.modified > 1e9


def test_a_damaged_file_can_be_replaced(folder: Folder) -> None:
    folder.create(PATH, writing("one"))
    assert folder.create(PATH, writing("two"), replace=True)
    assert content(folder) == "two"


def test_fetched_files_have_the_content(folder: Folder) -> None:
    folder.create(PATH, writing("one"))
    for _ in range(2):
        (copy,) = folder.fetch([PATH])
        assert copy.read_text() == "one"


def test_removing_twice_is_removing(folder: Folder) -> None:
    folder.create(PATH, writing("one"))
    folder.remove(PATH)
    folder.remove(PATH)
    assert folder.entries() == []
    with pytest.raises(FileNotFoundError):
        folder.open(PATH)


def test_of_many_at_once_one_wins(folder: Folder) -> None:
    won = []
    start = threading.Barrier(8)

    def contend(number: int) -> None:
        start.wait()
        if folder.create(PATH, writing(str(number))):
            won.append(str(number))

    threads = [threading.Thread(target=contend, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [content(folder)] == won
    assert [entry.path for entry in folder.entries()] == [PATH]


def test_a_writer_that_fails_leaves_nothing(folder: Folder) -> None:
    def fail(path: Path) -> None:
        path.write_text("half")
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        folder.create(PATH, fail)
    assert folder.entries() == []


def test_without_hard_links_a_rename_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    folder = LocalFolder(tmp_path)
    assert folder.create(PATH, writing("one"))
    assert not folder.create(PATH, writing("two"))
    assert content(folder) == "one"


def test_a_place_that_is_no_folder_is_down(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreDownError, match="cannot be used"):
        LocalFolder(tmp_path / "file").create(PATH, writing("one"))


def test_an_s3_server_that_is_not_there_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(StoreDownError, match="cannot be reached"):
        open_folder("s3://yard/history").entries()


def test_a_file_url_is_a_folder(tmp_path: Path) -> None:
    assert open_folder(f"file://{tmp_path}").where == str(tmp_path)
