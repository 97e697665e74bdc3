"""A plan for people: what runs where and how long it takes, what does not run and why."""

from __future__ import annotations

from shuntyard.human import count, duration, table
from shuntyard.shards.planfile import PlanFile

_REASONS = 20


def told(plan: PlanFile) -> str:
    """The plan as plain text for a log."""
    rows = []
    for place, row in enumerate(plan.rows):
        jobs = [job for job in plan.jobs if job.row == place]
        cards = sum(len(job.cards) for job in jobs)
        longest = max((job.estimate_s for job in jobs), default=0.0)
        known = ", ".join(f"{number} {source}" for source, number in sorted(row.sources.items()))
        name = " ".join(filter(None, [row.config or "(no config)", row.mode, "(unstable)" if row.unstable else ""]))
        numbers = (row.tests, row.pieces, len(jobs), cards)
        rows.append([name, *(f"{number:,}" for number in numbers), duration(row.seconds), duration(longest), known])
    headings = ("row", "tests", "pieces", "jobs", "cards", "one card", "makespan", "durations")
    reached = 100 * plan.enabled / plan.in_scope if plan.in_scope else 0.0
    lines = [
        f"scope {plan.scope}: {count(plan.tests, 'test file')}, {plan.in_scope:,} in scope, {plan.enabled:,} enabled"
        f" ({plan.share:g} % asked, {reached:.1f} % reached, counted in files)",
        "",
        table(headings, rows, right=frozenset({1, 2, 3, 4, 5, 6})),
        "",
        f"makespan {duration(plan.makespan_s)} on {count(plan.cards, 'card')} ({plan.hardware});"
        f" no plan of these pieces takes less than {duration(plan.bound_s)}",
    ]
    if plan.unused:
        lines.append(f"{count(plan.unused, 'card')} without work; {plan.enough:,} reach the same makespan")
    if plan.disabled:
        lines.append(f"{count(len(plan.disabled), 'disabled case')}: told as skipped, with the issue")
    if plan.quarantined:
        lines.append(f"{count(len(plan.quarantined), 'quarantined case')}: run and shown, but do not block")
    on = [name for name, value in plan.flags.items() if value]
    lines += [f"flags: {', '.join(on)}"] if on else []
    lines += [f"re-enabled issues: {', '.join(map(str, plan.reenabled))}"] if plan.reenabled else []
    left = list(plan.reasons.items())
    if left:
        shown = [[f"{number:,}", reason] for reason, number in left[:_REASONS]]
        lines += ["", table(("left out", "because"), shown, right=frozenset({0}))]
    if len(left) > _REASONS:
        lines.append(f"and {len(left) - _REASONS} more reasons in the plan's file")
    return "\n".join(lines)
