#!/usr/bin/env python3
"""The gate: one job that branch protection requires, judging all the others by name."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import cast

from shuntyard import gate
from shuntyard.ci import github
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS, ShuntyardError
from shuntyard.human import table
from shuntyard.origin import read_jobs
from shuntyard.plan import Empty
from shuntyard.text import line

CONTRACT = Contract(
    name="gate",
    summary="Passes only when every required job succeeded; a job may be skipped only where nothing was to be run.",
    inputs=(
        Input(name="needs", type="json", help="the needs context: {job: {result, outputs}}"),
        Input(name="requires", help="the jobs that must succeed, separated by spaces"),
        Input(name="may-skip", default="", help="the jobs that need not run, separated by spaces"),
        Input(name="count", default="", help="how many units were selected; empty when nobody knows"),
        Input(name="empty", type="choice", choices=("pass", "fail"), default="fail", help="what an empty selection is"),
        Input(name="matrix-jobs", default="", help="the jobs that are skipped when nothing is selected"),
    ),
    outputs=(Output(name="verdict", help="passed or failed"),),
    exits={0: "the gate passes", 1: "the gate fails and says why", 2: "wrong usage", 3: "a bug in Shuntyard"},
)


def run(inputs: dict[str, Value], env: Mapping[str, str]) -> Done:
    """Judges the jobs, prints the table and the reasons."""
    requires = str(inputs["requires"]).split()
    if not requires:
        raise ShuntyardError("input 'requires' names no job", hint="a gate that requires nothing would always pass")
    verdict = gate.decide(
        {job.name: job.result for job in read_jobs(str(inputs["needs"]))},
        requires=requires,
        may_skip=str(inputs["may-skip"]).split(),
        matrix_jobs=str(inputs["matrix-jobs"]).split(),
        count=read_count(str(inputs["count"])),
        empty=cast(Empty, inputs["empty"]),
    )
    rows = [("no" if job.objection else "ok", job.name, job.result or "absent", job.wanted) for job in verdict.jobs]
    print(table(("", "job", "result", "wanted"), rows))
    for reason in verdict.objections:
        print(github.annotation("error", line(reason)) if env.get("GITHUB_ACTIONS") else line(f"error: {reason}"))
    print(f"the gate {'passes' if verdict.passed else 'fails'}")
    return Done(
        outputs={"verdict": "passed" if verdict.passed else "failed"},
        exit_code=EXIT_GOOD if verdict.passed else EXIT_PROBLEMS,
    )


def read_count(text: str) -> int | None:
    """The count, None for an empty text; ShuntyardError for anything else."""
    if text and not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ShuntyardError(f"input 'count' is {text!r}", hint="write a whole number, or leave it empty")
    return int(text) if text else None


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
