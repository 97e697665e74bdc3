"""analyse-results: joins the results of all rows into one verdict, one JSON, one summary and one page."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

from shuntyard import origin, page, summary
from shuntyard.analysis import Occasion, analyse
from shuntyard.ci import github
from shuntyard.collect import collect
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS
from shuntyard.evidence import report_artifact
from shuntyard.publish import publish, usual_folder
from shuntyard.report import Report
from shuntyard.text import line

CONTRACT = Contract(
    name="analyse-results",
    summary="Joins the results of all rows into one verdict, as JSON, as a step summary and as an HTML page.",
    inputs=(
        Input(name="pipeline", help="the pipeline's name"),
        Input(name="plan", default="{}", help="the plan or the matrix that was selected: JSON, or the path of a file"),
        Input(name="results", help="the folder with the downloaded artifacts"),
        Input(name="instance", default="", help="which call of the pipeline, where one run calls it more than once"),
        Input(name="repeats", type="number", default="0", help="the repetitions that each row must have; 0 if unknown"),
        Input(name="report", default="", help="the folder to write, by default below the runner's temporary folder"),
        Input(name="needs", type="json", default="{}", help="the needs context, to report what the other jobs said"),
    ),
    outputs=(
        Output(name="report", help="the folder with everything that was written"),
        Output(name="verdict", help="passed, failed, error or empty"),
        Output(name="html", help="the path of the page"),
        Output(name="json", help="the path of report.json"),
        Output(name="artifact", help="the name for the artifact that the folder becomes"),
    ),
    exits={0: "the verdict is an output", 1: "a result is missing or unusable", 2: "wrong usage", 3: "a bug"},
    toolkit=True,
)


def run(inputs: dict[str, Value], env: Mapping[str, str]) -> Done:
    """Reads, analyses, writes, tells."""
    pipeline, instance = str(inputs["pipeline"]), str(inputs["instance"])
    about = Occasion(
        pipeline=pipeline,
        instance=instance,
        repeats=origin.read_repeats(str(inputs["repeats"])),
        jobs=origin.read_jobs(str(inputs["needs"])),
        origin=origin.read_origin(env),
        generated_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
    report = analyse(origin.read_plan(str(inputs["plan"])), collect(Path(str(inputs["results"]))), about)
    markdown = summary.markdown(report, limit=github.SUMMARY_LIMIT)
    folder = Path(str(inputs["report"])) if inputs["report"] else usual_folder(env)
    pull = github.read_context(env).number
    files = publish(folder, report, html=page.render(report), summary=markdown, pull=pull)
    github.write_summary(env, markdown)
    print(f"{summary.plain(report)}\n\npage: {files.html}\njson: {files.json}")
    if env.get("GITHUB_ACTIONS"):
        _annotate(report)
    outputs = {"report": str(folder), "verdict": report.verdict, "html": str(files.html), "json": str(files.json)}
    outputs["artifact"] = report_artifact(pipeline, instance)
    return Done(outputs=outputs, exit_code=EXIT_PROBLEMS if report.lacks_results else EXIT_GOOD)


def _annotate(report: Report) -> None:
    """The first faults as annotations; GitHub shows ten a step."""
    faults = [(row, run) for row in report.rows for run in row.runs if run.fault]
    for row, fault in faults[:10]:
        print(github.annotation("error", line(fault.reason, 500), title=f"{line(row.id)}: {fault.fault} result"))


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
