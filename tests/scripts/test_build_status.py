"""build-status and `shuntyard status` as a workflow and a person run them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.scripts.nightly.samples import INTEGRATION, RBE, STRANGE, WHEEL, Went, keep, report
from tests.scripts.runner_samples import script_env
from tests.scripts.test_page import Page

pytestmark = pytest.mark.slow


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Yesterday the wheel was wrong, and an experimental row bad; the clock of this machine counts."""
    today = datetime.now(timezone.utc).date()
    found = [report(RBE, today - timedelta(days=n), Went(experimental=STRANGE)) for n in (3, 1)]
    found += [report(INTEGRATION, today - timedelta(days=n), Went(bad=WHEEL if n == 1 else None)) for n in (3, 1)]
    return keep(tmp_path / "history", found)


def build(inputs: Mapping[str, str], **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "build_status.py")]
    return subprocess.run(
        command, env=script_env(inputs, env), capture_output=True, text=True, check=False, timeout=120
    )


def test_the_page_its_figures_and_the_outputs(history: Path, tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    inputs = {"history": str(history), "experimental": "rocm=7.2.0", "days": "5"}
    done = build(inputs, RUNNER_TEMP=str(tmp_path), GITHUB_OUTPUT=str(outputs))
    assert done.returncode == 0, done.stderr
    page = tmp_path / "shuntyard" / "status" / "index.html"
    figures = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert Page(page.read_text(encoding="utf-8")).open == []
    assert [night["rule"] for night in figures["nights"]] == ["none", "installed-alone", "none", "clean", "none"]
    assert figures["answer"]["tone"] == "bad"
    text = outputs.read_text(encoding="utf-8")
    for part in (str(page), "\nbad\n", "\npackaging error\n"):
        assert part in text
    assert "caught by nightly-integration alone" in done.stdout


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"pipelines": "only-one"}, "name two or more"),
        ({"days": "0"}, "0 days cannot be shown"),
        ({"turn": "24"}, "the hour 24 is none"),
        ({"experimental": "7.2.0"}, "are not understood"),
        ({"cadence": "sometimes"}, "are not understood"),
    ],
)
def test_a_wrong_input_is_told(history: Path, inputs: dict[str, str], message: str) -> None:
    done = build({"history": str(history), **inputs})
    assert done.returncode == 2
    assert message in done.stderr


def test_a_damaged_file_is_named_and_the_page_is_written(history: Path, tmp_path: Path) -> None:
    sorted(history.rglob("*.parquet"))[0].write_bytes(b"PAR1")
    done = build({"history": str(history), "output": str(tmp_path / "s.html")}, GITHUB_ACTIONS="true")
    assert done.returncode == 1
    assert "::warning title=not on the page::" in done.stdout
    assert (tmp_path / "s.html").exists()


def test_the_verb_does_the_same(history: Path, tmp_path: Path) -> None:
    page = tmp_path / "status.html"
    command = [
        sys.executable, "-m", "generator", "status", "--history", str(history), "--pipelines", RBE, INTEGRATION,
        "--days", "5", "--experimental", "rocm=7.2.0", "--out", str(page), "--json", "-",
    ]  # fmt: skip
    env = {**script_env({}), "PYTHONPATH": f"{ROOT}:{ROOT / 'scripts'}"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["nights"][1]["class"] == "packaging error"
    assert Page(page.read_text(encoding="utf-8")).open == []
    again = subprocess.run(
        [*command[:4], "--pipelines", "one"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert again.returncode == 2
    assert "name two or more" in again.stderr
