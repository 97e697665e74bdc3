"""The tutorials run from the first line to the last, and show what they promise."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TUTORIALS = ROOT / "docs" / "tutorials"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _run(code: str, folder: Path) -> str:
    """Run the code as a reader would: as a script, in a folder of its own; return what it printed."""
    script = folder / "tutorial.py"
    script.write_text(code)
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _numbers(pattern: str, text: str) -> list[float]:
    found = re.search(pattern, text)
    assert found, text
    return [float(number) for number in found.groups()]


def test_every_tutorial_is_tested():
    assert {path.name for path in TUTORIALS.iterdir()} == {"spirals.py", "continue_a_sequence.md"}


def test_spirals(tmp_path):
    printed = _run((TUTORIALS / "spirals.py").read_text(), tmp_path)
    (line,) = _numbers(r"line: (\d+)% right", printed)
    perceptron, first, last = _numbers(r"perceptron: (\d+)% right, loss from ([\d.]+) to ([\d.]+)", printed)
    assert line < 85
    assert perceptron > 90
    assert last < first / 4


def test_continue_a_sequence(tmp_path):
    blocks = BLOCK.findall((TUTORIALS / "continue_a_sequence.md").read_text())
    assert len(blocks) == 3
    (right,) = _numbers(r"(\d+)% of the symbols are right", _run("\n".join(blocks), tmp_path))
    assert right > 90


def test_a_broken_tutorial_fails(tmp_path):
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        _run("1 / 0", tmp_path)
