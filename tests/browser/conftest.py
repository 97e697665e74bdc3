"""A real Chromium. Without one these tests fail in CI, and elsewhere say that they were skipped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

Open = Callable[..., Page]
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None and os.environ.get("CI"):
        pytest.fail("no chromium on PATH, and CI must have one")
    if path is None:
        pytest.skip("no chromium on PATH; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def contexts() -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


@pytest.fixture
def visit(chromium: Browser, contexts: list[BrowserContext], file: Path) -> Open:
    """Opens the page `file`, a fixture of each module, and fails the test on what a page must never do."""

    def open_page(fragment: str = "", *, at: Path = file, **options: Any) -> Page:
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: pytest.fail(f"console: {message.text}"))
        page.on("pageerror", lambda error: pytest.fail(f"error: {error}"))
        page.on("dialog", lambda dialog: pytest.fail(f"dialog: {dialog.message}"))
        page.on("request", lambda request: _only_itself(request.url, at))
        page.goto(f"{at.as_uri()}{fragment}")
        return page

    return open_page


def _only_itself(url: str, at: Path) -> None:
    assert url.split("#", maxsplit=1)[0] == at.as_uri(), f"it asked for {url}"
