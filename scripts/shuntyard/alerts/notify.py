"""Tells people, wherever they are, through Apprise. Addresses hold logins: they come from the environment alone, and
are in no argument, message or log."""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Literal, Protocol

from shuntyard.errors import ShuntyardError

VARIABLE = "SHUNTYARD_NOTIFY_URLS"
Kind = Literal["info", "warning", "failure", "success"]


class Notifier(Protocol):
    """Who is told."""

    def count(self) -> int:
        """How many addresses there are."""

    def send(self, title: str, body: str, kind: Kind) -> list[str]:
        """Tells every address; gives what went wrong, an entry for each that was not reached."""


@dataclass(frozen=True, slots=True)
class Apprise:
    """The addresses of the environment, separated by spaces or newlines. `variable` is what messages call them."""

    urls: tuple[str, ...] = field(repr=False)
    variable: str = VARIABLE

    def count(self) -> int:
        return len(self.urls)

    def send(self, title: str, body: str, kind: Kind, *, markdown: bool = False) -> list[str]:
        """Each address by itself, so that one that fails hides no other."""
        failed = []
        with _quiet():
            library = _library()
            form = library.NotifyFormat.MARKDOWN if markdown else library.NotifyFormat.TEXT
            for number, url in enumerate(self.urls, start=1):
                service = library.Apprise()
                if not service.add(url):
                    failed.append(f"address {number} of {self.variable} is none that Apprise knows")
                elif not service.notify(title=title, body=body, notify_type=library.NotifyType(kind), body_format=form):
                    name = getattr(service[0], "service_name", "") or "its service"
                    failed.append(f"address {number} of {self.variable} ({name}) was not reached, or refused")
        return failed


def from_environment(env: Mapping[str, str]) -> Apprise:
    """The addresses that the environment names; none where it names none."""
    return Apprise(tuple(env.get(VARIABLE, "").split()))


def _library() -> ModuleType:
    """Takes 0.2 s to import, and only who notifies needs it."""
    try:
        return importlib.import_module("apprise")
    except ModuleNotFoundError as error:
        hint = "install the set: python -m pip install --require-hashes -r requirements/history.txt"
        raise ShuntyardError(f"notifications need the library {error.name!r}", hint=hint) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Apprise logs addresses with what is wrong with them, and warns of what Python 3.13 dropped."""
    logger = logging.getLogger("apprise")
    before, logger.disabled = logger.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = before
