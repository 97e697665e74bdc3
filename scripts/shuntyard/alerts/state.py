"""What fires since when, and what was told of it. Pure data; on disk it is JSON (shuntyard.wire), in one small file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from shuntyard.alerts.rules import Action, Place, Rule, key

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One alert. Times are ISO 8601, in UTC without a zone; empty: never.

    `since`: it holds from then on. `over`: found to be over, which may still have to be told. `told`: for each action
    that was carried out, when last. `issues`: the number of the issue that an action opened, `addresses` where it is
    looked at.
    """

    rule: str
    name: str
    place: Place
    since: str = ""
    over: str = ""
    told: dict[str, str] = field(default_factory=dict)
    issues: dict[str, int] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    @property
    def fires(self) -> bool:
        """Whether it fires, as far as was known when it was written."""
        return bool(self.since) and not self.over


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Every alert that fires, or is over and not yet told as such; by rules.key."""

    schema: int = SCHEMA
    checked: str = ""
    entries: dict[str, Entry] = field(default_factory=dict)

    def of(self, rule: Rule, place: Place) -> Entry:
        """The alert's entry; an empty one if there is none."""
        return self.entries.get(key(rule, place)) or Entry(rule=rule.id, name=rule.name, place=place)

    def put(self, entry: Entry) -> State:
        """With that entry in place of what was there; an entry that says nothing is left out."""
        name = f"{entry.rule} {entry.place.key}"
        entries = {other: value for other, value in self.entries.items() if other != name}
        if entry.since:
            entries[name] = entry
        return replace(self, entries=dict(sorted(entries.items())))


def done(entry: Entry, action: Action, moment: str, number: int = 0, address: str = "") -> Entry:
    """The entry once an action was carried out, or a reminder of it was sent."""
    issues = {**entry.issues, action: number} if number else entry.issues
    addresses = {**entry.addresses, action: address} if address else entry.addresses
    return replace(entry, told={**entry.told, action: moment}, issues=issues, addresses=addresses)


def closed(entry: Entry, action: Action) -> Entry:
    """The entry once an action's receivers know that the alert is over."""
    return replace(entry, told={name: when for name, when in entry.told.items() if name != action})


def ended(entry: Entry) -> Entry:
    """The entry once all who knew of the alert know that it is over."""
    return Entry(rule=entry.rule, name=entry.name, place=entry.place)
