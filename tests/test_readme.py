"""What the README shows is what the repository holds."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from markdown_it import MarkdownIt

from generator.expand import expand_callers
from generator.load import load, load_pipeline
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [token for token in MarkdownIt().parse(README) if token.type == "fence"]


def test_the_pipeline_that_it_shows_is_the_shipped_one() -> None:
    shipped = (ROOT / "matrices" / "python-runner-ab.yml").read_text(encoding="utf-8")
    assert shipped in [block.content for block in BLOCKS if block.info == "yaml"]


def test_the_caller_s_matrix_that_it_shows_is_accepted(tmp_path: Path) -> None:
    (shown,) = (block.content for block in BLOCKS if block.content.startswith("# .ci/matrix.yml"))
    path = tmp_path / "matrix.yml"
    path.write_text(shown, encoding="utf-8")
    compiled = expand_callers(load(ROOT), load_pipeline(path, shown="matrix.yml"))
    assert [row.id for row in compiled.rows] == ["3.11", "3.12", "3.13"]


def test_its_commands_are_there() -> None:
    shown = textwrap.dedent("\n".join(block.content for block in BLOCKS if block.info == "sh"))
    goals = set(re.findall(r"^make ([a-z-]+)", shown, re.MULTILINE))
    assert goals >= {"demo", "test", "render"}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [goal for goal in goals if not re.search(rf"^{goal}:", makefile, re.MULTILINE)] == []
