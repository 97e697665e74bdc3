"""The nightly status page in a real Chromium: both schemes, phone, keyboard, sorting, links, without JavaScript."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from shuntyard.dashboard.build import write
from shuntyard.nightly.build import ask, build
from tests.browser.conftest import Open
from tests.scripts.nightly.samples import INTEGRATION, NOW, RBE, make
from tests.scripts.nightly.test_page import render
from tests.scripts.test_page import MARKUP

pytestmark = pytest.mark.slow
PAGES = ("status", "nights", "reading")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("status")
    asked = ask(
        pipelines=f"{RBE} {INTEGRATION}", cadence="", days=30, turn=0, repository="", patterns="rocm=7.2.0", now=NOW
    )
    write(folder / "page.html", build(str(make(folder / "history")), asked).html)
    return folder / "page.html"


def test_both_schemes_show_what_happened(visit: Open) -> None:
    found = {}
    for scheme in ("light", "dark"):
        page = visit(color_scheme=scheme)
        found[scheme] = page.evaluate(
            """() => ['.strips .is-good', '.strips .is-bad:not(.gap)', '.strips .gap', '.strips .is-odd'].map(
                (name) => getComputedStyle(document.querySelector(name)).backgroundColor)"""
        )
        assert len(set(found[scheme])) == 4
    assert not set(found["light"][:2]) & set(found["dark"][:2])


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_no_page_scrolls_sideways(visit: Open, width: int) -> None:
    page = visit(viewport={"width": width, "height": 800})
    for name in PAGES:
        page.goto(f"{page.url.split('#')[0]}#{name}")
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") == width, name
        assert page.locator(f"#{name}").is_visible()


def test_a_night_reads_from_one_pipeline_over_the_reading_to_the_other(visit: Open) -> None:
    page = visit()
    heads = page.locator(".nights thead th").all_inner_texts()
    assert heads == ["night", RBE, "reading", INTEGRATION]
    row = page.locator("#night-2026-11-21")
    expect(row.get_by_role("cell").nth(0)).to_contain_text("passed")
    expect(row.get_by_role("cell").nth(1)).to_contain_text("caught by nightly-integration alone")
    expect(row.get_by_role("cell").nth(2)).to_contain_text("1 passed, 1 failed")
    expect(page.locator("#night-2026-11-15").get_by_role("cell").nth(2)).to_contain_text("did not run")
    link = row.get_by_role("link", name="run").first
    expect(link).to_have_attribute("href", "https://github.com/made-up/history/actions/runs/7399411")
    totals = page.locator(".kinds").get_by_role("row").filter(has=page.get_by_role("rowheader", name="test failure"))
    assert totals.get_by_role("cell").all_inner_texts() == [RBE, "1", "2", "1", "4"]


def test_the_worst_nights_of_a_pipeline_sort_first(visit: Open) -> None:
    page = visit()
    heading = page.get_by_role("columnheader", name=INTEGRATION)
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect(page.locator(".nights tbody tr").first.get_by_role("cell").nth(2)).to_contain_text("error")
    page.get_by_role("columnheader", name="night", exact=True).get_by_role("button").click()
    expect(page.locator(".nights tbody tr").first).to_have_attribute("id", "night-2026-11-22")


def test_the_keyboard_reaches_a_night_and_what_was_said_in_it(visit: Open) -> None:
    page = visit()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the results")).to_be_focused()
    names = []
    for _ in range(4):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent.trim().split(/\\s/)[0]"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert names == ["Colours:", "Status", "Nights", "How"]
    page.locator("#night-2026-11-20 th a").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#nights")).to_be_visible()
    expect(page.locator("#status")).to_be_hidden()
    expect(page.locator("#detail-2026-11-20 pre").first).to_contain_text("Not equal to tolerance")


def test_search_finds_a_class(visit: Open) -> None:
    page = visit("#nights")
    page.get_by_role("searchbox", name="Search nights").fill("undeclared identifier")
    expect(page.locator("#nights [data-item]:visible")).to_have_count(1)
    expect(page.locator("#detail-2026-11-18")).to_be_visible()


def test_without_javascript_everything_is_there_to_read(visit: Open) -> None:
    page = visit(java_script_enabled=False, viewport={"width": 360, "height": 800})
    for name in PAGES:
        expect(page.locator(f"#{name}")).to_be_visible()
    expect(page.locator(".theme")).to_be_hidden()
    page.locator("#night-2026-11-20 th a").click()
    expect(page.locator("#detail-2026-11-20")).to_be_in_viewport()


def test_hostile_names_do_nothing(visit: Open, tmp_path: Path) -> None:
    write(tmp_path / "hostile.html", render(f"x{MARKUP}"))
    page = visit(at=tmp_path / "hostile.html", viewport={"width": 360, "height": 800})
    for name in PAGES:
        page.goto(f"{page.url.split('#')[0]}#{name}")
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") == 360, name
        page.mouse.move(100, 300)
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1
    expect(page.locator("#nights pre").first).to_contain_text("<script>alert(1)</script>")
