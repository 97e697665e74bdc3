"""The step summary and the table on the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuntyard.analysis import Occasion, analyse
from shuntyard.collect import collect
from shuntyard.plan import Plan
from shuntyard.report import Job, Pair, Report, RowReport, Run
from shuntyard.rows import sum_up
from shuntyard.summary import caution, markdown, pairs_first, plain, worst_first
from tests.scripts.report_samples import PIPELINE, make_cases, write_realistic
from tests.scripts.test_markdown import HOSTILE, kinds

LIMIT = 1024 * 1024
PIECES = ["::error::", "##[mask]", "\n", "\x1b[2J", "\r", "a", " "]
COMMANDS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Report:
    root: Path = tmp_path_factory.mktemp("results")
    plan = write_realistic(root)
    jobs = (Job(name="test", result="failure"),)
    return analyse(plan, collect(root), Occasion(pipeline=PIPELINE, jobs=jobs))


def hostile_report(text: str, message: str = "", cases: int = 1) -> Report:
    """Two rows in which every text that a result can hold is `text`."""
    rows = []
    for arm in ("shell" + text, "python" + text):
        run = Run(
            unit=text,
            folder=text,
            repetition=1,
            outcome="error",
            fault="unreadable",
            reason=text,
            ran=text,
            fallback_reason=text,
            duration_s=1.0,
            cases=make_cases("failed", prefix=text + arm, message=message or text) * cases,
        )
        bare = RowReport(id=text + arm, unit=text, config=text, arm=arm, outcome="empty")
        rows.append(
            sum_up(bare, [run, replace(run, repetition=2, fault="", outcome="failed", reason="", fallback_reason="")])
        )
    occasion = Occasion(pipeline=text, instance=text, jobs=(Job(name=text, result=text),))
    report = analyse(None, (), occasion)
    pair = Pair(
        config=text, baseline=text, candidate=text, baseline_arm=text, candidate_arm=text, one_machine=True, note=text
    )
    return replace(report, rows=tuple(rows), pairs=(pair,), notes=(text,), headline=f"See {text}.")


def test_the_worst_rows_come_first(night: Report) -> None:
    outcomes = [row.outcome for row in worst_first(night.rows)]
    assert outcomes == sorted(outcomes, key=["error", "failed", "empty", "passed"].index)
    assert worst_first(night.rows)[5].fallbacks > 0


def test_pairs_that_differ_come_first(night: Report) -> None:
    assert [pair.config for pair in pairs_first(night.pairs)][:2] == ["jit_legacy", "inductor_cpp_wrapper"]


def test_the_summary_says_what_matters(night: Report) -> None:
    text = markdown(night, limit=LIMIT)
    for part in (
        "## 💥 `python-runner-ab`: error",
        "2 results missing or unusable; 3 rows failed; 19 of 24 rows passed.",
        "| 💥 error | `timm` | `shell` | `shell` |",
        "there is nothing at python-runner-ab--torchbench/torchbench.python/r3",
        "result.json is not whole JSON",
        "AssertionError: assert [1.0, 1.0, 1.0, 1.0] == [3.0, 3.0, 3.0, 3.0]",
        "No module named 'ninja'",
        "| `jit_legacy` | `python / shell` | same | different |",
        "The ratios rest on fewer than 10 repetitions: a first impression, not a verdict.",
        "Jobs: `test` `failure`",
    ):
        assert part in text
    assert kinds(text).count("tr_open") == 25 + 13
    assert "left out" not in text


def test_the_plain_table_is_aligned_and_complete(night: Report) -> None:
    text = plain(night)
    assert text.startswith("error: 2 results missing or unusable; 3 rows failed; 19 of 24 rows passed.\n")
    for row in night.rows:
        assert f"{row.outcome:<8} {row.config:<21} {row.arm:<6}" in text
    assert "first impression, not a verdict" in text


def test_nothing_selected_is_said_in_both() -> None:
    report = analyse(Plan(pipeline="p", units=()), (), Occasion(pipeline="p"))
    assert plain(report) == "empty: Nothing was selected."
    assert "Nothing was selected." in markdown(report, limit=LIMIT)


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ([], ""),
        ([10, 12], ""),
        ([9], "The ratios rest on fewer than 10 repetitions: a first impression, not a verdict."),
        ([3, 10], "1 of 2 ratios rest on fewer than 10 repetitions: a first impression, not a verdict."),
    ],
)
def test_a_ratio_of_few_repetitions_is_called_no_verdict(counts: list[int], text: str) -> None:
    bare = Pair(config="c", baseline="a", candidate="b", baseline_arm="a", candidate_arm="b", one_machine=True)
    assert caution([replace(bare, n=count, ratio=1.0) for count in counts]) == text


@settings(max_examples=60)
@given(HOSTILE.filter(bool))
def test_no_text_of_a_result_becomes_markup(text: str) -> None:
    shown = kinds(markdown(hostile_report(text), limit=LIMIT))
    assert not {"html_block", "html_inline", "link_open", "image", "hr", "code_block"} & set(shown)
    assert (shown.count("heading_open"), shown.count("table_open"), shown.count("tr_open")) == (5, 2, 5)
    assert shown.count("fence") == 2


@settings(max_examples=60)
@given(COMMANDS)
def test_no_text_of_a_result_commands_the_runner_or_the_terminal(text: str) -> None:
    shown = plain(hostile_report(text))
    assert "\x1b" not in shown
    assert "\r" not in shown
    assert not any(row.lstrip().startswith("::") or "##[" in row for row in shown.splitlines())


@pytest.mark.slow
def test_the_summary_keeps_its_limit_and_says_what_it_left_out() -> None:
    report = hostile_report("<|`\u202e>" * 5000, message="`" * 100_000)
    report = replace(report, rows=report.rows * 1000)
    text = markdown(report, limit=LIMIT)
    assert len(text.encode()) <= LIMIT
    assert "more lines were left out here. The report artifact has all of it" in text
    assert len(markdown(report, limit=20_000).encode()) <= 20_000
