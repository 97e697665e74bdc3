"""A report as a comment: worst first, within its size, and nothing in it but text, judged by a real Markdown parser."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shuntyard.analysis import Occasion, analyse
from shuntyard.collect import collect
from shuntyard.comment import LIMIT, marker, render
from shuntyard.hub.marks import marked
from shuntyard.report import Pair, Report, RowReport, Run, RunOrigin
from shuntyard.result import CaseResult
from tests.scripts.report_samples import PIPELINE, write_realistic

URL = "https://github.test/o/r/actions/runs/77"
SHA = "c0ffee" * 7
HOSTILE = (
    "@everyone @o/team #1 o/r#2 https://e.example www.e.example ![x](http://e.example/p.png) [a](http://b) <img src=x>"
    " </details> <!-- --> `` ``` ~~~ | # head \n\n# head\n\n- [ ] list ${{ x }} GH-3 :smile: c0ffee0 \x1b[31m \u202e"
)


@pytest.fixture(scope="module")
def realistic(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("results")
    plan = write_realistic(folder)
    origin = RunOrigin(provider="github", repository="o/r", run_id="77")
    return analyse(plan, collect(folder), Occasion(pipeline=PIPELINE, repeats=3, origin=origin))


def hostile_report(text: str, rows: int = 2) -> Report:
    """Everything that a pull request's run may write is the text."""
    case = CaseResult(case=text, outcome="failed", message=text)
    run = Run(unit=text, folder=text, repetition=1, outcome="error", fault="missing", reason=text, cases=(case,))
    row = RowReport(
        id=text,
        unit=text,
        config=text,
        arm=text,
        ran=(text,),
        outcome="failed",
        failed=1,
        fallbacks=1,
        fallback_reasons=(text,),
        runs=(run,),
    )
    pair = Pair(
        config=text,
        baseline=text,
        candidate=text,
        baseline_arm=text,
        candidate_arm=text,
        one_machine=True,
        same_tests=False,
        note=text,
    )
    return Report(
        pipeline=text,
        instance=text,
        verdict="failed",
        headline=text,
        rows=tuple(replace(row, id=f"{text}{index}") for index in range(rows)),
        pairs=(pair,) * rows,
        notes=(text,),
        run=RunOrigin(url="https://evil.example", run_id=text),
    )


def test_the_worst_comes_first(realistic: Report) -> None:
    text = render(realistic, url=URL, sha=SHA)
    order = [
        text.index(part)
        for part in (
            "💥 `python-runner-ab`: error",
            "| 💥 error",
            "| ❌ failed",
            "**Missing and broken**",
            "All 24 rows",
        )
    ]
    assert order == sorted(order)
    assert f"[run]({URL})" in text and "`c0ffeec0ffee`" in text and "`python-runner-ab-report`" in text


def test_what_passed_is_folded(realistic: Report) -> None:
    seen = render(realistic, url=URL, sha=SHA).partition("<details><summary>All")[0]
    assert "`smoke`" not in seen and "`distributed`" in seen


def test_a_clean_run_is_short() -> None:
    row = RowReport(id="a", unit="a", config="a", arm="python", outcome="passed", tests=3, ran=("python",))
    report = Report(pipeline="p", verdict="passed", headline="The only row passed.", rows=(row,))
    text = render(report, url=URL, sha=SHA)
    assert text.startswith("### ✅ `p`: passed\n\nThe only row passed.\n") and len(text) < 600


def test_one_comment_a_pipeline_and_instance(realistic: Report) -> None:
    names = {marker(realistic), marker(replace(realistic, instance="x86")), marker(replace(realistic, pipeline="p"))}
    assert len(names) == 3


@pytest.mark.parametrize("rows", [1, 40, 400, 3000])
def test_it_fits(rows: int) -> None:
    text = render(hostile_report("läng" * 400, rows), url=URL, sha=SHA)
    assert len(text.encode()) <= LIMIT and text.count("<details>") == text.count("</details>")
    assert len(marked(marker(hostile_report("x" * 5000)), text)) <= 65_536
    assert ("more lines were left out" in text) == (rows > 1)


def links(markdown: str) -> list[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    every = [child for token in tokens for child in (token, *(token.children or []))]
    return [str(token.attrs["href"]) for token in every if token.type == "link_open"] + [
        token.type for token in every if token.type == "image"
    ]


def html(markdown: str) -> str:
    """All HTML that the comment has, as the parser sees it."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    every = [child for token in tokens for child in (token.children or [token])]
    return "".join(token.content for token in every if token.type in ("html_block", "html_inline"))


def prose(markdown: str) -> str:
    """What a reader sees outside of code, in Markdown and in HTML."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    text = "".join(child.content for token in tokens for child in token.children or () if child.type == "text")
    return text + re.sub(r"<code>[^<]*</code>", "", html(markdown))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80) | st.lists(st.sampled_from(HOSTILE.split(" ")), max_size=12).map(" ".join))
def test_nothing_in_a_report_becomes_more_than_text(text: str) -> None:
    shown = render(hostile_report(text), url=URL, sha=SHA)
    assert links(shown) == [URL]
    assert "@" not in prose(shown) and "e.example" not in prose(shown)
    tags = re.findall(r"</?[a-z]+", html(shown))
    assert set(tags) <= {"<details", "</details", "<summary", "</summary", "<code", "</code", "<sub", "</sub"}
    assert tags.count("<details") == tags.count("</details") == 2


def test_a_hostile_report_in_one_go() -> None:
    shown = render(hostile_report(HOSTILE), url=URL, sha=SHA)
    assert links(shown) == [URL] and "@everyone" not in prose(shown)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a b", "https://x) [y](http://z", ""])
def test_an_address_that_is_none_is_no_link(url: str) -> None:
    shown = render(Report(pipeline="p", verdict="empty", headline="Nothing was selected."), url=url, sha=SHA)
    assert links(shown) == []


def test_publishing_leaves_a_notice_for_pull_requests(tmp_path: Path) -> None:
    from shuntyard.publish import publish  # noqa: PLC0415

    report = Report(pipeline="p", verdict="empty", headline="x", run=RunOrigin(run_id="77", attempt=2))
    publish(tmp_path, report, html="", summary="")
    assert not (tmp_path / "comment.json").exists()
    publish(tmp_path, report, html="", summary="", pull=12)
    assert (tmp_path / "comment.json").read_text() == '{"schema": 1, "number": 12, "run_id": "77", "attempt": 2}\n'
