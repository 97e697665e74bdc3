"""One criterion against figures: met, not met, not known, why, and how many more runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.rollout.criteria import holds_at, parse
from shuntyard.rollout.judge import Figures, Finding, all_met, judge
from shuntyard.rollout.phases import Criterion
from shuntyard.stats import kpi
from shuntyard.stats.ab import GroupResult
from shuntyard.stats.compare import Comparison
from shuntyard.stats.equivalence import Verdict
from shuntyard.stats.outcomes import Agreement, CaseDifference
from shuntyard.stats.rates import Clusters, wilson

SINCE = datetime(2026, 11, 8)


def ask(condition: str, figures: Figures, **fields: Any) -> Finding:
    criterion = Criterion(name="It works", condition=condition, days=14, **{"least": 20, **fields})
    return judge(criterion, parse(condition, sure=criterion.sure), figures)


def rate(name: str, k: int, n: int, runs: int = 0) -> Figures:
    figure = kpi.share(name, k, n, "executions", kpi.FALLBACK)
    return Figures(since=SINCE, runs=runs or n, kpis={name: figure})


def compared(verdict: Verdict = "equivalent", n: int = 20, effect: float | None = 1.02, **fields: Any) -> Comparison:
    return Comparison(
        metric="time", method="paired", n_a=n, n_b=n, level_a=60.0, level_b=60.0 * (effect or 1), effect=effect,
        ci_low=effect and effect * 0.97, ci_high=effect and effect * 1.03, margin_low=0.9, margin_high=1.1,
        verdict=verdict, **fields,
    )  # fmt: skip


def group(tests: Agreement, time: Comparison, runs: int = 20, verdict: Verdict = "equivalent") -> GroupResult:
    counts = {"shell": runs, "python": runs + 3}
    return GroupResult(
        group="g", config="c", runs=counts, fallbacks=0, tests=tests, time=time, memory=time, verdict=verdict
    )


def judged(
    tests: Agreement, time: Comparison | None = None, runs: int = 20, verdict: Verdict = "equivalent"
) -> Figures:
    found = time or compared()
    groups = (group(tests, found, runs, verdict),)
    return Figures(since=SINCE, runs=runs, groups=groups, time=found, memory=found, verdict=verdict)


SAME = Agreement(tests_a=3, tests_b=3, same_tests=True, same_outcomes=True, verdict="equivalent")
LOST = Agreement(
    tests_a=3, tests_b=2, same_tests=False, same_outcomes=False, verdict="regressed",
    differences=tuple(
        CaseDifference(case=f"test_{name}", kind="missing", baseline={"passed": 9}, candidate={}) for name in "abcd"
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("k", "n", "met", "more"),
    [(0, 20, "yes", None), (1, 20, "no", None), (0, 19, "unknown", 1), (0, 0, "unknown", 20), (3, 6, "no", None)],
)
def test_a_rate_needs_its_least_runs(k: int, n: int, met: str, more: int | None) -> None:
    finding = ask("fallback_rate < 5%", rate("fallback_rate", k, n))
    assert (finding.met, finding.more, finding.n) == (met, more, n)
    assert finding.since == "2026-11-08T00:00:00Z"
    assert finding.note if n < 20 else not finding.note


def test_one_fallback_of_few_may_still_be_mended_unless_none_is_allowed() -> None:
    assert ask("fallback_rate < 20%", rate("fallback_rate", 1, 4)).met == "unknown"
    assert ask("fallback_rate == 0%", rate("fallback_rate", 1, 4)).met == "no"
    assert ask("success_rate > 99.5%", rate("success_rate", 3, 4)).met == "no"
    assert ask("success_rate > 90%", rate("success_rate", 3, 4)).met == "unknown"


def test_sure_asks_for_the_whole_interval_and_says_how_far_it_is() -> None:
    finding = ask("fallback_rate < 5%", rate("fallback_rate", 0, 20), sure=True)
    assert finding.met == "unknown"
    assert finding.more is not None and 50 <= finding.more <= 56  # 0 of 74 is the first with a bound below 5 %
    assert ask("fallback_rate < 5%", rate("fallback_rate", 0, 20 + finding.more), sure=True).met == "yes"
    assert ask("fallback_rate < 5%", rate("fallback_rate", 0, 19 + finding.more), sure=True).met == "unknown"
    assert ask("fallback_rate < 5%", rate("fallback_rate", 30, 200), sure=True).met == "no"


@given(st.integers(0, 40), st.integers(20, 400), st.sampled_from([1, 2, 5, 10, 50, 99]))
def test_as_many_more_runs_as_it_says_would_settle_it(k: int, n: int, percent: int) -> None:
    condition = f"fallback_rate < {percent}%"
    finding = ask(condition, rate("fallback_rate", min(k, n), n), sure=True)
    share = min(k, n) / n
    assert (finding.met == "no") == (share >= percent / 100)
    if finding.more:
        total = n + finding.more
        assert all(holds_at(parse(condition), bound) for bound in wilson(share * total * 1.001, total * 1.001))  # type: ignore[arg-type]
        assert finding.met == "unknown"


def test_cases_that_come_in_clusters_count_for_fewer() -> None:
    """40 runs of 100 cases, one of which lost twelve: the interval is wider than that of 4,000 single cases."""
    sums = Clusters(clusters=40, k=3988, n=4000, kk=39 * 10_000 + 7744, kn=39 * 10_000 + 8800, nn=40 * 10_000)
    figure = kpi.clustered_share("success_rate", sums, "cases", kpi.SUCCESS)
    plain = kpi.share("success_rate", 3988, 4000, "cases", kpi.SUCCESS)
    more = [
        ask("success_rate > 99.5%", Figures(since=SINCE, runs=40, kpis={"success_rate": each}), sure=True).more
        for each in (figure, plain)
    ]
    assert more[0] is not None and more[1] is not None
    assert more[0] > 3 * more[1] > 0


@pytest.mark.parametrize(
    ("comparison", "met", "more"),
    [
        (compared(), "yes", None),
        (compared("improved", effect=0.7), "yes", None),
        (compared("regressed", effect=1.3), "no", None),
        (compared("regressed", n=5, effect=1.3), "no", None),
        (compared("equivalent", n=5), "unknown", 15),
        (compared("inconclusive", more=12, note="about 12 more pairs would settle it"), "unknown", 12),
        (compared("inconclusive", n=0, effect=None, note="two runs of each arm are needed"), "unknown", 20),
    ],
)
def test_within_the_margin(comparison: Comparison, met: str, more: int | None) -> None:
    finding = ask("execution_time within 10% of baseline", judged(SAME, comparison))
    assert (finding.met, finding.more, finding.value) == (met, more, comparison.effect)
    if comparison.verdict in ("improved", "regressed"):
        assert finding.note == f"30 % {'less' if comparison.verdict == 'improved' else 'more'} than the baseline"


@pytest.mark.parametrize(("n", "effect", "met"), [(20, 1.1, "yes"), (20, 1.3, "no"), (19, 1.1, "unknown")])
def test_a_level_against_the_baseline(n: int, effect: float, met: str) -> None:
    assert ask("execution_time < baseline * 1.2", judged(SAME, compared(n=n, effect=effect))).met == met


@pytest.mark.parametrize(
    ("condition", "figures", "met"),
    [
        ("tests == equivalent", judged(SAME), "yes"),
        ("tests == equivalent", judged(SAME, runs=5), "unknown"),
        ("tests == equivalent or improved", judged(LOST, verdict="regressed"), "no"),
        ("verdict == equivalent", judged(SAME, compared("inconclusive", more=7), verdict="inconclusive"), "unknown"),
        ("verdict != regressed", judged(SAME, compared("inconclusive", more=7), verdict="inconclusive"), "yes"),
        ("execution_time == improved", judged(SAME), "no"),
        ("tests == equivalent", Figures(since=SINCE, runs=0), "unknown"),
    ],
)
def test_verdicts(condition: str, figures: Figures, met: str) -> None:
    finding = ask(condition, figures)
    assert finding.met == met
    assert finding.more is None or finding.met == "unknown"


def test_what_was_lost_is_named() -> None:
    note = ask("tests == equivalent", judged(LOST, verdict="regressed")).note
    assert note == "4 cases differ: test_a (missing), test_b (missing), test_c (missing) and 1 more"


def test_an_open_verdict_says_how_many_more() -> None:
    finding = ask(
        "verdict == equivalent", judged(SAME, compared("inconclusive", more=7, note="wide"), verdict="inconclusive")
    )
    assert (finding.more, finding.note) == (7, "time: wide; time: wide")


def test_all_met_wants_all_and_no_findings_are_no_evidence() -> None:
    yes, no, open_one = (ask("fallback_rate < 5%", rate("fallback_rate", k, n)) for k, n in ((0, 20), (9, 20), (0, 3)))
    assert [all_met(found) for found in ([yes], [yes, no], [yes, open_one], [no, open_one], [])] == [
        "yes", "no", "unknown", "no", "unknown",
    ]  # fmt: skip
