"""What the pages show is what the repository holds: their links, anchors, commands, targets and paths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from generator.cli import VERBS
from tests.conftest import ROOT

_WHERE = ("*.md", "docs/**/*.md", "suites/**/*.md", "examples/*/*.md", "scripts/**/*.md", "matrices/**/*.md")
PAGES = sorted({path.relative_to(ROOT).as_posix() for pattern in _WHERE for path in ROOT.glob(pattern)})
_TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
_VERB = re.compile(r"(?:^|[;|&(]\s*|\$ )(?:\.venv/bin/)?(?:shuntyard|python -m generator)[ \t]+([a-z-]+)", re.MULTILINE)
_MAKE = re.compile(r"(?:^|[;|&]\s*|\$ )make ([a-z-]+)", re.MULTILINE)
_FOLDERS = ("docs", "examples", "generator", "requirements", "scripts", "suites")  # tests and matrices are callers' too
_PATH = re.compile(rf"(?:{'|'.join(_FOLDERS)})/[\w./-]+")


@cache
def tokens(page: str) -> tuple[Token, ...]:
    """Every token of a page, those inside paragraphs and table cells too."""
    parsed = MarkdownIt("commonmark").enable("table").parse((ROOT / page).read_text(encoding="utf-8"))
    return tuple(inner for token in parsed for inner in (token, *(token.children or ())))


@cache
def anchors(page: str) -> frozenset[str]:
    """The ids that GitHub gives headings, repeated ones with a number, and those that are written out."""
    found: dict[str, int] = {}
    every = tokens(page)
    for heading, inline in pairwise(every):
        if heading.type == "heading_open":
            text = "".join(child.content for child in inline.children or () if child.type in ("text", "code_inline"))
            slug = re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-")
            found[slug] = found.get(slug, -1) + 1
    numbered = {f"{slug}-{number}" for slug, last in found.items() for number in range(1, last + 1)}
    written = re.findall(r'<a (?:id|name)="([^"]+)"', (ROOT / page).read_text(encoding="utf-8"))
    return frozenset({*found, *numbered, *written})


def links(page: str) -> Iterator[str]:
    for token in tokens(page):
        for name in ("href", "src"):
            target = str(token.attrs.get(name, ""))
            if target and not re.match(r"[a-z]+:", target):
                yield unquote(target)


def commands(page: str) -> str:
    """Everything that the page sets as code, a line each."""
    return "\n".join(token.content for token in tokens(page) if token.type in ("fence", "code_inline", "code_block"))


def broken(page: str, target: str) -> bool:
    place, _, anchor = target.partition("#")
    path = ((ROOT / page).parent / place).resolve() if place else ROOT / page
    if not path.is_relative_to(ROOT) or not path.exists():
        return True
    return bool(anchor) and path.suffix == ".md" and anchor not in anchors(path.relative_to(ROOT).as_posix())


def test_there_are_pages_to_look_at() -> None:
    assert {"README.md", "CONTRIBUTING.md", "docs/images.md", "docs/reference/actions.md"} <= set(PAGES)


@pytest.mark.parametrize(
    ("target", "is_broken"),
    [
        ("docs/images.md", False),
        ("docs/rules.md#runners", False),
        ("#none-of-its-headings", True),
        ("docs/rules.md#runner", True),
        ("docs/none.md", True),
        ("../outside.md", True),
    ],
)
def test_what_leads_nowhere_is_found(target: str, is_broken: bool) -> None:
    assert broken("README.md", target) is is_broken


@pytest.mark.parametrize("page", PAGES)
def test_links_and_their_anchors_lead_somewhere(page: str) -> None:
    assert [target for target in links(page) if broken(page, target)] == []


@pytest.mark.parametrize("page", PAGES)
def test_commands_are_there(page: str) -> None:
    text = commands(page)
    assert set(_VERB.findall(text)) <= set(VERBS)
    assert set(_MAKE.findall(text)) <= _TARGETS


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith(("examples/", "CHANGELOG"))])
def test_paths_in_code_are_there(page: str) -> None:
    """A word of code that is a path below one of the repository's folders, without a pattern or a placeholder in it."""
    words = [token.content for token in tokens(page) if token.type == "code_inline"]
    named = [word for word in words if _PATH.fullmatch(word)]
    assert [word for word in named if not (ROOT / word).exists()] == []
