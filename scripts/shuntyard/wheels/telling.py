"""What a build says of itself: lines for the log, Markdown for the summary."""

from __future__ import annotations

from pathlib import Path

from shuntyard import markdown
from shuntyard.handover import sha256_of
from shuntyard.human import count
from shuntyard.result import BAD_CASES
from shuntyard.wheels.ledger import Ledger
from shuntyard.wheels.order import Order

_ON_THE_HOST = "on this machine, without a container: the wheels meet what it has, which may be newer than manylinux"
_SHOWN = 20
_MESSAGE = 3000  # characters


def where(order: Order) -> str:
    """Where it is built, in words."""
    about = order.place.about
    if about["built-in"] == "host":
        return _ON_THE_HOST
    return f"in {about['image']} ({about['digest']}), by {about['engine']}"


def say(order: Order) -> list[str]:
    """The log's first lines."""
    wish = order.wish
    axes = " ".join(f"{name}={value}" for name, value in wish.axes.items()) or "none"
    return [
        f"building {where(order)}",
        *(f"Python {p.version}: {p.program}{'' if p.headers else ' (without Python.h)'}" for p in wish.pythons),
        *(f"Python {version}: not here, left out" for version in order.missing),
        f"axes: {axes}; SOURCE_DATE_EPOCH={wish.epoch}, from {order.dated}",
    ]


def summary(order: Order, ledger: Ledger, folder: Path | None) -> str:
    """The step's summary; `folder` has the finished files, None when nothing is handed over."""
    lines = ["### Wheels", "", f"Built {markdown.sentence(where(order))}.", ""]
    files = sorted(folder.glob("*.whl")) + sorted(folder.glob("*.tar.gz")) if folder else []
    if files:
        lines += [markdown.table_head(["file", "MB", "sha256"], right=frozenset({1}))]
        for file in files:
            cells = [markdown.code(file.name, 300), f"{file.stat().st_size / 1e6:,.2f}", markdown.code(sha256_of(file))]
            lines.append(markdown.table_row(cells))
    bad = [case for case in ledger.cases if case.outcome in BAD_CASES]
    if bad:
        lines += [f"{count(len(bad), 'step')} failed; nothing is handed over.", ""]
        for case in bad[:_SHOWN]:
            lines += [markdown.code(case.case, 300), "", markdown.block(case.message, _MESSAGE), ""]
    return "\n".join(lines) + "\n"
