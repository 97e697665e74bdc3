"""select-rows as a runner starts it: bare Python, inputs from the environment, the event from its file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from shuntyard import wire
from shuntyard.packed import unpack
from shuntyard.plan import Plan, Unit
from tests.conftest import ROOT
from tests.scripts.test_select import pipeline

LABELLED = {"action": "labeled", "label": {"name": "ciflow/x"}, "pull_request": {"number": 7}}


class Ended(NamedTuple):
    code: int
    outputs: dict[str, Any]
    out: str
    err: str


class Checkout:
    """The script in a checkout that ships one pipeline, `p`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "scripts").mkdir()
        shutil.copy(ROOT / "scripts" / "select_rows.py", root / "scripts")
        (root / "scripts" / "shuntyard").symlink_to(ROOT / "scripts" / "shuntyard")
        (root / "matrices" / "compiled").mkdir(parents=True)
        made = pipeline(labels=("ciflow/x",))
        self.write("matrices/compiled/p.json", {"$comment": "Rendered.", **wire.encode(made)})

    def write(self, path: str, data: Any) -> Path:
        target = self.root / path
        target.write_text(json.dumps(data), encoding="utf-8")
        return target

    def run(self, event: Any = None, **env: str) -> Ended:
        inputs = {f"INPUT_{name.upper()}": value for name, value in env.items() if name.islower()}
        path = self.write("event.json", {} if event is None else event)
        variables = {"PATH": os.environ["PATH"], "GITHUB_EVENT_PATH": str(path), "GITHUB_REPOSITORY": "owner/repo"}
        variables |= inputs | {name: value for name, value in env.items() if name.isupper()}
        command = [sys.executable, "-SE", str(self.root / "scripts" / "select_rows.py"), "--json"]
        done = subprocess.run(command, env=variables, cwd=self.root, capture_output=True, text=True, check=False)
        return Ended(done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stdout, done.stderr)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_outputs_are_what_the_jobs_that_follow_need(checkout: Checkout) -> None:
    ended = checkout.run(pipeline="p", configs="docs", GITHUB_SHA="abc")
    assert ended.code == 0
    assert ended.outputs.keys() == {"pipeline", "matrix", "plan", "count", "artifacts", "groups", "size", "call"}
    assert (ended.outputs["count"], ended.outputs["artifacts"]) == ("1", "p--*")
    (entry,) = json.loads(ended.outputs["matrix"])["include"]
    unit = wire.decode(Unit, entry["plan"])
    assert (unit.id, [row.id for row in unit.rows]) == ("docs", ["docs.shell", "docs.python"])
    plan = wire.decode(Plan, json.loads(unpack(ended.outputs["plan"])))
    assert plan == Plan(pipeline="p", units=(unit,), seed="owner/repo@abc")
    assert "run   docs: docs.shell, docs.python on ubuntu-24.04" in ended.err
    assert "leave unit.shell: not among the configurations asked for (docs)" in ended.err


def test_an_instance_is_part_of_the_artifacts_names(checkout: Checkout) -> None:
    assert checkout.run(pipeline="p", instance="gpu-1").outputs["artifacts"] == "p-gpu-1--*"


@pytest.mark.parametrize("instance", ["*", "a/b", "a--b", "-a", "$(id)", "a\nb"])
def test_an_instance_that_would_break_an_artifact_s_name_is_refused(checkout: Checkout, instance: str) -> None:
    ended = checkout.run(pipeline="p", instance=instance)
    assert (ended.code, ended.outputs) == (2, {})
    assert "input 'instance' is" in ended.err


def test_a_label_of_another_pipeline_selects_nothing_and_says_so(checkout: Checkout) -> None:
    assert checkout.run(LABELLED, pipeline="p", GITHUB_EVENT_NAME="pull_request").outputs["count"] == "2"
    ended = checkout.run(LABELLED | {"label": {"name": "bug"}}, pipeline="p", GITHUB_EVENT_NAME="pull_request")
    assert (ended.code, ended.outputs["count"]) == (0, "0")
    assert json.loads(ended.outputs["matrix"]) == {"include": []}
    assert "::warning title=p::Nothing is selected: no test will run." in ended.err


