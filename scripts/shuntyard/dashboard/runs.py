"""The newest runs with what was not in order in each, and the cases that fail in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shuntyard import human
from shuntyard.dashboard.recent import BadCase, BadRow, Recent, RecentRun
from shuntyard.view import Head, head

_RUN_URL = re.compile(r"(https://[A-Za-z0-9.-]+(?::\d+)?/[\w.-]+/[\w.-]+)/actions/runs/\d+(?:/attempts/\d+)?", re.ASCII)
_SHA = re.compile(r"[0-9a-f]{7,64}")
_WORST_FIRST = ("error", "failed", "empty", "passed")
_ROWS, _CASES = 25, 10  # of one run


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDetail:
    """One run. `verdict` is never empty; `address` is where the provider shows it, empty where that cannot be told
    safely. `cases` are (number of the case in the list of failing cases, case)."""

    run: RecentRun
    verdict: str
    address: str
    rows: Head[BadRow]
    cases: Head[tuple[int, BadCase]]


def details(found: Recent, share: float = 1.0) -> tuple[Head[RunDetail], Head[BadCase]]:
    """The runs, newest first, and the failing cases; a smaller `share` shows less of both."""
    shown = head(found.bad_cases, int(len(found.bad_cases) * share))
    cases = Head(shown=shown.shown, left_out=max(found.bad_cases_total, len(found.bad_cases)) - len(shown.shown))
    rows: dict[str, list[BadRow]] = {}
    for row in found.bad_rows:
        rows.setdefault(row.run_key, []).append(row)
    numbered: dict[str, list[tuple[int, BadCase]]] = {}
    for number, case in enumerate(shown.shown, start=1):
        for key in case.run_keys:
            numbered.setdefault(key, []).append((number, case))
    runs = head([_detail(run, rows.get(run.run_key, []), numbered.get(run.run_key, [])) for run in found.runs],
                max(5, int(len(found.runs) * share)))  # fmt: skip
    return runs, cases


def _detail(run: RecentRun, rows: Sequence[BadRow], cases: Sequence[tuple[int, BadCase]]) -> RunDetail:
    return RunDetail(
        run=run, verdict=verdict(run), address=address(run.url), rows=head(rows, _ROWS), cases=head(cases, _CASES)
    )


def verdict(run: RecentRun) -> str:
    """The report's verdict, or else the worst outcome of any execution."""
    if run.verdict in _WORST_FIRST:
        return run.verdict
    return next((outcome for outcome in _WORST_FIRST if getattr(run, outcome)), "empty")


def why(row: BadRow) -> str:
    """Why a row is not in order, in its own words where it has any."""
    reasons = [
        f"result {row.fault}" if row.fault else "",
        row.error,
        f"fell back: {row.fallback_reason}" if row.fallback_reason else "",
    ]
    if row.bad:
        reasons.append(human.count(row.bad, "bad case"))
    if not any(reasons):
        reasons = [f"ran {row.ran} instead of {row.arm}" if row.outcome == "passed" else f"exit code {row.exit_code}"]
    return "; ".join(filter(None, reasons))


def address(url: str) -> str:
    """The URL of a run, if it is what a provider's is; else nothing: a link from a history must lead nowhere else."""
    return url if _RUN_URL.fullmatch(url) else ""


def compare_addresses(runs: Sequence[RecentRun]) -> dict[str, str]:
    """Where each repository shows what lies between two commits, for those whose runs tell where they are."""
    return {
        run.repository: f"{match[1]}/compare/"
        for run in runs
        if (match := _RUN_URL.fullmatch(run.url)) and match[1].endswith(f"/{run.repository}")
    }


def compare_address(addresses: dict[str, str], repository: str, before: str, after: str) -> str:
    """The page with the commits from `before` to `after`; empty where it cannot be told."""
    if repository not in addresses or not (_SHA.fullmatch(before) and _SHA.fullmatch(after)):
        return ""
    return f"{addresses[repository]}{before}...{after}"
