"""The page: nothing of a history becomes markup, nothing is fetched, it says what is missing, and it stays small."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuntyard.dashboard import page
from shuntyard.dashboard.build import Dashboard
from shuntyard.dashboard.gather import Findings
from shuntyard.dashboard.pictures import Pictures
from shuntyard.dashboard.recent import Extent
from shuntyard.dashboard.view import view
from tests.scripts.dashboard import hostile
from tests.scripts.test_page import HOSTILE, Page

PAGES = ["overview", "ab", "trends", "flakes", "hardware", "trips", "runs", "about"]


def render(text: str) -> str:
    return page.render(functools.partial(hostile.shown, hostile.findings(text)))


@functools.cache
def plain_shape() -> list[tuple[str, tuple[str, ...], str]]:
    return Page(render("x")).shape()


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(HOSTILE | st.text(min_size=1, max_size=60).filter(lambda text: text.strip() not in ("passed", "failed")))
def test_no_text_of_a_history_becomes_markup(text: str) -> None:
    html = render(f"x{text}")
    assert Page(html).shape() == plain_shape()
    html.encode()


def test_the_text_itself_is_shown_as_it_is() -> None:
    text = """x</script><img src=x onerror="alert('1')">&amp;"""
    parsed = Page(render(text))
    assert text in parsed.texts["pre"]
    assert any(text in data for data in parsed.texts["title"])


def test_a_run_links_only_to_a_providers_page() -> None:
    found = hostile.findings("o/r")
    (run,) = found.recent.runs
    for url, links in (
        ("https://github.com/o/r/actions/runs/7", 1),
        ("https://ci.example:8443/o/r/actions/runs/7/attempts/2", 1),
        ("javascript:alert(1)//https://github.com/o/r/actions/runs/7", 0),
        ("https://github.com/o/r/actions/runs/7#x", 0),
        ("https://user@evil.example/o/r/actions/runs/7", 0),
        ("http://github.com/o/r/actions/runs/7", 0),
    ):
        recent = replace(found.recent, runs=(replace(run, url=url),))
        parsed = Page(page.render(functools.partial(hostile.shown, replace(found, recent=recent))))
        outside = [href for href in parsed.attributes("href") if not href.startswith("#")]
        assert outside == [url] * links, url


def test_nothing_is_fetched_and_only_the_own_style_and_script_may_run(dashboard: Dashboard) -> None:
    html = dashboard.html
    parsed = Page(html)
    tags = [tag for tag, _ in parsed.elements]
    assert not {"link", "img", "iframe", "object", "embed", "base", "form", "use", "image", "foreignobject"} & set(tags)
    assert (tags.count("style"), tags.count("script")) == (1, 1)
    assert not list(parsed.attributes("style"))
    assert not list(parsed.attributes("src"))
    assert not [name for _, attrs in parsed.elements for name in attrs if name.startswith("on")]
    assert all(href.startswith(("#", "https://github.com/")) for href in parsed.attributes("href"))
    assert not re.search(r"@import|url\(", "".join(parsed.texts["style"]))
    policy = next(each["content"] for _, each in parsed.elements if each.get("http-equiv") == "Content-Security-Policy")
    for tag in ("style", "script"):
        content = html.split(f"<{tag}>")[1].split(f"</{tag}>", maxsplit=1)[0]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_every_part_is_there_and_can_be_read_without_seeing_it(dashboard: Dashboard) -> None:
    parsed = Page(dashboard.html)
    assert parsed.open == []
    ids = list(parsed.attributes("id"))
    assert len(ids) == len(set(ids))
    assert [each["id"] for tag, each in parsed.elements if tag == "section"] == PAGES
    labels = {each.get("aria-labelledby") for tag, each in parsed.elements if tag == "section"}
    assert labels == {f"{name}-h" for name in PAGES} <= set(ids)
    assert {each["href"][1:] for tag, each in parsed.elements if tag == "a" and each["href"][0] == "#"} <= set(ids)
    assert all(each.get("scope") in ("col", "row") for tag, each in parsed.elements if tag == "th")
    drawings = [each for tag, each in parsed.elements if tag == "svg"]
    assert all((each.get("role") == "img") != (each.get("aria-hidden") == "true") for each in drawings)
    curves = [
        each["aria-label"] for each in drawings if each.get("aria-label", "").startswith(("time in", "memory in"))
    ]
    assert len(curves) == 36
    headings = [int(tag[1]) for tag, _ in parsed.elements if tag in ("h1", "h2", "h3", "h4")]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))


def test_verdicts_are_said_in_words(dashboard: Dashboard) -> None:
    text = " ".join(data for found in Page(dashboard.html).texts.values() for data in found)
    for part in (
        "torchbench is worse than its baseline",
        "not even 1000 pairs",
        "quarantine until",
        "software, not a device",
        "Not known: queue, set-up, report",
        "not known",
        "watched",
    ):
        assert part in text, part


def test_an_empty_history_says_what_fills_it() -> None:
    found = Findings(asked=hostile.findings("x").asked, extent=Extent())
    html = page.render(lambda share: view(found, Pictures(), where="place", elsewhere=Extent(), share=share))
    text = " ".join(data for found in Page(html).texts.values() for data in found)
    for part in (
        "The history at place is empty.",
        "shuntyard history append",
        "Nothing to show yet",
        "No configuration ran in both arms",
        "No case flipped",
        "No run lies in this time",
    ):
        assert part in text, part


def test_an_empty_time_says_what_lies_outside_it() -> None:
    found = hostile.findings("x")
    then = hostile.NOW - timedelta(days=200)
    elsewhere = Extent(executions=40, runs=2, oldest=then, newest=then, pipelines=("nightly",))
    nothing = Findings(asked=found.asked, extent=Extent())
    html = page.render(lambda share: view(nothing, Pictures(), where="p", elsewhere=elsewhere, share=share))
    text = " ".join(data for found in Page(html).texts.values() for data in found)
    assert "40 executions in 2 runs" in text
    assert "nightly" in text


@pytest.mark.slow
def test_the_most_hostile_texts_stay_below_two_megabytes() -> None:
    found = hostile.findings("\"'<&>" * 2000, message="\"'" * 50_000, cases=400)
    html = page.render(functools.partial(hostile.shown, found))
    assert len(html.encode()) <= page.SIZE_LIMIT
    assert Page(html).open == []
    assert "left out here" in html
