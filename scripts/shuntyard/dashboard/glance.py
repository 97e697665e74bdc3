"""Every configuration in a line: what is known of it, from all analyses together. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from shuntyard.analyses.kpis import ConfigRates
from shuntyard.dashboard.gather import Findings
from shuntyard.dashboard.recent import Place
from shuntyard.stats.ab import GroupResult, worst
from shuntyard.stats.equivalence import Verdict

_OUTCOMES = ("error", "failed", "empty", "passed")  # worst first


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One configuration. `verdict` is the worst of its A/B, None where it did not run in both arms; `last` how its
    newest run ended, the worst over its machines; time and memory are of the group with the greatest effect."""

    config: str
    verdict: Verdict | None
    rates: ConfigRates | None
    time: float | None
    memory: float | None
    changes: int
    flakes: int
    last: str


def glance(findings: Findings) -> tuple[Glance, ...]:
    """The configurations, those that need somebody first."""
    groups: dict[str, list[GroupResult]] = {}
    for group in findings.ab.groups if findings.ab else ():
        groups.setdefault(group.config, []).append(group)
    places: dict[str, list[Place]] = {}
    for place in findings.places:
        places.setdefault(place.config, []).append(place)
    rates = {each.config: each for each in findings.rates}
    changes = Counter(each.series.config for each in findings.trends.shifts if each.direction == "regressed")
    flakes = Counter(flake.seen.config for flake in findings.flakes)
    found = [
        Glance(
            config=config,
            verdict=worst(group.verdict for group in groups[config]) if config in groups else None,
            rates=rates.get(config),
            time=_furthest(group.time.effect for group in groups.get(config, ())),
            memory=_furthest(group.memory.effect for group in groups.get(config, ())),
            changes=changes[config],
            flakes=flakes[config],
            last=_last(places.get(config, ())),
        )
        for config in sorted({*groups, *places, *rates})
    ]
    return tuple(sorted(found, key=_worst_first))


def _furthest(effects: Iterable[float | None]) -> float | None:
    known = [effect for effect in effects if effect]
    return max(known, key=lambda effect: max(effect, 1 / effect), default=None)


def _last(places: Iterable[Place]) -> str:
    """How the newest run ended; places whose newest run is older by a day do not count."""
    found = list(places)
    newest = max((place.last_moment for place in found), default=None)
    outcomes = {place.last_outcome for place in found if newest and (newest - place.last_moment).days < 1}
    return next((outcome for outcome in _OUTCOMES if outcome in outcomes), "")


def _worst_first(each: Glance) -> tuple[int, int, str]:
    verdicts = {"regressed": 0, "inconclusive": 2, "improved": 3, "equivalent": 3, None: 3}
    bad = 0 if each.last in ("error", "failed") else 1
    return min(verdicts[each.verdict], bad + 1), bad, each.config
