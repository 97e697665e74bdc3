"""What a run's letter says, when it is sent, and that foreign text in it is text and nothing more."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.nightly import letter
from shuntyard.nightly.experimental import experimental
from shuntyard.nightly.previous import outcome_before
from shuntyard.nightly.verdict import Event, RunVerdict, When, decide, read, verdict
from shuntyard.report import Job, Report, RunOrigin
from shuntyard.result import CaseResult
from shuntyard.store.intake import from_report
from tests.scripts.nightly.samples import (
    BUILD,
    INTEGRATION,
    LOST,
    NOW,
    PJIT,
    RBE,
    STRANGE,
    TODAY,
    WHEEL,
    Bad,
    Went,
    keep,
    report,
)  # fmt: skip
from tests.scripts.test_page import HOSTILE

TEST = experimental(["rocm=7.2.0"])


def judged(found: Report, role: str = "source") -> RunVerdict:
    return verdict(from_report(found), role, TEST)  # type: ignore[arg-type]


def test_the_letter_says_what_failed_what_it_looks_like_and_where() -> None:
    run = judged(report(RBE, TODAY, Went(bad=PJIT, experimental=STRANGE, attempt=2)))
    told = letter.plain(run, "went bad")
    assert told.title == "nightly-rbe went bad: 1 of 2 rows failed (test failure)"
    assert told.body.splitlines() == [
        "rows: 1 passed, 1 failed",
        "experimental: 1, 1 of them bad",
        "tests: 1 of 8 tests failed",
        "looks like: test failure (1)",
        "repository: made-up/history",
        "commit: 000000000000 (the one that was tested; which one did it is not known)",
        "attempt: 2",
        "failed rows (1):",
        "- py312-rocm7.1.1: //jax/tests:pjit_test_gpu: AssertionError: Not equal to tolerance rtol=1e-06"
        " (test failure)",
        "experimental rows, which do not count:",
        "- py311-rocm7.2.0: //jax/tests:pmap_test_gpu: hipErrorNoBinaryForGpu (test failure)",
        f"run: {run.report.run.url}",
        f"artifacts: {run.report.run.url}#artifacts",
    ]
    full = letter.markdown(run, "went bad")
    assert "| `py312-rocm7.1.1` | `//jax/tests:pjit_test_gpu` | test failure |" in full.body
    assert f"[run]({run.report.run.url}) · [artifacts]({run.report.run.url}#artifacts)" in full.body


@pytest.mark.parametrize(
    ("went", "role", "title"),
    [
        (Went(bad=BUILD), "source", "nightly-rbe failed: 2 of 2 rows failed (build regression)"),
        (Went(bad=WHEEL), "installed", "nightly-rbe failed: 1 of 2 rows failed (packaging error)"),
        (Went(bad=LOST), "source", "nightly-rbe failed: 2 of 2 rows failed (infrastructure)"),
        (Went(skipped=True), "source", "nightly-rbe failed: nothing was tested"),
        (Went(rows=()), "source", "nightly-rbe failed: 0 of 0 rows failed"),
        (Went(), "source", "nightly-rbe failed: 2 of 2 rows passed"),
    ],
)
def test_titles(went: Went, role: str, title: str) -> None:
    assert letter.plain(judged(report(RBE, TODAY, went), role), "failed").title == title


@given(st.sampled_from(get_args(When)), st.booleans(), st.sampled_from([None, "passed", "failed", "error", "empty"]))
def test_when_something_is_told(when: When, bad: bool, before: str | None) -> None:
    event: Event = decide(when, bad, before)
    worse, better = bad and before == "passed", not bad and before in ("failed", "error", "empty")
    if when == "always":
        assert event
    elif when == "failure":
        assert bool(event) == bad
    else:
        assert bool(event) == (worse or better or (bad and before is None))
    assert (event == "went bad") <= worse
    assert (event == "recovered") <= better


@given(HOSTILE | st.text(min_size=1, max_size=60))
def test_foreign_text_is_text_and_nothing_more(text: str) -> None:
    found = report(RBE, TODAY, Went(bad=Bad(case=f"x{text}", message=f"x{text}")))
    origin = RunOrigin(provider="github", repository=text, sha=text, run_id=text, url=text)
    rows = tuple(replace(row, id=f"{text}{index}") for index, row in enumerate(found.rows))
    jobs = (Job(name=text, result="failure"),)
    run = judged(replace(found, pipeline=f"x{text}", instance=text, run=origin, rows=rows, jobs=jobs, headline=text))
    own = judged(replace(found, pipeline="x", instance="x", jobs=(Job(name="x", result="failure"),)))
    short, full = letter.plain(run, "failed"), letter.markdown(run, "failed")
    calm = letter.plain(own, "failed")
    assert "\n" not in short.title and len(short.body.splitlines()) <= len(calm.body.splitlines())
    for mark in ("@", "<", "[", "`", "://", "\x1b", "\u202e"):
        assert mark not in short.title and mark not in short.body
    plain = re.sub(r"`[^`\n]+`", "", full.body)
    for mark in ("`", "@", "<", "http", "![", "](", "#", "$", "\x1b"):
        assert mark not in plain, mark


def test_a_report_is_read_from_its_folder_with_the_last_attempt_of_each_case(tmp_path: Path) -> None:
    found = report(RBE, TODAY)
    cases = (
        CaseResult(case="flips", outcome="failed", attempt=1, message="first"),
        CaseResult(case="flips", outcome="passed", attempt=2),
        CaseResult(case="stays", outcome="failed", attempt=1, message="one"),
        CaseResult(case="stays", outcome="crashed", attempt=2, message="two"),
    )
    row = found.rows[0]
    bad = replace(row, outcome="failed", runs=(replace(row.runs[0], outcome="failed", cases=cases),))
    (tmp_path / "report.json").write_text(json.dumps(wire.encode(replace(found, rows=(bad,)))), encoding="utf-8")
    run = read(tmp_path, "source", TEST)
    assert [(sign.name, sign.outcome, sign.text) for sign in run.summed.signs] == [("stays", "crashed", "two")]
    with pytest.raises(ShuntyardError, match="cannot be read"):
        read(tmp_path / "nowhere", "source", TEST)


def test_the_run_before_is_the_newest_other_one(tmp_path: Path) -> None:
    nights = [report(RBE, TODAY.replace(day=20), Went(bad=PJIT)), report(RBE, TODAY.replace(day=21))]
    own = report(RBE, TODAY, Went(bad=PJIT))
    others = [report(INTEGRATION, TODAY.replace(day=21), Went(bad=WHEEL)), report(RBE, TODAY, repository="o/other")]
    folder = keep(tmp_path / "a", [*nights, *others, own])
    assert outcome_before(str(folder), own, TEST, NOW) == "passed"
    assert outcome_before(str(folder), nights[1], TEST, NOW) == "failed"
    assert outcome_before(str(folder), nights[0], TEST, NOW) is None
    again = report(RBE, TODAY, Went(attempt=2, hour=6))
    assert outcome_before(str(folder), again, TEST, NOW) == "failed"
    strange = keep(tmp_path / "b", [report(RBE, TODAY.replace(day=21), Went(experimental=STRANGE))])
    assert outcome_before(str(strange), own, TEST, NOW) == "passed"
