"""The feature flags as the repository variable keeps them, and their immediate change through a hub, logged.

`distributed=off docs_test=on`: an entry overrules `python-runner:` in matrices/suites.yml at once; `*` is every
configuration that has no entry of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shuntyard.errors import ShuntyardError
from shuntyard.hub import Hub
from shuntyard.options import read_flags
from shuntyard.rollout.log import Action, Entry, Log, moment

VARIABLE = "SHUNTYARD_FLAGS"
ALL = "*"
NO_FLAGS = ","  # reads as no flags; a hub may refuse an empty value
TRIES = 3  # another job may write the variable between our reading and our writing
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,59}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What `set_flag` came to; `changed` is False where the flag was so already. `entry` is what was logged."""

    config: str
    changed: bool
    entry: Entry | None = None


def format_flags(flags: Mapping[str, bool]) -> str:
    """The variable's text; `read_flags` reads it back. Empty for no flags."""
    return " ".join(f"{name}={'on' if on else 'off'}" for name, on in flags.items())


def effective(config: str, variable: Mapping[str, bool], in_file: bool) -> bool:
    """Whether a configuration's flag is on: the variable's entry, else its entry for all, else the file's."""
    return variable.get(config, variable.get(ALL, in_file))


def read_variable(hub: Hub) -> dict[str, bool]:
    """The flags that the hub's variable holds. Raises ShuntyardError that names the variable."""
    try:
        return read_flags(hub.variable(VARIABLE) or "")
    except ShuntyardError as error:
        raise ShuntyardError(f"the variable {VARIABLE}: {error.message}", hint=error.hint) from error


def set_flag(
    hub: Hub,
    config: str,
    on: bool | None,
    evidence: Sequence[Mapping[str, Any]],
    log: Log,
    now: datetime,
    *,
    by: str = "",
    reason: str = "",
    phase: str = "",
    in_file: bool | None = None,
    force: bool = False,
) -> Change:
    """Switches one configuration through the variable, at once; every other entry stays as it is.

    `on` None takes the entry out, so that the file counts again. `in_file` is the file's value where it is known. What
    is as it should be stays unwritten and unlogged; `force` writes an entry of its own even where `*` or the file
    agrees. `now` is UTC. Raises ShuntyardError where the hub refuses; where only the log failed, the error says so and
    carries the entry.
    """
    if not _NAME.fullmatch(config):
        raise ShuntyardError(f"{config!r} is no name of a configuration", hint="letters, digits and _ . + - only")
    before = read_variable(hub)
    known = in_file is not None
    was, will = (effective(config, flags, bool(in_file)) for flags in (before, _with(before, config, on)))
    unchanged = before.get(config) == on if on is None or force or not known else was == will
    if unchanged:
        return Change(config=config, changed=False)
    _write(hub, config, on)
    action: Action = "demoted" if on is False else "promoted" if on else "released"
    entry = Entry(
        when=moment(now), by=by, action=action, config=config, before=_word(was, known or config in before),
        after=_word(will, known or on is not None), where=f"variable {VARIABLE}", phase=phase, reason=reason,
        evidence=tuple(map(dict, evidence)),
    )  # fmt: skip
    log.append(entry)
    return Change(config=config, changed=True, entry=entry)


def disable(
    hub: Hub,
    config: str,
    evidence: Sequence[Mapping[str, Any]],
    log: Log,
    now: datetime,
    *,
    by: str = "alert",
    reason: str = "",
    phase: str = "",
    in_file: bool | None = None,
) -> Change:
    """Takes a configuration back to the baseline at once. It stays off until somebody releases it."""
    return set_flag(hub, config, False, evidence, log, now, by=by, reason=reason, phase=phase, in_file=in_file)


def _write(hub: Hub, config: str, on: bool | None) -> None:
    """Reads, changes, writes, and looks: hubs have no way to change a variable only if it is still the same."""
    for _ in range(TRIES):
        hub.set_variable(VARIABLE, format_flags(_with(read_variable(hub), config, on)) or NO_FLAGS)
        if read_variable(hub).get(config) == on:
            return
    raise ShuntyardError(
        f"{VARIABLE} does not keep the flag of {config}: something else writes it at the same time",
        hint="look at the variable, then try again",
    )


def _with(flags: Mapping[str, bool], config: str, on: bool | None) -> dict[str, bool]:
    if on is None:
        return {name: value for name, value in flags.items() if name != config}
    return {**flags, config: on}


def _word(on: bool, known: bool) -> str:
    return ("on" if on else "off") if known else "as in the file"
