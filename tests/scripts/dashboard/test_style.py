"""The colours: readable in both schemes (WCAG 2.2, 1.4.3 and 1.4.11), and declared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shuntyard.dashboard import page

STYLE = (page.TEMPLATES / "page.css").read_text(encoding="utf-8")
COLORS = dict(re.findall(r"--([\w-]+): light-dark\((#\w{6}, #\w{6})\)", STYLE))
INKS = ("ink", "dim", "focus", "good", "bad", "warn", "odd", "better")
TEXT = [
    *((text, ground) for text in INKS for ground in ("page", "sheet")),
    *((tint, f"{tint}-soft") for tint in ("good", "bad", "odd", "warn", "better", "plain")),
    ("ink", "bad-soft"), ("dim", "sunken"), ("ink", "sunken"),
]  # fmt: skip
STAGES = tuple(f"stage-{number}" for number in range(1, 6))
SHAPES = [(shape, "sheet") for shape in ("arm-1", "arm-2", "arm-3", "good", "bad", *STAGES)]


def luminance(color: str) -> float:
    parts = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(name: str, ground: str, scheme: int) -> float:
    found = sorted(luminance(COLORS[each].split(", ")[scheme]) for each in (name, ground))
    return (found[1] + 0.05) / (found[0] + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_text_stands_out_from_its_ground(scheme: int) -> None:
    faint = {pair: round(found, 2) for pair in TEXT if (found := contrast(*pair, scheme)) < 4.5}
    assert faint == {}


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_line_and_bar_stands_out_from_its_ground(scheme: int) -> None:
    faint = {pair: round(found, 2) for pair in SHAPES if (found := contrast(*pair, scheme)) < 3}
    assert faint == {}


def test_every_colour_that_is_used_is_declared() -> None:
    folder = Path(page.__file__).parent
    used = {
        name
        for path in (*folder.glob("*.py"), *page.TEMPLATES.glob("*"))
        for name in re.findall(r"var\(--([a-z0-9-]+)\)", path.read_text(encoding="utf-8"))
    }
    declared = set(re.findall(r"--([\w-]+):", STYLE))
    assert used
    assert used <= declared
