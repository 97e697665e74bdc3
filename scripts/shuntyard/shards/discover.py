"""Which test files there are: a list, or a folder of tests."""

from __future__ import annotations

import os
from pathlib import Path

from shuntyard.errors import ShuntyardError
from shuntyard.scope.judge import plain

_HIDDEN = (".", "__pycache__")


def find_tests(where: Path) -> set[str]:
    """Names such as `dynamo/test_misc`: the lines of a file, or of a folder the files `test_*.py` and `*_test.py`.

    Raises ShuntyardError where there is neither, or nothing in it.
    """
    try:
        if where.is_dir():
            found = set(_below(where))
        else:
            lines = where.read_text(encoding="utf-8").splitlines()
            found = {plain(name) for line in lines if (name := line.strip()) and not name.startswith("#")}
    except (OSError, ValueError) as error:
        hint = "name a file with one test a line, or the folder of the tests"
        raise ShuntyardError(f"the tests in {str(where)!r} cannot be read: {error}", hint=hint) from error
    if not found:
        raise ShuntyardError(f"there is no test in {str(where)!r}", hint="files are called test_*.py or *_test.py")
    return found


def _below(root: Path) -> list[str]:
    names = []
    for place, folders, files in os.walk(root):
        folders[:] = [folder for folder in folders if not folder.startswith(_HIDDEN)]
        for file in files:
            if file.endswith(".py") and (file.startswith("test_") or file.endswith("_test.py")):
                names.append(plain(Path(place, file).relative_to(root).as_posix()))
    return names
