"""Quarantined cases as a file of the repository: a proposal adds entries, each with its owner, reason and last day."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date

from shuntyard import wire
from shuntyard.alerts.rules import Place, marker_digest
from shuntyard.quarantine import FOLDER, SCHEMA, Entry, File, read
from shuntyard.stats.flaky import Flake

__all__ = ["FOLDER", "SCHEMA", "Entry", "File", "merge", "path", "propose", "read", "slug"]


def propose(flakes: Iterable[Flake], owner: str) -> tuple[Entry, ...]:
    """An entry for each flake that is sure enough, with what was seen of it as the reason."""
    return tuple(
        Entry(
            repository=flake.seen.repository,
            config=flake.seen.config,
            case=flake.seen.case,
            owner=owner,
            reason=f"flipped in {flake.seen.flips} of {flake.seen.trials} trials on {flake.seen.commits} commits,"
            f" last on {flake.seen.last_seen[:10]}; P(rate > 1 %) = {flake.probability:.3f}",
            expires=flake.expires,
        )
        for flake in flakes
        if flake.quarantine
    )


def merge(text: str, entries: Sequence[Entry], today: date) -> str:
    """The file's text with the entries added. Those that are there already keep their day: a quarantine is argued anew
    once it has expired, and expired ones are dropped. Raises ShuntyardError for a text that is no such file."""
    kept = [entry for entry in read(text) if date.fromisoformat(entry.expires) >= today]
    known = {(entry.repository, entry.config, entry.case) for entry in kept}
    new = [entry for entry in entries if (entry.repository, entry.config, entry.case) not in known]
    file = File(quarantines=tuple(sorted([*kept, *new])))
    return json.dumps(wire.encode(file), indent=2, ensure_ascii=True) + "\n"


def path(place: Place) -> str:
    """The place's file: a file for each, so that two proposals are never in each other's way."""
    return f"{FOLDER}/{slug(place)}.json"


def slug(place: Place) -> str:
    """The place as a word for files and branches; the digest tells apart what reads alike."""
    readable = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "-" for c in place.name)[:40].strip("-_")
    return "-".join(part for part in (place.per, readable, marker_digest(place)) if part)
