"""`shuntyard history`, as somebody types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.cli import main
from shuntyard import wire
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS, EXIT_USAGE
from tests.scripts.store.samples import later, make_cases, make_report


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with a report in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SHUNTYARD_HISTORY", raising=False)
    write(tmp_path / "report.json")
    return tmp_path


def write(path: Path, **arguments: object) -> Path:
    path.write_text(json.dumps(wire.encode(make_report(**arguments))))  # type: ignore[arg-type]
    return path


def test_append_status_query(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "append", "report.json"]) == EXIT_GOOD
    assert main(["history", "append", "."]) == EXIT_GOOD
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["added", "already"]
    assert (here / ".shuntyard" / "history" / "month=2026-11").is_dir()
    assert main(["history", "status", "--verify"]) == EXIT_GOOD
    assert "2026-11     1           4     12" in capsys.readouterr().out
    assert (
        main(["history", "query", "SELECT arm, count(*) AS n FROM executions GROUP BY arm ORDER BY arm"]) == EXIT_GOOD
    )
    assert capsys.readouterr().out.splitlines()[2:] == ["python  2", "shell   2"]
    assert main(["history", "query", "DELETE FROM runs"]) == EXIT_USAGE


def test_status_as_json(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["history", "append", "report.json"])
    capsys.readouterr()
    assert main(["history", "status", "--json"]) == EXIT_GOOD
    status = json.loads(capsys.readouterr().out)
    assert (status["runs"], status["executions"], status["cases"]) == (1, 4, 12)
    assert (status["oldest"], status["newest"]) == ("2026-11-20T03:18:00Z", "2026-11-20T03:18:00Z")
    assert status["months"] == [{"month": "2026-11", "runs": 1, "executions": 4, "cases": 12}]
    assert status["pipelines"] == ["python-runner-ab"] and status["bytes"] > 1000 and status["problems"] == []


def test_status_of_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "status"]) == EXIT_GOOD
    assert "all       0           0      0" in capsys.readouterr().out


def test_a_damaged_file_is_a_problem_of_status_and_export(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["history", "append", "report.json"])
    (path,) = here.rglob("*.parquet")
    path.write_bytes(b"no more")
    assert main(["history", "status"]) == EXIT_PROBLEMS
    assert "damaged" in capsys.readouterr().out
    assert main(["history", "export", "out.jsonl"]) == EXIT_PROBLEMS


def test_other_results_of_a_run_are_a_problem(here: Path) -> None:
    main(["history", "append", "report.json"])
    write(here / "report.json", cases=make_cases(2))
    assert main(["history", "append", "report.json"]) == EXIT_PROBLEMS


def test_export_import_and_the_environment(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["history", "append", "report.json"])
    assert main(["history", "export", "out.parquet"]) == EXIT_GOOD
    monkeypatch.setenv("SHUNTYARD_HISTORY", str(here / "other"))
    assert main(["history", "import", "out.parquet"]) == EXIT_GOOD
    assert "1 run added, 0 there already" in capsys.readouterr().out
    assert list((here / "other").rglob("run-v2-*.parquet"))


def test_compact(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for days in (-40, -41):
        (here / "report.json").write_text(json.dumps(wire.encode(later(make_report(), days))))
        main(["history", "append", "report.json"])
    capsys.readouterr()
    assert main(["history", "compact"]) == EXIT_GOOD
    assert capsys.readouterr().out == "wrote   month=2026-10/all-v2-000001.parquet  2 runs\n"
    assert main(["history", "compact", "--grace", "-1"]) == EXIT_GOOD
    assert capsys.readouterr().out.count("removed") == 2
    assert [path.name for path in here.rglob("*.parquet")] == ["all-v2-000001.parquet"]


def test_what_waits_is_told_with_the_command(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "file").write_text("")
    assert main(["history", "append", "report.json", "--tries", "1", "--history", "file"]) == EXIT_PROBLEMS
    assert "shuntyard history append report.json --history file" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        ["append", "nowhere"],
        ["import", "nowhere.jsonl"],
        ["export", "out.csv"],
        ["status", "--history", "a", "--history", "b"],
        ["status", "--history", "mysql://root:x@db"],
    ],
)
def test_wrong_usage(here: Path, argv: list[str]) -> None:
    assert main(["history", *argv]) == EXIT_USAGE


@pytest.mark.parametrize("argv", [["append"], ["dance"], ["append", "x", "--tries", "0"]])
def test_what_argparse_refuses(here: Path, argv: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["history", *argv])
    assert caught.value.code == EXIT_USAGE
