"""What a run's failures are, and what a night as a whole says. Pure, total, and by the tables of `rules` alone."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shuntyard.nightly.areas import area, shared
from shuntyard.nightly.night import BAD, ROLES, Night, PipelineNight, Role, Sign
from shuntyard.nightly.rules import KINDS, NIGHTS, SIGNS, Caught, Kind, NightRule, Side, SignRule

_LIMIT = 4000  # characters of a text that count
_ORDER: tuple[Kind, ...] = (*KINDS["installed"], "build regression", "API change", "test failure", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A sign, and the rule that decided what it is."""

    sign: Sign
    rule: SignRule


@dataclass(frozen=True, slots=True, kw_only=True)
class SideReading:
    """What one role's pipelines say in a night. `kinds` counts what is not infrastructure, the commonest first and
    "unknown" last; where all of it is infrastructure it is empty and `side` is "broken"."""

    role: Role
    side: Side
    judged: tuple[Judged, ...] = ()
    kinds: tuple[tuple[Kind, int], ...] = ()

    @property
    def kind(self) -> Kind | None:
        """What most of it is."""
        return self.kinds[0][0] if self.kinds else "infrastructure" if self.side == "broken" else None

    @property
    def deciding(self) -> Judged | None:
        """The first sign of that kind."""
        return next((each for each in self.judged if each.rule.kind == self.kind), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a night says. `word` is the class in a word or two; `area` what both sides' failures have in common."""

    rule: NightRule
    word: str
    sides: tuple[SideReading, ...]
    area: tuple[str, ...] = ()

    @property
    def caught(self) -> Caught:
        return self.rule.caught

    def of(self, role: Role) -> SideReading:
        """The side of a role."""
        return next(side for side in self.sides if side.role == role)


@functools.lru_cache(maxsize=20_000)  # a failure that stays is the same night after night
def judge_sign(sign: Sign, role: Role) -> Judged:
    """The first rule that fits; the last rule fits everything."""
    return Judged(sign=sign, rule=next(rule for rule in SIGNS if _fits(rule, sign, role)))


def judge(signs: Iterable[Sign], role: Role) -> tuple[Judged, ...]:
    """Every sign with its rule."""
    return tuple(judge_sign(sign, role) for sign in signs)


def count_kinds(judged: Iterable[Judged]) -> tuple[tuple[Kind, int], ...]:
    """Kinds and how often, without infrastructure: the commonest first, "unknown" last."""
    counts = Counter(each.rule.kind for each in judged if each.rule.kind != "infrastructure")
    return tuple(sorted(counts.items(), key=lambda item: (item[0] == "unknown", -item[1], _ORDER.index(item[0]))))


def read_night(night: Night) -> Reading:
    """What the night says: the first rule of `rules.NIGHTS` that fits."""
    sides = tuple(_side(role, [each for each in night.results if each.pipeline.role == role]) for role in ROLES)
    source, installed = sides
    area = shared(_areas(source), _areas(installed)) if source.side == installed.side == "bad" else ()
    rule = next(
        rule
        for rule in NIGHTS
        if source.side in rule.source and installed.side in rule.installed and rule.same_area in (None, bool(area))
    )
    return Reading(rule=rule, word=_word(rule, source, installed), sides=sides, area=area)


def _fits(rule: SignRule, sign: Sign, role: Role) -> bool:
    if role not in rule.roles or sign.scope not in rule.scopes:
        return False
    if rule.outcomes and sign.outcome not in rule.outcomes:
        return False
    return not rule.patterns or _compiled(rule.patterns).search(_bounded(sign.text)) is not None


def _bounded(text: str) -> str:
    """Both ends: the head of a message says what failed, the tail of a traceback why."""
    return text if len(text) <= _LIMIT else f"{text[: _LIMIT // 2]}\n{text[-_LIMIT // 2 :]}"


@functools.cache
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def _side(role: Role, results: Sequence[PipelineNight]) -> SideReading:
    """The worst of the role's pipelines. One that is not due says nothing; a run that tested nothing caught nothing."""
    due = [each for each in results if each.state != "off"]
    bad = [each for each in due if each.run and each.state in BAD]
    judged = tuple(found for each in bad if each.run for found in judge(each.run.signs, role))
    kinds = count_kinds(judged)
    silent = any(each.run is not None and not each.run.signs for each in bad)
    if kinds or silent:
        return SideReading(role=role, side="bad", judged=judged, kinds=kinds or (("unknown", 1),))
    if bad:
        return SideReading(role=role, side="broken", judged=judged)
    passed = bool(due) and all(each.state == "passed" for each in due)
    return SideReading(role=role, side="good" if passed else "absent")


def _areas(side: SideReading) -> list[frozenset[str]]:
    real = [each for each in side.judged if each.rule.kind != "infrastructure"]
    return [
        *(area(each.sign.name) for each in real if each.sign.scope == "case"),
        *(frozenset({each.rule.about}) for each in real if each.rule.about),
    ]


def _word(rule: NightRule, source: SideReading, installed: SideReading) -> str:
    if rule.id == "code":
        return "code"
    if rule.id == "two-faults":
        return f"{source.kind} and {installed.kind}"
    bad = next((side for side in (source, installed) if side.side == "bad"), None)
    if bad:
        return str(bad.kind)
    return {"nothing": "nothing caught", "infrastructure": "infrastructure", "none": "nothing ran"}.get(
        rule.caught, "half a night"
    )
