"""Starts one stand-in by name; the only file here that is run as a program: `python -BSE run.py upload-artifact`."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

USED = "used"  # the file, in the rehearsal's folder, that tells which stand-ins were needed
ROOT = Path(__file__).resolve().parents[3]

if __name__ == "__main__":
    # Replaces this folder, so that nothing in it can be taken for a module of the standard library.
    sys.path[:1] = [str(ROOT), str(ROOT / "scripts")]
    name = sys.argv[1].replace("-", "_")
    with (Path(os.environ["SHUNTYARD_REHEARSAL"]) / USED).open("a", encoding="utf-8") as used:
        used.write(f"{sys.argv[1]}\n")
    sys.exit(importlib.import_module(f"generator.rehearse.standins.{name}").main(*sys.argv[2:]))
