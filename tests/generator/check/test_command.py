"""`shuntyard check` as it is called: what it prints, how it ends, and what it says it has not done."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from generator import check
from generator.check.support import tools
from shuntyard.errors import ShuntyardError
from tests.conftest import ROOT
from tests.generator.check.cases import FIXTURES, Case, clean_yard, lay, yard_of
from tests.generator.yard import Yard

DAY = ("--today", "2026-11-22")


@pytest.fixture
def clean(tmp_path: Path) -> Yard:
    return clean_yard(tmp_path / "yard")


def test_a_clean_toolkit_says_so_with_a_count(clean: Yard) -> None:
    code, out, err = clean.run("check", *DAY)
    assert (code, out) == (0, "")
    assert err == f"0 problems: {len(check.RULES)} rules over 16 files\n"


def test_the_list_names_every_rule(clean: Yard) -> None:
    code, out, _ = clean.run("check", "--list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == list(check.RULES)


def test_chosen_rules_only(tmp_path: Path) -> None:
    yard = yard_of(Case("gate", "bad"), tmp_path / "yard")
    code, out, err = yard.run("check", "--rule", "pins", "--rule", "checkout", *DAY)
    assert (code, out, err) == (0, "", "0 problems: 2 rules over 17 files\n")


def test_an_unknown_rule_is_wrong_usage(clean: Yard) -> None:
    code, _, err = clean.run("check", "--rule", "pin")
    assert code == 2
    assert "there is no rule 'pin'" in err
    assert "did you mean 'pins'?" in err


def test_a_day_that_is_none(clean: Yard) -> None:
    code, _, err = clean.run("check", "--today", "yesterday")
    assert code == 2
    assert "'yesterday' is not a day such as 2026-12-01" in err


def test_the_day_decides_about_a_quarantine(clean: Yard) -> None:
    code, out, _ = clean.run("check", "--rule", "runners", "--today", "2030-02-01")
    assert code == 1
    assert "matrices/runners.yml:16:65: the quarantine of gpu expired on 2030-01-31 (The owner: It overheats)" in out
    assert clean.run("check", "--rule", "runners", "--today", "2030-01-31")[0] == 0


def test_matrices_with_problems_show_them_and_the_rules_that_need_none_still_run(tmp_path: Path) -> None:
    yard = yard_of(Case("injection", "bad"), tmp_path / "yard")
    place = yard.edit("nightly", "runner: cpu", "¦runer: cpu")
    assert place
    code, out, err = yard.run("check", *DAY)
    assert code == 1
    assert (
        f"matrices/nightly.yml:{place[0]}:{place[1]}: unknown key 'runer' [format]\n    did you mean 'runner'?" in out
    )
    assert "[injection]" in out
    assert "[zizmor]" in out
    not_run = err.partition("; not run, because the matrices have problems: ")[2].strip().split(", ")
    assert {"drift", "budget", "contract", "labels"} <= set(not_run)
    assert not {"injection", "triggers", "gate", "checkout", "schemas"} & set(not_run)


def test_the_tools_left_out_are_named(tmp_path: Path) -> None:
    yard = yard_of(Case("contract", "misspelt-input"), tmp_path / "yard")
    assert yard.run("check", "--rule", "contract", *DAY)[0] == 1
    code, out, err = yard.run("check", "--no-tools", *DAY)
    assert (code, out) == (0, "")  # only actionlint sees this one
    rules = len(check.RULES) - len(check.TOOLS)
    assert err.startswith(f"0 problems: {rules} rules over 18 files; tools did not run (--no-tools): ")
    assert all(tool in err for tool in check.TOOLS)
    assert "actionlint's part of contract" in err


def test_a_missing_tool_is_never_a_skip(clean: Yard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    clean.matrix("labels").write_text("labels: {}\n", encoding="utf-8")
    code, out, err = clean.run("check", *DAY)
    assert code == 2
    assert "unknown label 'ciflow/nightly'" in out  # what the others find is shown all the same
    for program in ("actionlint", "zizmor"):
        assert f"shuntyard: {program}: {program} is not installed\n  install it with `python -m pip install" in err


def test_a_tool_that_fails_is_told_with_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "zizmor"
    program.write_text("#!/bin/sh\necho it broke >&2\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(ShuntyardError, match="zizmor failed with exit code 1") as caught:
        tools.run_json("zizmor", [], tmp_path, codes=(0,))
    assert caught.value.hint == "it broke"
    program.write_text("#!/bin/sh\necho no json\n", encoding="utf-8")
    with pytest.raises(ShuntyardError, match="zizmor printed no JSON"):
        tools.run_json("zizmor", [], tmp_path, codes=(0,))


def test_a_caller_anywhere(clean: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = FIXTURES / "contract" / "unknown-choice" / "examples" / "stranger"
    lay(source, tmp_path / "theirs")
    monkeypatch.chdir(tmp_path)
    code, out, err = clean.run("check", "--caller", "theirs", "--rule", "contract", *DAY)
    assert code == 1
    assert "theirs/.github/workflows/ci.yml:8:13: " in out
    assert "theirs/.ci/matrix.yml:7:9: unknown runner 'cup'" in out
    assert "over 17 files" in err
    assert not list((tmp_path / "theirs").rglob("*shuntyard*"))


def test_a_caller_of_another_toolkit_is_wrong_usage(clean: Yard, tmp_path: Path) -> None:
    """After a fork changed its name, its callers call the old one: there is nothing to compare."""
    workflows = tmp_path / ".github" / "workflows"
    workflows.mkdir(parents=True)
    text = "on: push\njobs:\n  x: {uses: somebody/else/.github/workflows/x.yml@v1}\n"
    (workflows / "x.yml").write_text(text, encoding="utf-8")
    code, _, err = clean.run("check", "--caller", str(tmp_path), "--rule", "contract", *DAY)
    assert (code, f"nothing in {tmp_path.as_posix()} calls yard-owner/yard" in err) == (2, True)


def test_a_caller_without_workflows_is_wrong_usage(clean: Yard, tmp_path: Path) -> None:
    code, _, err = clean.run("check", "--caller", str(tmp_path))
    assert code == 2
    assert "holds no .github/workflows" in err


def test_an_unreadable_workflow_is_a_problem_and_not_the_end(clean: Yard) -> None:
    folder = clean.root / ".github" / "workflows"
    (folder / "broken.yml").write_text("on: push\njobs: [\n", encoding="utf-8")
    (folder / "round.yml").write_text("on: push\njobs: &a\n  x: *a\n", encoding="utf-8")
    (folder / "latin.yml").write_bytes(b"name: caf\xe9\n")
    code, out, _ = clean.run("check", "--no-tools", *DAY)
    assert code == 1
    for name in ("broken", "round", "latin"):
        assert f".github/workflows/{name}.yml:" in out
    assert out.count("[format]") == 3


def test_json_github_and_sarif(tmp_path: Path) -> None:
    yard = yard_of(Case("pins", "bad"), tmp_path / "yard")
    found = {
        style: yard.run("check", "--rule", "pins", "--format", style, *DAY)[1] for style in ("json", "github", "sarif")
    }
    first = json.loads(found["json"])["problems"][0]
    assert (first["file"], first["line"], first["column"], first["rule"]) == (
        ".github/workflows/own.yml",
        11,
        15,
        "pins",
    )
    assert found["github"].startswith("::error file=.github/workflows/own.yml,line=11,col=15")
    sarif = json.loads(found["sarif"])["runs"][0]
    assert {result["ruleId"] for result in sarif["results"]} == {"pins"}
    assert len(sarif["results"]) == 7


def test_a_rendered_file_names_its_source(tmp_path: Path) -> None:
    yard = yard_of(Case("budget", "rows-257"), tmp_path / "yard")
    _, out, _ = yard.run("check", "--rule", "budget", *DAY)
    assert "this file is rendered from matrices/nightly.yml" in out


@pytest.mark.slow
def test_as_a_program(clean: Yard) -> None:
    """From another folder, in a fresh process: nothing depends on where it stands."""
    command = [sys.executable, "-m", "generator", "check", "--root", str(clean.root), *DAY]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT}:{ROOT / 'scripts'}", "HOME": str(clean.root.parent)}
    done = subprocess.run(command, cwd=clean.root.parent, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("0 problems: ")
