"""The command line: help with examples, exit codes, four ways to show problems, and what each verb prints."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from generator import cli
from generator.commands import rows as rows_verb
from shuntyard import wire
from shuntyard.plan import CompiledPipeline
from tests.conftest import ROOT
from tests.generator.yard import Yard

OWN_VERBS = ("render", "rows", "compile")


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "scripts")])}
    command = [sys.executable, "-m", "generator", *argv]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


# --- help and usage


@pytest.mark.parametrize("verb", cli.VERBS)
def test_every_verb_s_help_has_examples_and_exit_codes(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main([verb, "--help"])
    text = capsys.readouterr().out
    assert stop.value.code == 0
    assert f"examples:\n  shuntyard {verb}" in text
    for line in (
        "exit codes:",
        "  0    good",
        "  1    problems",
        "  2    wrong usage",
        "  3    a bug",
        "  130  interrupted",
    ):
        assert line in text


def test_the_help_lists_every_verb_with_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["--help"])
    text = capsys.readouterr().out
    assert stop.value.code == 0
    listed = " ".join(text.split())  # argparse wraps where it likes
    summaries = [" ".join(cli._verb(verb).SUMMARY.split()) for verb in cli.VERBS]
    assert all(f"{verb} {summary}" in listed for verb, summary in zip(cli.VERBS, summaries, strict=True))


@pytest.mark.parametrize(
    "argv",
    [["rendr"], [], ["rows"], ["render", "--chek"], ["render", "--format", "xml"], ["rows", "x", "--mode", "both"]],
)
def test_wrong_usage_is_exit_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(argv)
    assert stop.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_options_are_not_guessed_from_their_beginning(yard: Yard) -> None:
    code, _, err = yard.run("render", "--che")
    assert code == 2
    assert "--che" in err


# --- how it ends


def test_a_folder_without_matrices_is_wrong_usage(tmp_path: Path) -> None:
    done = run("render", "--root", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "holds no matrices/" in done.stderr
    assert "--root" in done.stderr


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (RuntimeError("boom"), 3, "this is a bug; please report it"),
        (KeyError("missing"), 3, "this is a bug"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (BrokenPipeError(), 130, ""),
        (OSError(errno.ENOSPC, "No space left on device"), 2, "the output: No space left on device"),
        (PermissionError(errno.EACCES, "Permission denied", "x.yml"), 2, "x.yml: Permission denied"),
        (FileNotFoundError(errno.ENOENT, "No such file", "x.yml"), 3, "this is a bug"),
    ],
)
def test_each_ending_has_its_exit_code(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str
) -> None:
    def fail(_: object) -> int:
        raise error

    monkeypatch.setattr(rows_verb, "run", fail)
    ended, _, err = yard.run("rows", "nightly")
    assert ended == code
    assert said in err
    assert ("Traceback" in err) == (code == 3)


def test_a_verb_that_cannot_be_imported_is_a_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "generator.commands.rows", None)
    assert cli.main(["rows", "x"]) == 3
    assert "this is a bug" in capsys.readouterr().err


@pytest.mark.parametrize("style", ["text", "json", "github", "sarif"])
def test_problems_are_shown_in_four_formats(yard: Yard, style: str) -> None:
    place = yard.edit("nightly", "runner: cpu", "¦runnr: cpu")
    assert place == (12, 1)
    code, out, err = yard.run("render", "--format", style)
    assert (code, err) == (1, "")
    if style == "text":
        assert out == "matrices/nightly.yml:12:1: unknown key 'runnr' [format]\n    did you mean 'runner'?\n"
    elif style == "github":
        assert out == (
            "::error file=matrices/nightly.yml,line=12,col=1,title=format::"
            "unknown key 'runnr'%0Adid you mean 'runner'?\n"
        )  # fmt: skip
    elif style == "json":
        (problem,) = json.loads(out)["problems"]
        assert (problem["file"], problem["line"], problem["rule"]) == ("matrices/nightly.yml", 12, "format")
    else:
        (result,) = json.loads(out)["runs"][0]["results"]
        place_ = result["locations"][0]["physicalLocation"]
        assert place_["artifactLocation"]["uri"] == "matrices/nightly.yml"
        assert place_["region"] == {"startLine": 12, "startColumn": 1}


# --- render


def test_render_names_what_it_changed_and_then_nothing(yard: Yard) -> None:
    code, out, err = yard.run("render")
    assert code == 0
    assert "actions/gate/action.yml" in out.splitlines()
    count = len(out.splitlines())
    assert f"{count} files rendered, {count} changed" in err
    code, out, err = yard.run("render")
    assert (code, out) == (0, "")
    assert f"{count} files rendered, 0 changed" in err
    assert yard.run("render", "--check") == (0, "", "")


# --- rows


def test_rows_says_what_runs_where_and_why_not_the_others(yard: Yard) -> None:
    code, out, _ = yard.run("rows", "nightly", "--config", "docs", "--mode", "shell")
    assert code == 0
    assert out.splitlines() == [
        "run    docs.shell   in docs on ubuntu-24.04",
        "leave  unit.shell   not among the configurations asked for (docs)",
        "leave  unit.python  not among the configurations asked for (docs)",
        "leave  docs.python  mode shell: only the shell arm runs",
        "1 row in 1 job; 3 left out",
    ]


def rows_json(yard: Yard, *argv: str) -> dict[str, Any]:
    code, out, _ = yard.run("rows", "nightly", "--json", *argv)
    assert code == 0
    return dict(json.loads(out))


def test_rows_as_json_is_complete(yard: Yard) -> None:
    data = rows_json(yard, "--row", "unit.*")
    assert data["pipeline"] == "nightly"
    assert data["jobs"] == 1
    assert data["run"] == [
        {"id": "unit.shell", "unit": "unit", "shard": "1/1", "runs-on": ["ubuntu-24.04"]},
        {"id": "unit.python", "unit": "unit", "shard": "1/1", "runs-on": ["ubuntu-24.04"]},
    ]
    assert [row["id"] for row in data["leave"]] == ["docs.shell", "docs.python"]


def test_rows_asks_as_an_event_would(yard: Yard) -> None:
    assert len(rows_json(yard, "--event", "pull_request", "--label", "ciflow/nightly")["run"]) == 4
    left = rows_json(yard, "--event", "pull_request", "--label", "other")
    assert left["run"] == []
    assert left["jobs"] == 0
    assert {row["reason"] for row in left["leave"]} == {
        "the label 'other' does not start it (these do: ciflow/nightly)"
    }


def test_rows_of_a_split_stick_to_the_change(yard: Yard) -> None:
    asked = ("--mode", "split", "--percent", "50", "--change", "owner/repo#7")
    first = rows_json(yard, *asked)
    assert first == rows_json(yard, *asked)
    assert len(first["run"]) == 2


def test_rows_with_flags_override_the_matrix(yard: Yard) -> None:
    data = rows_json(yard, "--mode", "python", "--flags", "docs=off")
    assert sorted(row["id"] for row in data["run"]) == ["docs.shell", "unit.python"]


@pytest.mark.parametrize(
    ("argv", "said", "hint"),
    [
        (["nighty"], "there is no pipeline 'nighty'", "did you mean 'nightly'?"),
        (["nightly", "--config", "doc"], "unknown configuration 'doc'", "known are docs, unit"),
        (["nightly", "--flags", "docs"], "the flag 'docs' is not understood", "name=on"),
        (["nightly", "--flags", "dcos=on"], "unknown configuration 'dcos'", "known are docs, unit"),
        (["nightly", "--percent", "101"], "101 is no percentage", "from 0 to 100"),
        (["nightly", "--percent", "nan"], "nan is no percentage", "from 0 to 100"),
    ],
)
def test_rows_says_what_it_does_not_know(yard: Yard, argv: list[str], said: str, hint: str) -> None:
    code, out, err = yard.run("rows", *argv)
    assert (code, out) == (2, "")
    assert said in err
    assert hint in err


# --- compile

MINE = "pipeline: mine\nsummary: Mine.\naxes:\n  n: [1, 2]\nrunner: gpu\n"


def test_compile_expands_a_caller_s_file(yard: Yard, tmp_path: Path) -> None:
    path = tmp_path / "matrix.yml"
    path.write_text(MINE, encoding="utf-8")
    code, out, _ = yard.run("compile", str(path))
    assert code == 0
    data = json.loads(out)
    assert str(path) in data.pop("$comment")
    compiled = wire.decode(CompiledPipeline, data)
    assert [row.id for row in compiled.rows] == ["1", "2"]
    assert compiled.runners == {"gpu": ("self-hosted", "linux", "gpu-one")}
    target = tmp_path / "new" / "compiled.json"
    assert yard.run("compile", str(path), "--output", str(target)) == (0, "", "")
    assert target.read_text(encoding="utf-8") == out


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (MINE.replace("gpu", "gqu"), "5:9: unknown runner 'gqu'"),
        (MINE.replace("n: [1, 2]", "n: [3.10]"), "4:7: 3.10 reads as the number 3.1"),
        (
            "pipeline: mine\nsummary: Mine.\nrows: caller\n",
            "3:7: a caller's own file cannot take its rows from a caller",
        ),
        (MINE + "exclude: [{n: 3}]\n", "6:11: this exclude matches no row"),
    ],
)
def test_compile_tells_the_problems_of_the_caller_s_file_and_writes_nothing(
    yard: Yard, tmp_path: Path, text: str, problem: str
) -> None:
    path, target = tmp_path / "matrix.yml", tmp_path / "compiled.json"
    path.write_text(text, encoding="utf-8")
    code, out, _ = yard.run("compile", str(path), "--output", str(target))
    assert code == 1
    assert f"{path}:{problem}" in out
    assert not target.exists()


def test_compile_of_a_file_that_is_not_there_is_wrong_usage(yard: Yard, tmp_path: Path) -> None:
    code, _, err = yard.run("compile", str(tmp_path / "no.yml"))
    assert code == 2
    assert "there is no file" in err


@pytest.mark.slow
def test_a_reader_that_stops_early_gets_no_traceback(yard: Yard) -> None:
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "scripts")])}
    command = f"{sys.executable} -m generator compile {yard.matrix('nightly')} --root {yard.root} | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, env=env)
    assert done.stdout == "{"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("env", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_a_terminal_without_unicode_sees_escapes(yard: Yard, env: dict[str, str]) -> None:
    yard.edit("nightly", "summary: Two arms", "été: 1\nsummary: Two arms")
    paths = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "scripts")]), "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "generator", "render", "--root", str(yard.root)]
    done = subprocess.run(command, capture_output=True, check=False, env=os.environ | paths | env)
    assert (done.returncode, done.stderr) == (1, b"")
    assert rb"unknown key '\xe9t\xe9'" in done.stdout
