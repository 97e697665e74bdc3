"""Names a run: its key, and file names that say it and cannot leave their folder whatever the key holds. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import astuple, dataclass
from datetime import datetime

from shuntyard.errors import ShuntyardError

SCHEMA = 2  # of the files; a higher one is left alone with a problem, a lower one is read
MOST_ATTEMPTS = 2**31 - 1
_SLUG = 60  # characters
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_RUN = re.compile(r"run-v(?P<schema>\d{1,6})-(?P<stem>[A-Za-z0-9._-]*-a(?P<attempt>\d{1,10})-[0-9a-f]{32})\.parquet")
_MERGED = re.compile(r"all-v(?P<schema>\d{1,6})-(?P<generation>\d{6})\.parquet")
_MONTH = re.compile(r"month=(\d{4}-\d{2})")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class RunId:
    """What tells one run from every other. A re-run is another `attempt`, and so another run in the history."""

    provider: str
    repository: str
    pipeline: str
    instance: str
    run_id: str
    attempt: int

    @property
    def key(self) -> str:
        """32 hexadecimal digits: a BLAKE2b digest, so that no two keys meet and no key leaves its folder."""
        text = json.dumps(astuple(self), ensure_ascii=True)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    @property
    def stem(self) -> str:
        """The key with what a person looks for in front: pipeline, instance, run and attempt, if safe."""
        readable = "-".join(filter(None, (self.pipeline, self.instance, self.run_id)))
        return f"{_UNSAFE.sub('_', readable)[:_SLUG]}-a{self.attempt}-{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What a file's path below the history's root says. `stem` is empty and `generation` over 0 for a merged month."""

    month: str
    schema: int
    stem: str = ""
    attempt: int = 1
    generation: int = 0

    @property
    def path(self) -> str:
        """The path below the root, with forward slashes."""
        name = f"run-v{self.schema}-{self.stem}" if self.stem else f"all-v{self.schema}-{self.generation:06d}"
        return f"month={self.month}/{name}.parquet"


def run_name(run: RunId, started_at: datetime) -> Name:
    """The file of a run. Raises ShuntyardError for an attempt that no CI counts to."""
    if not 1 <= run.attempt <= MOST_ATTEMPTS:
        raise ShuntyardError(f"the run's attempt is {run.attempt}", hint="attempts count from 1")
    return Name(month=month_of(started_at), schema=SCHEMA, stem=run.stem, attempt=run.attempt)


def parse_name(path: str) -> Name | None:
    """What a path below the root says; None for a temporary or foreign file."""
    folder, _, file = path.partition("/")
    month = _MONTH.fullmatch(folder)
    if not month:
        return None
    if match := _RUN.fullmatch(file):
        return Name(month=month[1], schema=int(match["schema"]), stem=match["stem"], attempt=int(match["attempt"]))
    if match := _MERGED.fullmatch(file):
        return Name(month=month[1], schema=int(match["schema"]), generation=int(match["generation"]))
    return None


def month_of(moment: datetime) -> str:
    """`2026-11`."""
    return f"{moment.year:04d}-{moment.month:02d}"
