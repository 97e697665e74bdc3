"""Pieces, and a plan-shards process to test with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

from shuntyard import wire
from shuntyard.scope.model import Scope
from shuntyard.shards.pieces import Piece
from tests.conftest import ROOT

FIXTURES = ROOT / "tests" / "fixtures" / "test-scope"
SECONDS = st.floats(0, 1e4) | st.sampled_from([1.0, 2.0, 3.0, 600.0])
COSTS = st.lists(SECONDS, max_size=30)


class Ended(NamedTuple):
    code: int
    outputs: dict[str, Any]
    out: str
    err: str


def pieces(*seconds: float) -> list[Piece]:
    return [Piece(test=f"t{n}", estimate_s=each, source="measured") for n, each in enumerate(seconds)]


def write_scope(path: Path, scope: Scope) -> Path:
    path.write_text(json.dumps(wire.encode(scope)), encoding="utf-8")
    return path


def plan_shards(folder: Path, *arguments: str, env: dict[str, str] | None = None) -> Ended:
    """The script as a runner starts it: bare Python, its plan in `folder`/plan. JSON outputs are parsed."""
    command = [
        sys.executable,
        "-SE",
        str(ROOT / "scripts" / "plan_shards.py"),
        "--json",
        "--plan",
        str(folder / "plan"),
    ]
    variables = {"PATH": os.environ["PATH"], **(env or {})}
    done = subprocess.run(
        [*command, *arguments], env=variables, cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    return Ended(done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stdout, done.stderr)