def test_a_split_is_the_same_in_every_attempt_and_for_every_commit_of_a_pull_request(checkout: Checkout) -> None:
    asked = {"pipeline": "p", "mode": "split", "percent": "50", "GITHUB_EVENT_NAME": "pull_request"}
    first = checkout.run(LABELLED, **asked, GITHUB_SHA="one", GITHUB_RUN_ATTEMPT="1")
    second = checkout.run(LABELLED, **asked, GITHUB_SHA="two", GITHUB_RUN_ATTEMPT="2")
    assert first.outputs == second.outputs
    assert unpack(first.outputs["plan"]).count('"seed": "owner/repo#7"') == 1


def test_a_compiled_file_goes_over_the_shipped_pipeline(checkout: Checkout) -> None:
    path = checkout.write("mine.json", wire.encode(pipeline(("mine",), together="")))
    ended = checkout.run(pipeline="p", compiled=str(path))
    assert [entry["unit"] for entry in json.loads(ended.outputs["matrix"])["include"]] == ["mine.shell", "mine.python"]


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({}, "neither a pipeline nor a matrix file is named"),
        ({"pipeline": "q"}, "there is no pipeline 'q'"),
        ({"pipeline": "../compiled/p"}, "there is no pipeline '../compiled/p'"),
        ({"pipeline": "p", "configs": "dcos"}, "unknown configuration 'dcos'"),
        ({"pipeline": "p", "flags": "docs"}, "the flag 'docs' is not understood"),
        ({"pipeline": "p", "percent": "120"}, "120 is no percentage"),
        ({"pipeline": "p", "percent": "half"}, "input 'percent' is 'half'"),
        ({"pipeline": "p", "mode": "both"}, "input 'mode' is 'both'"),
        ({"compiled": "event.json"}, "is no compiled matrix"),
    ],
)
def test_a_wrong_input_is_an_annotation_and_exit_2(checkout: Checkout, inputs: dict[str, str], said: str) -> None:
    output = checkout.root / "output"
    ended = checkout.run(**inputs, GITHUB_ACTIONS="true", GITHUB_OUTPUT=str(output))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("::error::")
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert not output.exists()


def test_a_broken_event_file_is_wrong_usage_not_a_bug(checkout: Checkout) -> None:
    (checkout.root / "broken").write_text("{", encoding="utf-8")
    ended = checkout.run(pipeline="p", GITHUB_EVENT_PATH=str(checkout.root / "broken"))
    assert ended.code == 2
    assert "is not JSON" in ended.err


RUNNER_SIDE = (
    "select_rows",
    "setup_toolkit",
    "gate",
    "run_shard",
    "run_bazel",
    "apply_patches",
    "test_image",
    "run_planned",
    "plan_shards",
    "resolve_stack",
    "detect_hardware",
)
CHECK = """
import runpy, sys
sys.argv[1:] = ["--help"]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as stop:
    assert stop.code == 0, stop.code
own = {"shuntyard", "__main__", "pytest_plugin"}
foreign = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names - own
print("foreign:", sorted(name for name in foreign if not name.startswith("__")))
"""


@pytest.mark.parametrize("name", RUNNER_SIDE)
def test_a_runner_side_script_starts_on_a_bare_python_with_its_standard_library_only(name: str) -> None:
    """`-S` hides every installed package, `-E` the caller's variables; the path is what Python gives a script."""
    script = ROOT / "scripts" / f"{name}.py"
    start = f"import sys; sys.argv = [{str(script)!r}]; sys.path[0] = {str(script.parent)!r}\n{CHECK}"
    done = subprocess.run([sys.executable, "-SE", "-c", start], capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith("foreign: []")
    assert "exit codes:" in done.stdout


def test_a_caller_s_modules_do_not_shadow_the_script_s(checkout: Checkout) -> None:
    for name in ("json", "shuntyard", "typing", "argparse"):
        (checkout.root / f"{name}.py").write_text("raise SystemExit('shadowed')\n", encoding="utf-8")
    assert checkout.run(pipeline="p", PYTHONPATH=str(checkout.root)).code == 0
