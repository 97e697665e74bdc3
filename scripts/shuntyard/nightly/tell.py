"""A report → messages, sent. Addresses hold logins: they are in no argument, message or log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal, cast

from shuntyard.alerts.notify import Apprise, Kind
from shuntyard.errors import ShuntyardError
from shuntyard.nightly import letter, verdict
from shuntyard.nightly.experimental import Experimental, experimental
from shuntyard.nightly.night import Role
from shuntyard.nightly.previous import outcome_before
from shuntyard.nightly.verdict import Event, RunVerdict, When
from shuntyard.options import words
from shuntyard.store import StoreDownError

SECRET = "NOTIFY_URLS"  # noqa: S105 (its name)
_HINT = f"{SECRET} holds Apprise addresses, separated by spaces; set it under Settings, Secrets, Actions"
_KINDS: dict[Literal["good", "empty", "bad"], Kind] = {"good": "success", "empty": "warning", "bad": "failure"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of it. `event` is empty where there was nothing to tell; `markdown` is then empty too; `problems` say
    who was not reached, and what could not be looked up."""

    event: Event
    title: str
    text: str
    markdown: str
    addresses: int
    reached: int
    problems: tuple[str, ...]


def tell(
    report: Path,
    *,
    when: str,
    role: str,
    history: str,
    patterns: str,
    urls: str,
    markdown: bool,
    required: bool,
) -> Told:
    """Tells every address, each by itself. Raises ShuntyardError for a report that cannot be read, for `change` without
    a history, and for a missing secret that is `required`."""
    if when == "change" and not history:
        raise ShuntyardError("when is change, and no history is named", hint="pass history: a folder, a URL or mysql")
    addresses = tuple(urls.split())
    if required and not addresses:
        raise ShuntyardError(f"the secret {SECRET} is not set, and required is true", hint=_HINT)
    test = experimental(words(patterns))
    run = verdict.read(report, cast(Role, role), test)
    problems: list[str] = []
    before = _before(history, run, test, problems)
    event = verdict.decide(cast(When, when), run.bad, before)
    short = letter.plain(run, event)
    if not event:
        return _told(event, "", f"nothing to tell: {run.report.pipeline} {run.summed.outcome}", "", 0, 0, problems)
    full = letter.markdown(run, event)
    if not addresses:
        problems.append(f"nobody is told: the secret {SECRET}, which is optional, is not set. {_HINT}")
    kind = _KINDS["good" if not run.bad else "empty" if run.summed.outcome == "empty" else "bad"]
    sent = full if markdown else short
    failed = Apprise(addresses, SECRET).send(sent.title, sent.body, kind, markdown=markdown) if addresses else []
    reached = len(addresses) - len(failed)
    text = f"{short.title}\n{short.body}told {reached} of {len(addresses)}"
    heading = f"### {full.title}\n\n{full.body}"
    return _told(event, short.title, text, heading, len(addresses), reached, [*problems, *failed])


def _before(history: str, run: RunVerdict, test: Experimental, problems: list[str]) -> str | None:
    """A history that is down keeps nobody from being told."""
    if not history:
        return None
    try:
        return outcome_before(history, run.report, test, datetime.now(timezone.utc).replace(tzinfo=None))
    except StoreDownError as error:
        problems.append(f"the run before is not known: {error.message}")
        return None


def _told(
    event: Event, title: str, text: str, markdown: str, addresses: int, reached: int, problems: list[str]
) -> Told:
    return Told(
        event=event, title=title, text=text, markdown=markdown, addresses=addresses, reached=reached,
        problems=tuple(problems),
    )  # fmt: skip
