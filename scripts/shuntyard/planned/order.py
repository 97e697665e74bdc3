"""What one pytest is told, by file and by environment. The plugin shuntyard_planned and PyTorch's own tests read it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from shuntyard.arms import PLUGIN
from shuntyard.command import environment
from shuntyard.filters.modes import MEMORY
from shuntyard.planned.inputs import on_card
from shuntyard.planned.job import Job
from shuntyard.shards.pieces import Piece

ORDER = "order.json"
_SCRIPTS = Path(__file__).resolve().parents[2]
# What PyTorch's own workflows call the flags (pytorch/pytorch, .github/workflows/_linux-test.yml).
_FLAGS = {
    "CONTINUE_THROUGH_ERROR": "keep-going",
    "VERBOSE_TEST_LOGS": "ci-verbose-test-logs",
    "TEST_SHOWLOCALS": "ci-test-showlocals",
    "NO_TEST_TIMEOUT": "ci-no-test-timeout",
    "NO_TD": "ci-no-td",
}


def write_order(job: Job, piece: Piece, folder: Path, before: Sequence[Path]) -> None:
    """Writes the order of one process into its folder; `before` are those of earlier processes of the same piece."""
    order = {
        "scripts": str(_SCRIPTS),
        "part": piece.part,
        "parts": piece.parts,
        "whole": piece.whole,
        "device": job.plan.hardware,
        "disabled": [[entry.case, entry.suite, entry.reason] for entry in job.plan.disabled],
        "rerun": job.reruns,
        "timeout_s": job.case_s,
        "before": [str(each) for each in before],
    }
    (folder / ORDER).write_text(json.dumps(order), encoding="ascii")


def command(job: Job, piece: Piece, cache: Path) -> list[str]:
    """The argument vector, for the folder of the tests; each card has a cache of its own."""
    shown = ["--showlocals"] if job.plan.flags.get("ci-test-showlocals") else []
    own = ["-p", "shuntyard_planned", "-o", f"cache_dir={cache}", *shown]
    return [job.python, "-m", "pytest", *own, *job.row.suite.arguments, f"{piece.test}.py"]


def variables(job: Job, card: int, folder: Path) -> dict[str, str]:
    """The environment of a process on a card."""
    setting = job.setting
    facts = {
        "SHUNTYARD_RESULTS": str(folder),
        "SHUNTYARD_ORDER": str(folder / ORDER),
        "SHUNTYARD_WORKSPACE": str(setting.workspace),
        "SHUNTYARD_CONFIG": job.config,
        "SHUNTYARD_SHARD": str(setting.shard.index),
        "SHUNTYARD_SHARDS": str(setting.shard.of),
        "SHUNTYARD_CARD": str(card),
    }
    words = {name: "1" for name, flag in _FLAGS.items() if job.plan.flags.get(flag)}
    words |= {"REENABLED_ISSUES": ",".join(map(str, job.plan.reenabled))} if job.plan.reenabled else {}
    words |= {"PYTORCH_TEST_CUDA_MEM_LEAK_CHECK": "1"} if MEMORY in job.values else {}
    env = environment(
        setting.env, job.row.suite, plugin=str(PLUGIN), facts={**words, "TEST_CONFIG": job.config, **facts}
    )
    return {**env, **on_card(job.each_card, card)}
