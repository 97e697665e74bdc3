"""Why a case was skipped, as one of a few labels: an ordered table of rules, the first that fits decides.

matrices/skips.yml is the table; `skips.json` beside this file is rendered from it, so that a machine without a YAML
reader has it too. The labels that it ships with are those that JAX on ROCm's dashboards count.
"""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from shuntyard import wire
from shuntyard.result import CaseResult

SHIPPED = Path(__file__).with_name("skips.json")
_LIMIT = 1000  # characters of a reason or a name that count; the patterns are checked for texts of this length
# `file.cc:7` and `/a/test_b.py:36: `, which pytest and gtest write before the reason: a path says nothing about it.
_LOCATION = re.compile(r"^\S{1,500}?:\d{1,9}:?(?=\s|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipRule:
    """Fits a reason in which every pattern of `all` and, where there are some, one of `any` is found; and likewise a
    test in whose name one of `names` is found. Patterns are regular expressions for lower case and single spaces."""

    label: str
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def fits(self, reason: str, name: str) -> bool:
        """`reason` and `name` in lower case, with single spaces."""
        if _found(self.names, name):
            return True
        if not self.any and not self.all:
            return False
        return all(_found((text,), reason) for text in self.all) and (not self.any or _found(self.any, reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipTable:
    """The rules in their order, and the label of what none of them fits."""

    otherwise: str
    rules: tuple[SkipRule, ...]


def parse_table(text: str) -> SkipTable:
    """A table from JSON, with or without its headline. Raises ValueError for anything else."""
    record = json.loads(text)
    if isinstance(record, dict):
        record.pop("$comment", None)
    return wire.decode(SkipTable, record)


_TABLE = parse_table(SHIPPED.read_text(encoding="utf-8"))
RULES, OTHERWISE = _TABLE.rules, _TABLE.otherwise


def label(reason: str, case: str = "", rules: Sequence[SkipRule] = RULES) -> str:
    """The label of the first rule that fits; OTHERWISE when none does."""
    plain, name = _plain(_without_places(reason[: 4 * _LIMIT])), _plain(case)
    return next((rule.label for rule in rules if rule.fits(plain, name)), OTHERWISE)


def label_counts(cases: Iterable[CaseResult], rules: Sequence[SkipRule] = RULES) -> dict[str, int]:
    """How many cases were skipped for which kind of reason, the commonest first."""
    counts = Counter(label(case.message, case.case, rules) for case in cases if case.outcome == "skipped")
    return dict(counts.most_common())


def _without_places(text: str) -> str:
    return "\n".join(dict.fromkeys(_LOCATION.sub("", line.strip()).strip() for line in text.splitlines()))


def _plain(text: str) -> str:
    return " ".join(text[: 4 * _LIMIT].split()).lower()[:_LIMIT]


@functools.cache
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _found(patterns: tuple[str, ...], text: str) -> bool:
    return bool(patterns) and _compiled(patterns).search(text) is not None
