"""run-shard: run one unit of a matrix on this machine, and write down what happened."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from shuntyard.ci import github
from shuntyard.command import prepare_commands, read_tests
from shuntyard.compiled import read_compiled
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS
from shuntyard.execute import run_unit
from shuntyard.run_report import summary
from shuntyard.setting import read_setting
from shuntyard.unit import dry_run, is_good, outcome_by_row, read_unit, worst

SHIPPED = Path(__file__).resolve().parent.parent / "matrices" / "compiled"

CONTRACT = Contract(
    name="run-shard",
    summary="Run one unit of a matrix on this machine, and write down what happened.",
    workspace=True,
    inputs=(
        Input(name="unit", type="json", help="toJSON(matrix.plan); only a dry run needs none.", default="null"),
        Input(name="pipeline", help="The pipeline that the unit belongs to.", default=""),
        Input(name="instance", help="The name of this call, where one run calls the pipeline twice.", default=""),
        Input(name="shell-entry", help="The test script, with {config} and {tests}.", default=".ci/test.sh {config}"),
        Input(name="python", help="The Python that the tests run in; else python3.", default="python"),
        Input(name="prepare", help="Commands to run first, one a line; they are not measured.", default=""),
        Input(name="tests", help="Paths that configurations mean: 'smoke=t/a.py docs_test=docs,t/b.py'.", default=""),
        Input(name="working-directory", help="The folder to run in, inside the checkout.", default="."),
        Input(name="repeats", type="number", help="How often each row runs, in turn with the others.", default="1"),
        Input(name="results", help="The folder for results; empty takes one in the runner's own.", default=""),
        Input(name="dry-run", type="boolean", help="Only print what each configuration runs.", default="false"),
    ),
    outputs=(
        Output(name="results", help="The folder with the results."),
        Output(name="artifact", help="The name for the artifact that the folder becomes."),
        Output(name="outcome", help="The worst outcome of any row: passed, empty, failed or error."),
        Output(name="fallbacks", help="How often the shell entry took over from the Python runner."),
        Output(name="rows", help="The outcome of each row, as JSON."),
    ),
    exits={0: "all passed", 1: "a row did not pass", 2: "a wrong input", 3: "a bug in Shuntyard", 130: "interrupted"},
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    if inputs["dry-run"]:
        return _dry_run(str(inputs["pipeline"]), read_tests(str(inputs["tests"])))
    unit = read_unit(str(inputs["unit"]))
    preparation = prepare_commands(str(inputs["prepare"]))
    setting = read_setting(CONTRACT, inputs, env, unit)
    places = {"results": str(setting.results), "artifact": setting.artifact}
    github.write_outputs(env, places)  # now, so that what there is can be uploaded when the job is cancelled
    results = run_unit(setting, unit, preparation)
    github.write_summary(env, summary(results))
    outcomes = outcome_by_row(results)
    good = all(is_good(outcome, unit.shard.of) for outcome in outcomes.values())
    fallbacks = str(sum(bool(result.fallback_reason) for result in results))
    verdict = {"outcome": worst(outcomes.values()), "fallbacks": fallbacks, "rows": json.dumps(outcomes)}
    return Done(outputs={**places, **verdict}, exit_code=EXIT_GOOD if good else EXIT_PROBLEMS)


def _dry_run(name: str, tests: Mapping[str, tuple[str, ...]]) -> Done:
    names = [name] if name else sorted(file.stem for file in SHIPPED.glob("*.json"))
    for each in names:
        print(*([f"# {each}"] if len(names) > 1 else []), *dry_run(read_compiled(SHIPPED, name=each), tests), sep="\n")
    return Done()


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
