"""matrices/*-scope.yml: what may be written, what is shipped, and what `shuntyard scope` shows of it."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest

from generator.cli import main
from generator.load import load_scope
from generator.scope_format import rendered
from generator.targets import style
from shuntyard import wire
from shuntyard.errors import ProblemsFound
from shuntyard.scope.judge import Judge
from shuntyard.scope.measure import judge_all, measure
from shuntyard.scope.read import read_scope
from shuntyard.shards.discover import find_tests

ROOT = Path(__file__).resolve().parents[2]
NAMES = ROOT / "tests" / "fixtures" / "test-scope" / "names.txt"
GOOD = """
scope: made
summary: A scope.
salt: made-1
priorities:
  - {name: first, share: 40, reason: because}
  - {name: second, share: 60, reason: because}
rules:
  - {scope: out, reason: needs CUDA, tests: ["test_cuda*"]}
  - {scope: in, priority: first, reason: operators, tests: [test_ops]}
  - {scope: in, priority: second, reason: all else, tests: ["dynamo/**"]}
otherwise: {scope: out, reason: nobody decided}
together:
  - {tests: [test_ops], whole: class, reason: costly}
"""


def scope_file(folder: Path, text: str, name: str = "made") -> Path:
    path = folder / f"{name}-scope.yml"
    path.write_text(text, encoding="utf-8")
    return path


@functools.cache
def shipped() -> Judge:
    return Judge(load_scope(ROOT / "matrices" / "spyre-scope.yml", shown="x").compiled())


def test_a_scope_compiles_to_what_scripts_read(tmp_path: Path) -> None:
    compiled = load_scope(scope_file(tmp_path, GOOD), shown="x").compiled()
    text = style.json_file("matrices/made-scope.yml", wire.encode(compiled))
    (tmp_path / "made.json").write_text(text, encoding="utf-8")
    assert read_scope(tmp_path, "made") == compiled
    assert Judge(compiled).verdict("dynamo/a/test_b").priority == "second"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("share: 60", "share: 50", "make 90 %, not 100"),
        ("name: second", "name: first", "two priorities have one name"),
        ("priority: second", "priority: third", "unknown priority 'third'"),
        ("priority: first, ", "", "priority"),
        ("scope: out, reason: needs", "scope: out, priority: first, reason: needs", "priority"),
        ("reason: needs CUDA, ", "", "reason"),
        ('"test_cuda*"', '"/etc/**"', "tests"),
        ('"test_cuda*"', '"a/../b"', "name below"),
        ('"test_cuda*"', '"a**"', "whole parts"),
        ('"test_cuda*"', '"$(id)"', "tests"),
        ('"test_cuda*"', "test_cuda.py", "no .py"),
        ("tests: [test_ops]}\n  -", "tests: [test_cuda_x]}\n  -", "never reached"),
        ('"dynamo/**"', '"test_cuda*"', "never reached"),
        ("scope: out, reason: nobody decided", "scope: in, reason: nobody decided", "unknown priority None"),
        ("whole: class", "whole: folder", "whole"),
        ("salt: made-1", "salt: 'a b'", "salt"),
        ("scope: made", "scope: other", "stands in made-scope.yml"),
    ],
)  # fmt: skip
def test_a_fault_is_told(tmp_path: Path, old: str, new: str, why: str) -> None:
    assert old in GOOD
    with pytest.raises(ProblemsFound) as found:
        load_scope(scope_file(tmp_path, GOOD.replace(old, new, 1)), shown="x")
    told = " ".join(f"{problem.path} {problem.message} {problem.hint}" for problem in found.value.problems)
    assert why in told


def test_the_shipped_scope_is_rendered() -> None:
    text = style.json_file("matrices/spyre-scope.yml", wire.encode(shipped().scope))
    assert (ROOT / rendered("spyre")).read_text(encoding="utf-8") == text


def test_every_test_of_pytorch_has_a_verdict_that_somebody_decided_on() -> None:
    judge = shipped()
    verdicts = judge_all(judge, find_tests(NAMES))
    assert len(verdicts) > 1000 and not [verdict.test for verdict in verdicts if verdict.is_unreviewed]
    used = {verdict.rule for verdict in verdicts}
    assert used >= set(range(len(judge.scope.rules))), "a rule that fits no test is a rule too many"


@pytest.mark.parametrize("share", [5, 25, 50, 80])
def test_the_shipped_shares_reach_what_the_stages_promise(share: int) -> None:
    judge = shipped()
    told = measure(judge, judge_all(judge, find_tests(NAMES)), share)
    assert abs(told.reached - share) < 0.5
    assert all(abs(group.declared - group.share) < 1 for group in told.groups)


@pytest.mark.parametrize(
    ("test", "side"),
    [
        ("test_cuda", "out"), ("distributed/test_c10d_nccl", "out"), ("inductor/test_cuda_repro", "out"),
        ("test_mps", "out"), ("profiler/test_xpu_profiler", "out"), ("test_optim", "out"), ("test_autograd", "out"),
        ("functorch/test_dims", "out"), ("test_ops", "in"), ("nn/test_convolution", "in"), ("dynamo/test_misc", "in"),
        ("inductor/test_torchinductor", "in"), ("test_openreg", "in"), ("test_brand_new", "out"),
    ],
)  # fmt: skip
def test_shipped_verdicts(test: str, side: str) -> None:
    assert shipped().verdict(test).scope == side


def test_the_verb_shows_shares_reasons_and_explanations(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scope", "spyre", "--tests", str(NAMES)]) == 0
    told = capsys.readouterr().out
    assert "1,115 test files, 398 in scope" in told and "needs CUDA" in told and "reached" in told
    assert main(["scope", "spyre", "--why", "dynamo/test_misc.py", "--why", "test_cuda", "--share", "25"]) == 0
    told = capsys.readouterr().out
    assert "priority compile, enabled at a share above 30.39 % (25 % no)" in told
    assert "test_cuda: out of scope: needs CUDA (rule 2 of 22)" in told


def test_the_verb_lists_and_gives_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scope", "spyre", "--tests", str(NAMES), "--share", "25", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    inside = {test["test"] for test in told["tests"] if test["position"] is not None and test["position"] < 25}
    assert main(["scope", "spyre", "--tests", str(NAMES), "--share", "25", "--list", "enabled"]) == 0
    assert set(capsys.readouterr().out.split()) == inside and len(inside) == told["shares"][0]["enabled"]
    for kind, wanted in (("in", "in"), ("out", "out")):
        assert main(["scope", "spyre", "--tests", str(NAMES), "--list", kind]) == 0
        listed = set(capsys.readouterr().out.split())
        assert listed == {test["test"] for test in told["tests"] if test["scope"] == wanted}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["spire", "--tests", str(NAMES)], "did you mean 'spyre'?"),
        (["spyre"], "no tests are named"),
        (["spyre", "--tests", str(NAMES), "--share", "nan"], "no percentage"),
        (["spyre", "--durations", "nowhere.json"], "cannot be read"),
    ],
)
def test_the_verb_tells_wrong_usage(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scope", *arguments]) == 2
    assert why in capsys.readouterr().err
