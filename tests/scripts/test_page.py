"""The HTML page: nothing from a result becomes markup, nothing is fetched, and it stays small."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuntyard import page
from shuntyard.analysis import Occasion, analyse
from shuntyard.collect import collect
from shuntyard.errors import ShuntyardError
from shuntyard.pairs import pair_up
from shuntyard.plan import Plan
from shuntyard.report import Job, Report, RowReport, Run
from shuntyard.result import CaseOutcome, Outcome
from shuntyard.rows import sum_up
from tests.scripts.report_samples import PIPELINE, make_cases, write_realistic
from tests.scripts.test_summary import hostile_report

VOID = {"meta", "link", "img", "br", "input", "hr"}
SVG = {"path", "circle", "rect", "line"}


class Page(HTMLParser):
    """The page's elements with their attributes, its text, and whether every element is closed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID | SVG:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)

    def shape(self) -> list[tuple[str, tuple[str, ...], str]]:
        """Every element with the names of its attributes and its class: what no text may change."""
        return [(tag, tuple(attrs), attrs.get("class", "")) for tag, attrs in self.elements]

    def attributes(self, name: str) -> Iterator[str]:
        return (attrs[name] for _, attrs in self.elements if name in attrs)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> str:
    root: Path = tmp_path_factory.mktemp("results")
    plan = write_realistic(root)
    jobs = (Job(name="select", result="success"), Job(name="test", result="failure"))
    return page.render(analyse(plan, collect(root), Occasion(pipeline=PIPELINE, jobs=jobs)))


def test_the_page_is_well_formed_and_shows_each_part(night: str) -> None:
    parsed = Page(night)
    assert parsed.open == []
    ids = list(parsed.attributes("id"))
    assert ids == ["main", "broken", "failures", "fallbacks", "rows", "arms", "durations", "slowest", "jobs"]
    assert [tag for tag, _ in parsed.elements].count("details") == 2
    text = " ".join(data for found in parsed.texts.values() for data in found)
    for part in ("19 of 24 rows passed", "torchbench", "No module named 'ninja'", "At index 0 diff", "not a verdict"):
        assert part in text


