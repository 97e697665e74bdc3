"""`shuntyard verdict` on real Parquet histories: the table, the JSON, the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator import cli
from tests.generator.rollout.samples import make_history

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_history(tmp_path_factory.mktemp("verdicts") / "history", {"docs": 1.0, "gloo": 1.5}))


def rows(text: str) -> dict[str, list[str]]:
    lines = text.splitlines()
    return {line.split()[0]: line.split() for line in lines[2:] if "×" in line}


def test_each_configuration_has_its_verdict(history: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verdict", "--history", history]) == 1
    out = capsys.readouterr().out
    assert out.splitlines()[0].split()[:3] == ["configuration", "verdict", "tests"]
    found = rows(out)
    assert found.keys() == {"docs", "gloo"}
    assert (found["docs"][1], found["gloo"][1]) == ("equivalent", "regressed")
    assert found["gloo"][-2:] == ["by", "time"]
    assert out.splitlines()[-1] == "verdict: regressed"


def test_a_scope_leaves_the_rest_out(history: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verdict", "--history", history, "--config", "docs", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [group["config"] for group in found["groups"]] == ["docs"]
    assert found["verdict"] == "equivalent"
    assert cli.main(["verdict", "--history", history, "--pipeline", "none"]) == 0
    assert capsys.readouterr().out.startswith("nothing to judge")


def test_an_empty_history_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verdict", "--history", str(tmp_path / "none")]) == 0
    assert capsys.readouterr().out.startswith("nothing to judge: no configuration has runs of both arms")
