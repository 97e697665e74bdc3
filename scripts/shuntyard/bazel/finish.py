"""The end of a row: results and logs are written, its summary too, and the log says in a line what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shuntyard.bazel.invoke import Ran
from shuntyard.bazel.job import Job
from shuntyard.bazel.record import SUMMARY, tell
from shuntyard.bazel.redact import Redactor
from shuntyard.bazel.summary import in_one_line, markdown
from shuntyard.bazel.verdict import Verdict
from shuntyard.ci import github
from shuntyard.text import line


def finish(
    job: Job, runs: Sequence[Ran], verdict: Verdict, notes: Sequence[str], private: Path, redactor: Redactor
) -> None:
    """Writes `result.json`, `bazel.json`, `summary.md` and the logs into the row's folder. No secret is in any."""
    told = tell(job, runs, verdict, notes, private, redactor)
    text = redactor.text(markdown(told))
    (job.folder / SUMMARY).write_text(text, encoding="utf-8", errors="replace")
    said = redactor.text(in_one_line(told))
    if told.record.outcome != "passed" and job.env.get("GITHUB_ACTIONS"):
        print(github.annotation("error", line(said, 1000), title=line(job.row.id)), flush=True)
    else:
        job.console.say(said)