def test_nothing_is_fetched_and_only_the_own_style_and_script_may_run(night: str) -> None:
    parsed = Page(night)
    tags = [tag for tag, _ in parsed.elements]
    assert not {"link", "img", "iframe", "object", "embed", "base", "form", "audio", "video", "use", "image"} & set(
        tags
    )
    assert (tags.count("style"), tags.count("script")) == (1, 1)
    assert not list(parsed.attributes("style"))
    assert not list(parsed.attributes("src"))
    assert not [name for _, attrs in parsed.elements for name in attrs if name.startswith("on")]
    assert all(href.startswith(("#", "https://")) for href in parsed.attributes("href"))
    assert not re.search(r"@import|url\(", "".join(parsed.texts["style"]))
    policy = next(
        attrs["content"] for _, attrs in parsed.elements if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    for tag in ("style", "script"):
        content = night.split(f"<{tag}>")[1].split(f"</{tag}>", maxsplit=1)[0]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_tables_and_drawings_can_be_read_without_seeing_them(night: str) -> None:
    parsed = Page(night)
    headings = [attrs for tag, attrs in parsed.elements if tag == "th"]
    assert all(attrs.get("scope") in ("col", "row") for attrs in headings)
    assert [attrs["aria-sort"] for attrs in headings if "aria-sort" in attrs] == ["descending", "descending"]
    drawings = [attrs for tag, attrs in parsed.elements if tag == "svg"]
    labelled = [attrs["aria-label"] for attrs in drawings if attrs.get("role") == "img"]
    assert len(labelled) == 24
    assert all(attrs.get("aria-hidden") == "true" for attrs in drawings if attrs.get("role") != "img" and attrs)
    assert re.fullmatch(r"smoke shell: [\d. mins]+", labelled[0])


MARKUP = """\
< > " ' & ` = / a --> <!-- ]]> &#60; &lt;b&gt; é 😀 </script> <script>alert(1)</script> </style> </title><b>
</pre></details> <plaintext> <img/src=x/onerror=alert(1)> "onmouseover="alert(1) 'autofocus=' <svg/onload=alert(1)>
{{7*7}} {%raw%} javascript:alert(1)"""
FRAGMENTS = st.sampled_from([*MARKUP.split(), " ", "\n", "\x00", "\ud800", "\x1b[31m", "\u202e"])
HOSTILE = st.lists(FRAGMENTS, min_size=1, max_size=10).map("".join)


@settings(max_examples=80, deadline=None)
@given(HOSTILE | st.text(min_size=1, max_size=60))
def test_no_text_of_a_result_becomes_markup(text: str) -> None:
    assert Page(page.render(hostile_report(text))).shape() == plain_shape()


@functools.cache
def plain_shape() -> list[tuple[str, tuple[str, ...], str]]:
    return Page(page.render(hostile_report("x"))).shape()


def test_the_text_itself_is_shown_as_it_is() -> None:
    text = """</script><img src=x onerror="alert('1')">&amp;"""
    parsed = Page(page.render(hostile_report(text)))
    assert text in parsed.texts["pre"]
    assert any(text in data for data in parsed.texts["title"])


def test_a_url_of_a_run_is_only_an_attribute() -> None:
    report = hostile_report("x")
    url = 'https://e.example/"onclick="alert(1)'
    parsed = Page(page.render(replace(report, run=replace(report.run, run_id="5", url=url))))
    assert url in list(parsed.attributes("href"))


def big_report(text: str, message: str, rows: int, cases: int) -> Report:
    """`rows` rows with `cases` failing cases each."""
    reports = []
    outcomes: list[CaseOutcome] = ["failed"] * cases
    for number in range(rows):
        arm = ("shell", "python")[number % 2] + text
        run = Run(
            unit=f"{number // 2}{text}",
            folder=text,
            repetition=1,
            outcome="error",
            fault="missing",
            reason=f"{number}{text}",
            ran=text,
            fallback_reason=f"{number}{text}",
            duration_s=1.0 + number,
        )
        others = [
            replace(run, repetition=n, fault="", outcome="failed", reason="", fallback_reason="") for n in range(3, 30)
        ]
        found = replace(run, repetition=2, fault="", outcome="failed", reason="", fallback_reason="")
        found = replace(found, cases=make_cases(*outcomes, prefix=f"{number}{text}", message=message))
        config = f"{number // 2}{text}"
        bare = RowReport(id=f"{number}{text}", unit=config, config=config, arm=arm, outcome="empty")
        reports.append(sum_up(bare, [run, found, *others]))
    report = hostile_report(text)
    return replace(report, rows=tuple(reports), pairs=pair_up(reports), notes=(text,) * 100, jobs=report.jobs * 300)


def test_ten_thousand_cases_stay_below_two_megabytes() -> None:
    html = page.render(big_report("", "E   assert 1 == 2\n" * 40, rows=50, cases=200))
    assert len(html.encode()) < 1_000_000
    assert "9,800 more failures are left out here" in html


@pytest.mark.slow
def test_the_most_hostile_texts_stay_below_two_megabytes() -> None:
    html = page.render(big_report("\"'<&>" * 2000, "\"'" * 50_000, rows=1200, cases=9))
    assert len(html.encode()) < 2_000_000
    assert Page(html).open == []


@pytest.mark.parametrize("verdict", ["passed", "failed", "error", "empty"])
def test_a_report_without_rows_is_a_page_too(verdict: Outcome) -> None:
    report = analyse(Plan(pipeline="p", units=()), (), Occasion(pipeline="p"))
    parsed = Page(page.render(replace(report, verdict=verdict)))
    assert list(parsed.attributes("id")) == ["main"]
    assert "Nothing was selected." in parsed.texts["p"]


def test_without_jinja_there_is_a_hint_instead_of_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    page._environment.cache_clear()
    with pytest.raises(ShuntyardError) as caught:
        page.render(hostile_report("x"))
    assert "setup-toolkit" in caught.value.hint
