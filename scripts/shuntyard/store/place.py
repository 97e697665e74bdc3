"""What a place for a history's files can do: every file is made whole, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

TEMPORARY = ".tmp-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file: its path below the root with forward slashes, its size in bytes, when it was written (epoch s)."""

    path: str
    size: int
    modified: float


class Folder(Protocol):
    """Where files are created whole and never changed. `where` names it in messages.

    All raise StoreDownError when the place cannot be reached, FileNotFoundError for a file that is gone.
    """

    @property
    def where(self) -> str: ...

    def entries(self) -> list[Entry]:
        """Every file at any depth, temporary and foreign ones too."""
        ...

    def create(self, path: str, write: Callable[[Path], None], *, replace: bool = False) -> bool:
        """Makes the file with what `write` puts at the path that it is given; False when there is one of that name.

        Nobody sees half of it, and of several who create the same name one wins. `replace` takes an old one's place.
        """
        ...

    def remove(self, path: str) -> None:
        """Removes the file; one that is gone already is no fault."""
        ...

    def open(self, path: str) -> BinaryIO:
        """The file, to read a part of."""
        ...

    def fetch(self, paths: Sequence[str]) -> list[Path]:
        """Files of this machine with the content of these."""
        ...
