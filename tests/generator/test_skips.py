"""matrices/skips.yml: its rules are safe, and what runners read is what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator import skips
from generator.load import validate
from generator.source import read
from generator.targets import style
from shuntyard.errors import ProblemsFound
from shuntyard.store.skips import SHIPPED, parse_table

ROOT = Path(__file__).resolve().parents[2]


def load(path: Path) -> skips.SkipsFile:
    return validate(skips.SkipsFile, read(path, shown=path.name, tolerant=True))


def test_the_shipped_table_is_rendered() -> None:
    table = load(ROOT / "matrices" / "skips.yml")
    text = style.json_file("matrices/skips.yml", table.table())
    assert SHIPPED == ROOT / skips.RENDERED
    assert SHIPPED.read_text(encoding="utf-8") == text
    assert [rule.label for rule in parse_table(text).rules] == [rule.label for rule in table.rules]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("{label: x, any: ['(a+)+']}", "repeats more than a single character"),
        ("{label: x, any: [CUDA]}", "capital letters"),
        ("{label: x, any: ['(']}", "no regular expression"),
        ("{label: x}", "needs a pattern"),
        ("{label: x, some: [a]}", "some"),
        ("{any: [a]}", "label"),
    ],
)
def test_a_rule_at_fault_is_told_with_its_place(tmp_path: Path, rule: str, why: str) -> None:
    path = tmp_path / "skips.yml"
    path.write_text(f"otherwise: other\nrules:\n  - {rule}\n")
    with pytest.raises(ProblemsFound) as found:
        load(path)
    (problem,) = found.value.problems
    assert why in f"{problem.message}: {problem.hint}" and problem.line == 3
