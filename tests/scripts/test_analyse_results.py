"""analyse-results as a process: inputs by environment and by option, outputs, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from shuntyard import wire
from shuntyard.plan import EXPERIMENTAL, Plan
from shuntyard.report import Report
from tests.scripts.report_samples import PIPELINE, make_cases, make_plan, make_result, write_passing, write_result

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "analyse_results.py"


def call(tmp_path: Path, plan: Plan | None, *arguments: str, **env: str) -> tuple[int, str]:
    """Exit code and everything printed; the results lie in `results`, as in a job."""
    inputs = {
        "INPUT_PIPELINE": PIPELINE,
        "INPUT_PLAN": json.dumps(wire.encode(plan)) if plan else "",
        "INPUT_RESULTS": str(tmp_path / "results"),
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_OUTPUT": str(tmp_path / "outputs"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **inputs, **env},
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    return done.returncode, done.stdout + done.stderr


def outputs(tmp_path: Path) -> dict[str, str]:
    found = {}
    texts = iter((tmp_path / "outputs").read_text(encoding="utf-8").splitlines())
    for text in texts:
        name, _, end = text.partition("<<")
        found[name] = "\n".join(iter(texts.__next__, end))
    return found


def test_a_good_run_leaves_a_report_a_summary_and_outputs(tmp_path: Path) -> None:
    plan = make_plan(["smoke"])
    write_passing(tmp_path / "results", plan)
    code, text = call(tmp_path, plan, INPUT_INSTANCE="")
    assert (code, "passed: All 2 rows passed." in text) == (0, True)
    found = outputs(tmp_path)
    folder = tmp_path / "temp" / "shuntyard" / "report"
    assert found == {
        "report": str(folder),
        "verdict": "passed",
        "html": str(folder / "report.html"),
        "json": str(folder / "report.json"),
        "artifact": "python-runner-ab-report",
    }
    report = wire.decode(Report, json.loads(Path(found["json"]).read_bytes()))
    assert (report.verdict, report.totals.tests) == ("passed", 6)
    assert (tmp_path / "summary").read_text(encoding="utf-8") == (folder / "summary.md").read_text(encoding="utf-8")


def test_failed_tests_are_a_verdict_not_an_exit_code(tmp_path: Path) -> None:
    plan = make_plan(["smoke"], arms=["python"])
    write_result(tmp_path / "results", "smoke", make_result(plan.units[0].rows[0], make_cases("failed")))
    code, _ = call(tmp_path, plan)
    assert (code, outputs(tmp_path)["verdict"]) == (0, "failed")


def test_a_missing_result_is_exit_code_one_with_everything_else_told(tmp_path: Path) -> None:
    plan = make_plan(["smoke", "docs_test"])
    write_passing(tmp_path / "results", make_plan(["smoke"]))
    code, text = call(tmp_path, plan, GITHUB_ACTIONS="true")
    assert (code, outputs(tmp_path)["verdict"]) == (1, "error")
    assert "::error title=docs_test.shell%3A missing result::there is no artifact python-runner-ab--docs_test\n" in text
    assert "passed   smoke" in text


def test_an_experimental_row_without_a_result_blocks_nothing(tmp_path: Path) -> None:
    plan = make_plan(["smoke", "docs_test"])
    trial = replace(plan.units[1], rows=tuple(replace(row, stage=EXPERIMENTAL) for row in plan.units[1].rows))
    write_passing(tmp_path / "results", replace(plan, units=plan.units[:1]))
    code, text = call(tmp_path, replace(plan, units=(plan.units[0], trial)))
    assert (code, "did not pass: docs_test.shell" in text) == (0, True), text
    assert outputs(tmp_path)["verdict"] == "passed"


def test_an_instance_reads_its_own_artifacts(tmp_path: Path) -> None:
    plan = make_plan(["smoke"], arms=["python"])
    result = make_result(plan.units[0].rows[0], make_cases("passed"))
    write_result(tmp_path / "results", "smoke", result, instance="x86")
    assert call(tmp_path, plan, INPUT_INSTANCE="x86")[0] == 0
    assert outputs(tmp_path)["artifact"] == "python-runner-ab-x86-report"
    assert call(tmp_path, plan)[0] == 1


def test_a_failed_selection_has_no_plan_and_no_results(tmp_path: Path) -> None:
    needs = json.dumps({"select": {"result": "failure"}, "test": {"result": "skipped"}})
    code, text = call(tmp_path, None, INPUT_NEEDS=needs)
    assert (code, outputs(tmp_path)["verdict"]) == (0, "error")
    assert "Nothing is known about what was selected: see select (failure)." in text


def test_an_empty_matrix_is_nothing_selected(tmp_path: Path) -> None:
    code, text = call(tmp_path, None, "--plan", '{"include": []}')
    assert (code, outputs(tmp_path)["verdict"]) == (0, "empty")
    assert "Nothing was selected." in text


def test_options_on_one_s_own_machine(tmp_path: Path) -> None:
    plan = make_plan(["smoke"])
    write_passing(tmp_path / "results", plan)
    (tmp_path / "plan.json").write_text(json.dumps(wire.encode(plan)), encoding="utf-8")
    code, text = call(tmp_path, None, "--plan", "plan.json", "--report", "mine")
    assert (code, "page: mine/report.html" in text) == (0, True)
    assert (tmp_path / "mine" / "report.html").is_file()


def test_repetitions_that_were_asked_for_are_missed(tmp_path: Path) -> None:
    plan = make_plan(["smoke"])
    write_passing(tmp_path / "results", plan, repeats=2)
    assert call(tmp_path, plan, INPUT_REPEATS="2")[0] == 0
    assert call(tmp_path, plan, INPUT_REPEATS="3")[0] == 1


def test_wrong_usage(tmp_path: Path) -> None:
    for arguments in (["--plan", "nowhere.json"], ["--needs", "[]"], ["--repeats", "many"], ["--repeats", "5000"]):
        code, text = call(tmp_path, None, *arguments)
        assert (code, text.startswith("error: ")) == (2, True), arguments
    assert not (tmp_path / "temp").exists()


def test_the_script_is_short_and_says_what_it_takes() -> None:
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= 80
    done = subprocess.run([sys.executable, str(SCRIPT), "--contract"], capture_output=True, text=True, check=True)
    contract = json.loads(done.stdout)
    assert (contract["name"], contract["toolkit"], contract["workspace"]) == ("analyse-results", True, False)
