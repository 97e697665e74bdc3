"""The dashboard in a real Chromium: colours, phone, keyboard, search, sorting, hostile texts, without JavaScript."""

from __future__ import annotations

import functools
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from shuntyard.analyses.query import Scope
from shuntyard.dashboard import page as renderer
from shuntyard.dashboard.build import build, write
from shuntyard.dashboard.gather import Asked
from tests.browser.conftest import Open
from tests.scripts.dashboard import hostile
from tests.scripts.dashboard.samples import START, make
from tests.scripts.test_page import MARKUP

pytestmark = pytest.mark.slow
NIGHTS = 20
PAGES = ("overview", "ab", "trends", "flakes", "hardware", "trips", "runs", "about")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("dashboard")
    make(folder / "history", NIGHTS, repeats=2)
    asked = Asked(scope=Scope(), now=START + timedelta(days=NIGHTS))
    write(folder / "page.html", build(str(folder / "history"), asked, tell=lambda _: None).html)
    return folder / "page.html"


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_it_follows_the_system_and_the_choice_is_remembered(visit: Open) -> None:
    dark = visit(color_scheme="dark")
    light = visit(color_scheme="light")
    darkness, lightness = background(dark), background(light)
    assert darkness != lightness
    button = light.get_by_role("button", name="Colours:")
    for word, color in (("light", lightness), ("dark", darkness)):
        button.click()
        expect(button).to_contain_text(word)
        assert background(light) == color
    strokes = light.evaluate("getComputedStyle(document.querySelector('.curve path[stroke]')).stroke")
    assert strokes == dark.evaluate("getComputedStyle(document.querySelector('.curve path[stroke]')).stroke")
    light.reload()
    assert background(light) == darkness
    expect(light.get_by_role("button", name="Colours:")).to_contain_text("dark")
    light.get_by_role("button", name="Colours:").click()
    assert background(light) == lightness


@pytest.mark.parametrize("width", [360, 768])
def test_no_page_scrolls_sideways(visit: Open, width: int) -> None:
    page = visit(viewport={"width": width, "height": 800})
    for name in PAGES:
        page.goto(f"{page.url.split('#')[0]}#{name}")
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") == width, name
        assert page.locator(f"#{name}").is_visible()
        small = page.evaluate(
            """() => [...document.querySelectorAll('.page:not([hidden]) svg text')].filter(
                (text) => text.getBoundingClientRect().height && text.getBoundingClientRect().height < 8).length"""
        )
        assert small == 0, f"{name}: {small} labels are too small to read"


def test_everything_can_be_reached_with_the_keyboard(visit: Open) -> None:
    page = visit()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the results")
    expect(skip).to_be_focused()
    box = skip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    names = []
    for _ in range(9):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent.trim().split(/\\s/)[0]"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert names == ["Colours:", "Overview", "A/B", "Trends", "Flakes", "Hardware", "Round", "Runs", "About"]
    page.get_by_role("link", name="Runs", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2, name="Runs")).to_be_focused()
    assert page.title().startswith("Runs · ")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox", name="Search runs and failing cases")).to_be_focused()
    page.locator("details.item summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.item").first.get_attribute("open") is not None


def test_a_reader_finds_landmarks_headings_and_tables(visit: Open) -> None:
    page = visit("#ab")
    for role in ("banner", "main", "contentinfo"):
        expect(page.get_by_role(role)).to_have_count(1)
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("link", name="A/B")).to_have_attribute("aria-current", "page")
    table = page.get_by_role("table").first
    row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name="torchbench"))
    expect(row.get_by_role("cell").first).to_have_text("regressed")
    expect(page.get_by_role("img")).to_have_count(0)  # its strips say nothing that the cells do not
    page.goto(f"{page.url.split('#')[0]}#trends")
    expect(page.get_by_role("img", name="time in")).to_have_count(18)


def test_search_finds_runs_and_messages(visit: Open) -> None:
    page = visit("#runs")
    box = page.get_by_role("searchbox", name="Search runs and failing cases")
    items = page.locator("#runs [data-item]")
    every = items.count()
    box.fill("inductor_distributed assertionerror")
    expect(page.locator("#runs [data-item]:visible")).to_have_count(1)
    expect(page.locator("#runs [role=status]")).to_have_text(f"1 of {every}")
    box.fill("no such thing")
    expect(page.locator("#runs [data-item]:visible")).to_have_count(0)
    box.fill("")
    expect(page.locator("#runs [data-item]:visible")).to_have_count(every)


def test_tables_sort_both_ways(visit: Open) -> None:
    page = visit("#ab")
    table = page.locator("#ab table").first
    heading = table.get_by_role("columnheader", name="time")

    def effects() -> list[float]:
        cells: list[float] = table.evaluate(
            "table => [...table.tBodies[0].rows].map((row) => Number(row.cells[3].dataset.sort))"
        )
        return cells

    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    assert effects() == sorted(effects(), reverse=True)
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert effects() == sorted(effects())
    table.get_by_role("button", name="configuration").click()
    expect(heading).not_to_have_attribute("aria-sort", "ascending")
    assert table.locator("tbody th").first.inner_text().startswith("All together")


def test_links_lead_to_the_page_and_the_case_and_back(visit: Open) -> None:
    page = visit()
    expect(page.locator("#overview")).to_be_visible()
    expect(page.locator("#runs")).to_be_hidden()
    page.goto(f"{page.url}#case-1")
    expect(page.locator("#runs")).to_be_visible()
    expect(page.locator("#case-1 pre")).to_contain_text("AssertionError")
    page.go_back()
    expect(page.locator("#overview")).to_be_visible()
    page.locator(".points a", has_text="A/B").first.click()
    expect(page.get_by_role("heading", level=2, name="python beside shell")).to_be_focused()
    page.goto(f"{page.url.split('#')[0]}#%E0%A4%A")
    expect(page.locator("#overview")).to_be_visible()


def test_without_javascript_everything_is_there_to_read(visit: Open) -> None:
    page = visit(java_script_enabled=False, viewport={"width": 360, "height": 800})
    for name in PAGES:
        expect(page.locator(f"#{name}")).to_be_visible()
    expect(page.locator(".theme")).to_be_hidden()
    expect(page.locator("input")).to_have_count(0)
    page.locator(".pages a", has_text="Flakes").click()
    expect(page.get_by_role("heading", level=2, name="Flakes")).to_be_in_viewport()


def test_hostile_names_do_nothing(visit: Open, tmp_path: Path) -> None:
    write(tmp_path / "hostile.html", renderer.render(functools.partial(hostile.shown, hostile.findings(f"x{MARKUP}"))))
    page = visit(at=tmp_path / "hostile.html", viewport={"width": 360, "height": 800})
    plain = page.evaluate("Object.keys(window).length")
    for name in PAGES:
        page.goto(f"{page.url.split('#')[0]}#{name}")
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") == 360, name
        page.mouse.move(100, 300)
    for button in page.locator("#runs button").all():
        button.click()
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1
    assert page.evaluate("Object.keys(window).length") == plain
    expect(page.locator("#case-1 pre")).to_contain_text("<script>alert(1)</script>")
