"""Links, pipes and sockets that a container leaves: gone before anything reads, follows or uploads them."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from shuntyard.engine.leavings import drop_all_but_files
from shuntyard.errors import EXIT_PROBLEMS, ShuntyardError


def test_only_files_and_folders_stay(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("of this machine\n")
    folder = tmp_path / "results"
    (folder / "row" / "r1").mkdir(parents=True)
    (folder / "row" / "r1" / "result.json").write_text("{}")
    (folder / "row" / "summary.md").symlink_to(secret)
    (folder / "away").symlink_to(tmp_path)
    (folder / "gone").symlink_to(tmp_path / "nowhere")
    os.mkfifo(folder / "row" / "devices.json")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "s"))
    assert drop_all_but_files(folder) == ("away", "gone", "row/devices.json", "row/summary.md", "s")
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")) == [
        "row",
        "row/r1",
        "row/r1/result.json",
    ]
    assert secret.read_text() == "of this machine\n"


def test_what_cannot_be_removed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to("/")

    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(ShuntyardError, match="'link', which cannot be removed: Permission denied") as raised:
        drop_all_but_files(tmp_path)
    assert raised.value.exit_code == EXIT_PROBLEMS
