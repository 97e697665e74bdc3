"""What matrices/rollout.yml says, as data: phases in their order, each with configurations and success criteria."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

EVERYTHING = "*"  # what a phase about all configurations is judged on, under one name


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One success criterion: `condition` in the language of `shuntyard.rollout.criteria`, judged over `days` days of
    history. With fewer than `least` runs of the new runner it is not known. `sure` asks that the whole interval keep
    the condition, not only the value. `devices` counts only machines with so many accelerators; 0: all machines."""

    name: str
    condition: str
    days: int
    least: int
    sure: bool = False
    devices: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase. `everything`: it is about all configurations together, and switches none by itself. It lasts at least
    `days` days after its last configuration was switched on; `done`: it was accepted before criteria were kept."""

    name: str
    title: str
    configurations: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    everything: bool = False
    days: int = 0
    done: bool = False

    @property
    def subjects(self) -> tuple[str, ...]:
        """What its criteria are judged on: each configuration by itself, or all of them as one."""
        return (EVERYTHING,) if self.everything else self.configurations


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """The whole plan: which arm takes over from which, whose history counts (no pipelines: all), and the phases."""

    baseline: str
    candidate: str
    pipelines: tuple[str, ...]
    phases: tuple[Phase, ...]

    @property
    def configurations(self) -> tuple[str, ...]:
        """Every configuration that a phase switches, in order."""
        return tuple(config for phase in self.phases if not phase.everything for config in phase.configurations)

    def phase_of(self, config: str) -> Phase | None:
        """The phase that switches a configuration."""
        return next((each for each in self.phases if not each.everything and config in each.configurations), None)


def windows(phases: Sequence[Phase]) -> tuple[int, ...]:
    """The windows in days that the criteria use, each once, the longest first."""
    return tuple(sorted({each.days for phase in phases for each in phase.criteria}, reverse=True))
