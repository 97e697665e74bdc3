"""The step summary of a unit's job."""

from __future__ import annotations

from shuntyard.result import CaseResult, RunKey, ShardResult
from shuntyard.run_report import in_one_line, summary


def make(row_id: str = "docs.python", **changes: object) -> ShardResult:
    key = RunKey(provider="github", repository="o/r", sha="", run_id="1", attempt=1, row_id=row_id)
    values = {
        "pipeline": "ab", "key": key, "config": "docs", "arm": "python", "ran": "python", "outcome": "passed",
        "exit_code": 0, "started_at": "", "duration_s": 3.2, "peak_memory_mb": 120.0,
        "cases": (CaseResult(case="t::a", outcome="passed"),), **changes,
    }  # fmt: skip
    return ShardResult(**values)  # type: ignore[arg-type]


def test_a_line_for_each_run() -> None:
    text = summary([make(), make(ran="shell", repetition=2, fallback_reason="missing module: pytest")])
    assert text.splitlines()[2:4] == [
        "| `docs.python` | python | ✅ passed | 1 | 0 | 3.20 s | 120 MB | – |",
        "| `docs.python` #2 | shell | ✅ passed | 1 | 0 | 3.20 s | 120 MB "
        "| fell back to the shell entry: missing module: pytest |",
    ]


def test_in_one_line() -> None:
    failed = make(outcome="failed", cases=(CaseResult(case="t::a", outcome="failed"),), error="timed out after 3 s")
    assert in_one_line(make()) == "docs.python: passed, 1 test, 3.20 s, 120 MB"
    assert in_one_line(failed) == "docs.python: failed, 1 test, 1 bad, 3.20 s, 120 MB (timed out after 3 s)"


def test_messages_of_what_went_bad_follow_up_to_a_number() -> None:
    cases = tuple(CaseResult(case=f"t::{n}", outcome="failed", message=f"why {n}") for n in range(30))
    text = summary([make(outcome="failed", cases=cases)])
    assert "why 19" in text
    assert "why 20" not in text
    assert "10 more are in the results." in text


def test_hostile_text_cannot_become_markup() -> None:
    nasty = "`</pre>|<script>alert(1)</script>![x](http://e/x.png)@everyone\n# title\n```\n| a |"
    text = summary(
        [make(outcome="failed", error=nasty, cases=(CaseResult(case=nasty, outcome="failed", message=nasty),))]
    )
    table, _, rest = text.partition("\n\n")
    assert all(line.count("|") == 9 for line in table.splitlines())
    assert "# title" not in [*table.splitlines(), *rest.split("````")[0].splitlines()]
    assert rest.count("````") == 2
