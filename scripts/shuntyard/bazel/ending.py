"""How a row ended, as its folder says: the same whether it ran here or in a container."""

from __future__ import annotations

import contextlib
import errno
import json
from collections.abc import Iterator
from typing import NamedTuple

from shuntyard.bazel.job import Job
from shuntyard.bazel.record import SIDECAR, SUMMARY
from shuntyard.bazel.verdict import Verdict
from shuntyard.collect import RESULT, parse_result
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS, EXIT_USAGE, ShuntyardError
from shuntyard.result import ShardResult


class Ending(NamedTuple):
    """The record, the verdict, where actions ran last, and the summary in Markdown."""

    record: ShardResult
    verdict: Verdict
    where: str
    summary: str

    @property
    def exit_code(self) -> int:
        if self.verdict.kind == "usage":
            return EXIT_USAGE
        return EXIT_GOOD if self.record.outcome == "passed" else EXIT_PROBLEMS


@contextlib.contextmanager
def no_space_told() -> Iterator[None]:
    """A full disk is no bug of ours, and its name is what helps. Raises ShuntyardError."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        where = f" ({error.filename})" if error.filename else ""
        raise ShuntyardError(
            f"the disk is full{where}; results and logs are not whole",
            hint="give the runner more space, or Bazel another --output_base by 'startup-options'",
            exit_code=EXIT_PROBLEMS,
        ) from error


def read_ending(job: Job) -> Ending:
    """Reads what the row left. Raises ShuntyardError where that is not whole."""
    try:
        record, reason = parse_result((job.folder / RESULT).read_bytes())
        if record is None:
            raise ShuntyardError(f"the row's result cannot be read: {reason}", exit_code=EXIT_PROBLEMS)
        told = json.loads((job.folder / SIDECAR).read_text(encoding="utf-8"))
        verdict = Verdict(told["verdict"], str(told["why"]))
        return Ending(record, verdict, str(told["where"]), (job.folder / SUMMARY).read_text(encoding="utf-8"))
    except (
        OSError,
        ValueError,
        LookupError,
        TypeError,
        RecursionError,
    ) as error:  # tests in a container write there too
        raise ShuntyardError(f"what the row left cannot be read: {error}", exit_code=EXIT_PROBLEMS) from error
