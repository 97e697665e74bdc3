"""Findings in which every text that a history can hold is the same one, and no figure is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from shuntyard.analyses.kpis import ConfigRates
from shuntyard.analyses.query import Scope
from shuntyard.analyses.round_trip import Leg, RoundTrip
from shuntyard.analyses.trends import Newest, Series, Shift, Trends
from shuntyard.dashboard import curves
from shuntyard.dashboard.gather import Asked, Findings
from shuntyard.dashboard.pictures import Pictures
from shuntyard.dashboard.recent import BadCase, BadRow, Day, Extent, Place, Recent, RecentRun
from shuntyard.dashboard.view import View, view
from shuntyard.errors import Problem
from shuntyard.stats import kpi
from shuntyard.stats.ab import AbResult, GroupResult, Question
from shuntyard.stats.anomaly import Anomaly
from shuntyard.stats.compare import Comparison
from shuntyard.stats.flaky import Flake, Flips
from shuntyard.stats.outcomes import Agreement, CaseDifference
from shuntyard.stats.sample import Metric

NOW = datetime(2026, 11, 22, 4)
THEN = NOW - timedelta(days=1)
PROBLEM = Problem(file="month=2026-11/x.parquet", message="damaged")


def findings(text: str, *, message: str = "", cases: int = 1) -> Findings:
    """One of everything; `cases` failing cases with `message` (else the text)."""
    rates = [kpi.share(name, 999, 1000, "cases", kpi.SUCCESS, text) for name in ("success_rate", "x" + text)]
    series = tuple(_series(text, metric) for metric in ("time", "memory"))
    shifts = tuple(_shift(each) for each in series)
    odd = Anomaly(value=2.0, median=1.0, ratio=2.0, z=9.0, n=20, status="high", note=text)
    group = GroupResult(
        group=text,
        config=text,
        runs={},
        fallbacks=1,
        time=_compare("time", text),
        memory=_compare("memory", text),
        verdict="regressed",
        note=text,
        tests=Agreement(
            tests_a=2,
            tests_b=2,
            same_tests=True,
            same_outcomes=False,
            verdict="regressed",
            differences=(CaseDifference(case=text, kind="broken", baseline={"passed": 2}, candidate={text: 2}),),
        ),
    )
    flips = Flips(
        repository=text, config=text, case=text, flips=3, trials=9, commits=2, hardware=(text,), last_seen=text
    )
    leg = Leg(stage="test", per="run", median_min=2.0, p90_min=3.0, total_min=9.0, n=3, note=text)
    return Findings(
        asked=Asked(
            scope=Scope(since=THEN, repository=text, pipelines=(text,)),
            now=NOW,
            baseline="a" + text,
            candidate="b" + text,
        ),
        extent=Extent(
            executions=9,
            runs=1,
            cases=9,
            configs=1,
            oldest=THEN,
            newest=THEN,
            repositories=(text,),
            pipelines=(text,),
            arms=(text,),
        ),
        ab=AbResult(
            question=Question(),
            groups=(group,),
            time=_compare("time", ""),
            memory=_compare("memory", ""),
            verdict="regressed",
            notes=(text,),
        ),
        rollout=(rates[0], replace(rates[1], met="no")),
        service=(kpi.unknown("cycle_time", "s", "commits", kpi.WATCHED, text),),
        rates=(ConfigRates(config=text, success_rate=rates[0], fallback_rate=rates[0], error_rate=rates[0]),),
        flakes=(
            Flake(seen=flips, rate=0.3, low=0.1, high=0.5, probability=0.99, quarantine=True, expires="2026-12-06"),
        ),
        series=series,
        trends=Trends(shifts=shifts, series=2, too_short=1),
        newest=tuple(Newest(series=each, run=text, sha=text, anomaly=odd) for each in series),
        trips=(
            RoundTrip(
                repository=text,
                pipeline=text,
                runner=text,
                source="results",
                runs=1,
                legs=(leg, replace(leg, median_min=None)),
            ),
        ),
        days=(Day(day=THEN.date(), passed=1, failed=1, error=1, empty=1, fallbacks=1),),
        places=(
            Place(
                repository=text,
                config=text,
                hardware=text,
                hw_class=text,
                simulated=True,
                executions=9,
                passed=1,
                failed=8,
                error=0,
                empty=0,
                last_outcome="failed",
                last_moment=THEN,
            ),
        ),
        recent=Recent(
            runs=(_run(text),),
            bad_rows=(
                BadRow(
                    run_key="k",
                    row_id=text,
                    config=text,
                    arm=text,
                    ran=text,
                    outcome="error",
                    times=1,
                    exit_code=1,
                    error=text,
                    fallback_reason=text,
                    fault=text,
                    hardware=text,
                    duration_s=1.0,
                    bad=1,
                ),
            ),
            bad_cases=tuple(
                BadCase(
                    repository=text,
                    config=text,
                    case=text,
                    outcome="failed",
                    message=message or text,
                    times=1,
                    arms=(text,),
                    run_keys=("k",),
                    first_seen=THEN,
                    last_seen=THEN,
                    total=cases,
                )
                for _ in range(cases)
            ),
            bad_cases_total=cases,
        ),
    )


def shown(found: Findings, share: float = 1.0) -> View:
    """The view of findings, with stand-ins for pictures."""
    arms = {"baseline": found.asked.baseline, "candidate": found.asked.candidate}
    cards = curves.cards(found.series, found.trends.shifts, found.newest, **arms)
    pictures = Pictures(
        cards=cards,
        axes={"time": "", "memory": ""},
        flakes=("<path d='M0,0'/>",) * len(found.flakes),
        curves={
            (number, curve.metric): "<path d='M0,0'/>" for number, card in enumerate(cards) for curve in card.curves
        },
    )
    where = found.asked.scope.repository
    problem = replace(PROBLEM, message=where, file=where)
    return view(found, pictures, where=where, elsewhere=Extent(), problems=(problem,), share=share)


def _series(text: str, metric: Metric) -> Series:
    return Series(
        metric=metric,
        repository=text,
        pipeline=text,
        row_id=f"{text}.r",
        config=text,
        ran="b" + text,
        hardware=text,
        case="",
        shas=(text, text),
        runs=(text, text),
        moments=(THEN, NOW),
        values=(1.0, 2.0),
    )


def _shift(series: Series) -> Shift:
    return Shift(
        series=series,
        direction="regressed",
        last_before=series.shas[0],
        first_after=series.shas[1],
        since=THEN,
        before=1.0,
        after=2.0,
        ratio=2.0,
        p=0.002,
        commits=20,
    )


def _compare(metric: Metric, text: str) -> Comparison:
    return Comparison(
        metric=metric,
        group=text,
        config=text,
        n_a=9,
        n_b=9,
        effect=1.2,
        ci_low=1.1,
        ci_high=1.3,
        margin_low=0.9,
        margin_high=1.1,
        verdict="inconclusive",
        note=text,
        dropped={text: 3},
    )


def _run(text: str) -> RecentRun:
    return RecentRun(
        run_key="k",
        repository=text,
        pipeline=text,
        instance=text,
        run_id=text,
        attempt=2,
        sha=text,
        url=text,
        verdict=text,
        headline=text,
        began=THEN,
        executions=9,
        rows=1,
        passed=1,
        failed=8,
        error=0,
        empty=0,
        fallbacks=1,
        cases=9,
        bad=1,
        span_s=60.0,
        hardware=(text,),
    )
