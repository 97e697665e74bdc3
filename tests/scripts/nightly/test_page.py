"""The page: nothing of a history becomes markup, nothing is fetched, and it stays small."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuntyard.dashboard import shell
from shuntyard.dashboard.page import SIZE_LIMIT
from shuntyard.errors import Problem
from shuntyard.nightly import page
from shuntyard.nightly.gather import Asked
from shuntyard.nightly.night import Night, NightRun, Pipeline, PipelineNight, RowCount, Sign
from shuntyard.nightly.view import View, view
from tests.scripts.dashboard.test_style import STYLE
from tests.scripts.nightly.samples import NOW
from tests.scripts.test_page import HOSTILE, Page

DAY = date(2026, 11, 22)


def hostile_nights(text: str, *, nights: int = 2, signs: int = 2) -> tuple[Night, ...]:
    """Nights in which every text that a history can hold is the same one."""
    found = tuple(Sign(scope="case", row=text, name=text, outcome="failed", text=text) for _ in range(signs))
    run = NightRun(
        run_id=text, attempt=2, repository=text, sha=text, url=text, began=datetime(2026, 11, 22, 2), outcome="failed",
        rows=RowCount(passed=1, failed=1, not_run=1, experimental=2, experimental_bad=1), tests=9, tests_failed=1,
        duration_s=5.0, signs=found, aside=found, note="A note.", earlier=((text, "failed"),),
    )  # fmt: skip
    results = tuple(
        PipelineNight(pipeline=pipeline, state="failed", run=run) for pipeline in asked(text).pipelines
    )  # fmt: skip
    return tuple(Night(day=DAY - timedelta(days=n), results=results) for n in range(nights))


def asked(text: str) -> Asked:
    pipelines = (Pipeline(name=f"a{text}", role="source"), Pipeline(name=f"b{text}", role="installed"))
    return Asked(pipelines=pipelines, now=NOW, repository=text, patterns=(text,))


def render(text: str, **options: int) -> str:
    nights = hostile_nights(text, **options)
    problem = Problem(file=text, message=text)

    def shown(details: int) -> View:
        return view(nights, asked(text), where=text, problems=[problem], details=details)

    return page.render(shown)


@functools.cache
def plain_shape() -> list[tuple[str, tuple[str, ...], str]]:
    return Page(render("x")).shape()


@settings(max_examples=40)
@given(HOSTILE | st.text(min_size=1, max_size=60))
def test_no_text_of_a_history_becomes_markup(text: str) -> None:
    html = render(f"x{text}x")
    assert [part[0] for part in Page(html).shape()] == [part[0] for part in plain_shape()]
    html.encode()


def test_the_text_itself_is_shown_as_it_is() -> None:
    text = """x</script><img src=x onerror="alert('1')">&amp;"""
    parsed = Page(render(text))
    assert text in parsed.texts["pre"]
    assert text in parsed.texts["title"]


def test_nothing_is_fetched_and_the_policy_allows_only_what_is_there() -> None:
    html = render("https://evil.example/x.js")
    parsed = Page(html)
    tags = [tag for tag, _ in parsed.elements]
    assert not {"link", "img", "iframe", "object", "embed", "base", "form"} & set(tags)
    assert (tags.count("style"), tags.count("script")) == (1, 1)
    assert not [name for _, attrs in parsed.elements for name in attrs if name.startswith("on") or name == "style"]
    assert all(attrs["href"].startswith("#") for _, attrs in parsed.elements if "href" in attrs)
    policy = next(attrs["content"] for _, attrs in parsed.elements if "http-equiv" in attrs)
    for tag in ("style", "script"):
        content = html.split(f"<{tag}>")[1].split(f"</{tag}>", maxsplit=1)[0]
        assert f"{tag}-src 'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert not re.search(r"@import|url\(", html.split("<style>")[1].split("</style>")[0])


@pytest.mark.parametrize(
    ("url", "links"),
    [
        ("https://github.com/o/r/actions/runs/7", 4),
        ("javascript:alert(1)//https://github.com/o/r/actions/runs/7", 0),
        ("https://evil.example/o/r", 0),
        ("", 0),
    ],
)
def test_a_run_links_only_to_a_providers_page(url: str, links: int) -> None:
    (night,) = hostile_nights("x", nights=1)
    results = tuple(replace(each, run=replace(each.run, url=url)) for each in night.results if each.run)
    nights = (replace(night, results=results),)
    html = page.render(lambda details: view(nights, asked("x"), where="p", details=details))
    assert sum(attrs.get("href") == url for tag, attrs in Page(html).elements if tag == "a") == links


def test_it_can_be_read_without_seeing_it() -> None:
    parsed = Page(render("x"))
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in parsed.elements if tag == "th")
    assert all(attrs.get("aria-hidden") == "true" for tag, attrs in parsed.elements if tag == "svg")
    headings = [int(tag[1]) for tag, _ in parsed.elements if tag in ("h1", "h2", "h3", "h4")]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    names = [attrs["id"] for _, attrs in parsed.elements if "id" in attrs]
    assert len(names) == len(set(names))
    assert {attrs["href"][1:] for _, attrs in parsed.elements if attrs.get("href", "").startswith("#")} <= set(names)


def test_the_most_hostile_texts_stay_below_two_megabytes() -> None:
    html = render("\"'<&>" * 2000, nights=366, signs=300)
    assert len(html.encode()) <= SIZE_LIMIT
    assert Page(html).open == []


def test_every_colour_that_is_used_is_declared() -> None:
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", (page.TEMPLATES / "status.css").read_text(encoding="utf-8")))
    assert used
    assert used <= set(re.findall(r"--([\w-]+):", STYLE))


def test_more_than_two_pipelines_have_their_columns() -> None:
    pipelines = tuple(Pipeline(name=f"p{n}", role="source") for n in range(3))
    nights = (Night(day=DAY, results=tuple(PipelineNight(pipeline=each, state="missed") for each in pipelines)),)
    html = page.render(lambda n: view(nights, Asked(pipelines=pipelines, now=NOW), where="p", details=n))
    heads = re.findall(r'columnheader">(night|p\d|reading)<', html)
    assert heads == ["night", "p0", "p1", "p2", "reading"]


def test_both_pages_share_one_shell() -> None:
    style = (shell.TEMPLATES / "page.css").read_text(encoding="utf-8")
    assert style in render("x")
    assert Path(shell.SORT).read_text(encoding="utf-8") in render("x")
