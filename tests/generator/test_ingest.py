"""`shuntyard ingest`: from files into a history."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.cli import main

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "ingest"


def test_ingests_and_appends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(FIXTURES)
    words = [
        "ingest",
        "pytest/reruns.jsonl",
        "gtest",
        "--pipeline",
        "nightly",
        "--row",
        "unit",
        "--results",
        str(tmp_path / "out"),
    ]
    assert main([*words, "--history", str(tmp_path / "history"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["outcome"], told["problems"], told["skips"]["Not Supported on ROCm"]) == ("failed", [], 1)
    assert (
        main(
            [
                "history",
                "query",
                "SELECT count(*) AS n, max(case_attempt) AS a FROM cases",
                "--history",
                str(tmp_path / "history"),
                "--json",
            ]
        )
        == 0
    )
    (row,) = json.loads(capsys.readouterr().out)
    assert row == {"n": told["cases"], "a": 3}


def test_a_broken_file_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["ingest", "none.xml", "--pipeline", "nightly", "--row", "unit"]) == 1
    assert "none.xml: cannot be read" in capsys.readouterr().err
    assert list(tmp_path.rglob("result.json"))


def test_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest", "none.xml", "--row", "unit"]) == 2
    assert "'pipeline' is missing" in capsys.readouterr().err
