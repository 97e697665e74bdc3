"""All of one row on this machine: wheels, what is built first, tests; results, whatever happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from shuntyard.bazel import reach
from shuntyard.bazel.credentials import CERT_FILE, KEY_FILE, private_folder, write_certificate
from shuntyard.bazel.finish import finish
from shuntyard.bazel.invoke import Ran, Shop, bazel, shut_down, wheels, write_rc
from shuntyard.bazel.job import Job, find_bazel
from shuntyard.bazel.options import Options
from shuntyard.bazel.rcfile import Certificate
from shuntyard.bazel.redact import Redactor
from shuntyard.bazel.retry import run_again
from shuntyard.bazel.verdict import Verdict
from shuntyard.proc.run import Finished

Sleep = Callable[[float], object]


def run_row(
    job: Job, notes: Sequence[str] = (), *, probe: reach.Probe = reach.probe, sleep: Sleep = time.sleep
) -> None:
    """Runs the row and writes its results. Raises ShuntyardError for what is wrong before anything ran.

    The folder with credentials, options and raw logs is gone on every way out.
    """
    program = find_bazel(job)
    deadline = time.monotonic() + job.options.limit_s
    with private_folder(job.checkout, job.env) as private:
        certificate = _certificate(job, private)
        redactor = Redactor(file.read_text(encoding="utf-8") for file in certificate or ())
        shop = Shop(
            program=program, workspace=job.workspace, private=private, env=job.env, redactor=redactor,
            deadline=deadline, echo=job.echo,
        )  # fmt: skip
        course = _Course(job, shop, certificate, list(notes), probe, sleep)
        try:
            verdict = course.go()
        except KeyboardInterrupt:
            verdict = Verdict("interrupted", "interrupted")
        finally:
            shut_down(shop, job.options, len(course.runs) + 1)
        finish(job, course.runs, verdict, course.notes, private, redactor)


def _certificate(job: Job, private: Path) -> Certificate | None:
    if job.given is None:
        return write_certificate(private, job.secrets)
    files = Certificate(job.given / CERT_FILE, job.given / KEY_FILE)
    return files if files.key.is_file() else None


class _Course:
    """The steps of one row, and what came of those that were made."""

    def __init__(
        self, job: Job, shop: Shop, certificate: Certificate | None, notes: list[str], probe: reach.Probe, sleep: Sleep
    ) -> None:
        self.runs: list[Ran] = []
        self.notes = notes
        self._job, self._shop, self._certificate = job, shop, certificate
        self._options: Options = job.options
        self._probe, self._sleep = probe, sleep

    def go(self) -> Verdict:
        """Wheels, then what is built first, then the tests: each only when all before it went well."""
        if lost := self._lost():
            return lost
        for argv in self._options.wheel_commands:
            with self._job.console.group(f"wheels: {argv[0]}"):
                rc = write_rc(self._shop, self._options, self._certificate, len(self.runs) + 1)
                self.runs.append(wheels(self._shop, argv, rc, len(self.runs) + 1))
            if (verdict := self.runs[-1].verdict).kind != "passed":
                return verdict
        if self._options.build_targets:
            verdict = self._steps("build", self._options.build_targets)
            if verdict.kind != "passed":
                return verdict
        return self._steps("test", self._options.targets)

    def _steps(self, command: str, targets: Sequence[str]) -> Verdict:
        def once(number: int) -> Ran:
            if number > 1 and (lost := self._lost()):
                lost = lost._replace(again=True)  # it was there: a server that is started anew comes back
                nothing = Finished(exit_code=1, error=lost.why)
                self.runs.append(Ran(command, "remote", lost, nothing, self._shop.private / "none"))
                return self.runs[-1]
            with self._job.console.group(f"bazel {command}" + (f", attempt {number}" if number > 1 else "")):
                rc = write_rc(self._shop, self._options, self._certificate, len(self.runs) + 1)
                self.runs.append(bazel(self._shop, command, self._options, rc, targets, len(self.runs) + 1))
            return self.runs[-1]

        options = self._options
        runs = run_again(
            once, retries=options.retries, backoff_s=options.backoff_s, left_s=self._shop.left_s,
            sleep=self._sleep, say=lambda text: self._job.console.warn(text, self._job.row.id),
        )  # fmt: skip
        return runs[-1].verdict

    def _lost(self) -> Verdict | None:
        """A verdict where the executor is out of reach and the choice is to fail; else all goes on, here if need be."""
        executor = self._options.remote.executor
        if not executor or (found := self._probe(executor)).ok:
            return None
        if not self._options.fall_back:
            return Verdict("infrastructure", f"the remote executor {found.why}")
        note = f"ran on this machine, not remotely: the remote executor {found.why}"
        self.notes.append(note)
        self._job.console.warn(note, self._job.row.id)
        self._options = self._options.local()
        return None
