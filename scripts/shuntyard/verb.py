"""Starts a verb of `shuntyard` from a script: its checkout is the toolkit's, wherever the script is run."""

from __future__ import annotations

import sys
from pathlib import Path

# `-I` keeps modules of the checkout that this runs in from shadowing the generator's.
_START = """
import sys
root = sys.argv.pop(1)
sys.path[:0] = [root, root + "/scripts"]
from generator.cli import main
sys.exit(main())
"""


def verb(root: Path, *words: str) -> list[str]:
    """The argument vector that runs `shuntyard WORDS` of the toolkit in `root` with this interpreter."""
    return [sys.executable, "-I", "-c", _START, str(root), *words]
