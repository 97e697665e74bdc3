"""What a person sees while a job runs: folding groups and warnings, in a runner's log or in a terminal."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from shuntyard.ci import github
from shuntyard.text import line


def accept_any_text() -> None:
    """Makes standard output and error escape what their encoding does not have, such as `── é` in an ASCII locale."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class Console:
    """Prints to standard output; speaks workflow commands where a runner reads them."""

    def __init__(self, in_ci: bool) -> None:
        self._in_ci = in_ci

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Everything printed meanwhile folds under the title."""
        print(f"::group::{line(title)}" if self._in_ci else f"── {line(title)}", flush=True)
        try:
            yield
        finally:
            if self._in_ci:
                print("::endgroup::", flush=True)

    def say(self, text: str) -> None:
        """One line."""
        print(line(text, 1000), flush=True)

    def warn(self, text: str, title: str) -> None:
        """A warning that shows outside the log too."""
        shown = line(text, 1000)
        print(
            github.annotation("warning", shown, title=line(title)) if self._in_ci else f"warning: {shown}", flush=True
        )
