"""What all tests share: where the toolkit is, and copies of it that a test may change."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Properties are about results: how long an example takes on a busy machine is no fault (benchmarks measure time).
settings.register_profile("shuntyard", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shuntyard")

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("matrices", "scripts", "generator", "requirements", "actions", "docs", ".github", "examples")
# What lies here drives servers, browsers, whole histories or other people's pytest, or renders a toolkit for each test:
# all of its tests are slow, so that the others take less than a minute together.
SLOW = tuple(
    str(ROOT / "tests" / place)
    for place in (
        "benchmarks",
        "browser",
        "workflows",
        "generator/backends",
        "generator/check/test_budget.py",
        "generator/check/test_command.py",
        "generator/check/test_rules.py",
        "generator/rehearse/test_lower.py",
        "generator/rehearse/test_standins.py",
        "generator/rollout",
        "generator/test_caller.py",
        "generator/test_nightlies.py",
        "generator/test_plugin_mini.py",
        "generator/test_publisher.py",
        "generator/test_token.py",
        "generator/test_toolkit.py",
        "images",
        "rbe",
        "spyre",
        "generator/stages",
        "scripts/alerts",
        "scripts/analyses",
        "scripts/ciflow",
        "scripts/dashboard",
        "scripts/hub",
        "scripts/images/test_sbom.py",
        "scripts/nightly",
        "scripts/stats",
        "scripts/rollout",
        "scripts/store",
        "scripts/test_analyse_results.py",
        "scripts/test_append_history.py",
        "scripts/test_build_status.py",
        "scripts/test_fetch_jobs.py",
        "scripts/test_notify_run.py",
        "scripts/test_plan_shards.py",
        "scripts/test_post_comment.py",
        "scripts/test_proc.py",
        "scripts/test_pytest_plugin.py",
        "scripts/test_report_hud.py",
        "scripts/test_run_bazel.py",
        "scripts/test_run_shard.py",
        "scripts/test_runner_side.py",
        "scripts/wheels/test_archive.py",
        "scripts/wheels/test_pythons.py",
    )
)
UPDATE_GOLDEN = bool(os.environ.get("SHUNTYARD_UPDATE_GOLDEN"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        path = str(item.path)
        if any(path == place or path.startswith(f"{place}{os.sep}") for place in SLOW):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def toolkit_root(tmp_path: Path) -> Path:
    """A copy of the toolkit's own files, to change at will."""
    target = tmp_path / "toolkit"
    ignore = shutil.ignore_patterns("__pycache__", ".venv*", "*.pyc", "bazel-*")
    for name in COPIED:
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, target / name, ignore=ignore)
    return target
