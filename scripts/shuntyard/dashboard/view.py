"""What the pages show, from findings and pictures: how much of each list, in which words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shuntyard.analyses.round_trip import RoundTrip
from shuntyard.analyses.trends import Newest, Shift
from shuntyard.dashboard.attention import Answer, Point, answer, points
from shuntyard.dashboard.bars import Bin, bins
from shuntyard.dashboard.curves import MOST_CARDS, Card
from shuntyard.dashboard.gather import Findings
from shuntyard.dashboard.glance import Glance, glance
from shuntyard.dashboard.grid import Grid, grid
from shuntyard.dashboard.pictures import FLAKES, GROUPS, TRIPS, Pictures
from shuntyard.dashboard.recent import BadCase, Extent
from shuntyard.dashboard.runs import RunDetail, compare_address, compare_addresses, details
from shuntyard.dashboard.tiles import Tile, tiles
from shuntyard.errors import Problem
from shuntyard.stats.ab import GroupResult
from shuntyard.stats.compare import Comparison
from shuntyard.stats.flaky import Flake
from shuntyard.stats.outcomes import BETTER, WORSE, CaseDifference
from shuntyard.view import Head, head

_WEEKS = 15  # lines of the table beside the chart of days, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything that the templates show. `elsewhere` is what lies outside the scope, where nothing lies in it."""

    findings: Findings
    pictures: Pictures
    elsewhere: Extent
    where: str
    problems: tuple[Problem, ...]
    answer: Answer
    points: tuple[Point, ...]
    rollout: tuple[Tile, ...]
    service: tuple[Tile, ...]
    glances: Head[Glance]
    weeks: tuple[Bin, ...]
    groups: Head[GroupResult]
    differences: Head[tuple[GroupResult, CaseDifference]]
    shifts: Head[Shift]
    odd: Head[Newest]
    cards: Head[Card]
    flakes: Head[Flake]
    grid: Grid
    trips: Head[RoundTrip]
    runs: Head[RunDetail]
    cases: Head[BadCase]
    several: bool
    compare: Mapping[str, str]

    def between(self, shift: Shift) -> str:
        """Where the provider shows the commits of a shift, empty where that is not known."""
        return compare_address(dict(self.compare), shift.series.repository, shift.last_before, shift.first_after)


def view(
    findings: Findings,
    pictures: Pictures,
    *,
    where: str,
    elsewhere: Extent,
    problems: Sequence[Problem] = (),
    share: float = 1.0,
) -> View:
    """The view; a smaller `share` shows less of each long list."""
    found = points(findings, problems)
    groups = findings.ab.groups if findings.ab else ()
    differences = sorted(
        ((group, each) for group in groups for each in group.tests.differences), key=lambda pair: _difference(pair[1])
    )
    runs, cases = details(findings.recent, share)
    days = findings.days
    odd = [each for each in findings.newest if each.anomaly.status in ("high", "low")]
    return View(
        findings=findings,
        pictures=pictures,
        elsewhere=elsewhere,
        where=where,
        problems=tuple(problems),
        answer=answer(findings, found),
        points=found,
        rollout=tiles(findings.rollout, pictures.kpis),
        service=tiles(findings.service, pictures.kpis),
        glances=head(glance(findings), int(300 * share)),
        weeks=bins(days, days[0].day, days[-1].day, _WEEKS) if days else (),
        groups=head(groups, int(GROUPS * share)),
        differences=head(differences, int(200 * share)),
        shifts=head(findings.trends.shifts, int(150 * share)),
        odd=head(odd, int(60 * share)),
        cards=head(pictures.cards, int(MOST_CARDS * share)),
        flakes=head(findings.flakes, int(FLAKES * share)),
        grid=grid(findings.places, share),
        trips=head(findings.trips, int(TRIPS * share)),
        runs=runs,
        cases=cases,
        several=len(findings.extent.repositories) > 1 or len(findings.extent.pipelines) > 1,
        compare=compare_addresses(findings.recent.runs),
    )


def settles(group: GroupResult) -> tuple[str, ...]:
    """What would decide an open verdict, or what the group's note says."""
    notes = [
        f"{each.metric}: {each.note}"
        for each in (group.time, group.memory)
        if each.verdict == "inconclusive" and each.note
    ]
    unsteady = sum(each.kind not in WORSE | BETTER for each in group.tests.differences)
    if group.tests.verdict == "inconclusive":
        notes.append(
            f"tests: {unsteady} with other outcomes now and then; more runs tell whose they are"
            if unsteady
            else "tests: no arm reported cases"
        )
    return (*notes, *([group.note] if group.note else ()))


def left_out(comparison: Comparison) -> str:
    """The measurements that do not count, by reason: `3 × fallback, 1 × unpaired`."""
    return ", ".join(f"{number} × {reason}" for reason, number in sorted(comparison.dropped.items()))


def _difference(each: CaseDifference) -> tuple[int, float, str]:
    return 0 if each.kind in WORSE else 2 if each.kind in BETTER else 1, each.p, each.case
