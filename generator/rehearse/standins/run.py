"""Starts one stand-in by name; the only file here that is run as a program: `python -BSE run.py upload-artifact`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

if __name__ == "__main__":
    # Replaces this folder, so that nothing in it can be taken for a module of the standard library.
    sys.path[0] = str(ROOT)
    name = sys.argv[1].replace("-", "_")
    sys.exit(importlib.import_module(f"generator.rehearse.standins.{name}").main(*sys.argv[2:]))
