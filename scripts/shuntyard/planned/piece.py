"""One piece of a plan on its way: its processes (one more after each case that crashed), and what they left."""

from __future__ import annotations

import json
from pathlib import Path

from shuntyard.attempt import Attempt, error_of
from shuntyard.cases import case_id, merge
from shuntyard.harvest import Harvest, harvest
from shuntyard.planned.cards import Task
from shuntyard.planned.job import Job
from shuntyard.planned.order import command, variables, write_order
from shuntyard.planned.tolerate import blocking
from shuntyard.proc.log import read_tail
from shuntyard.proc.run import Finished
from shuntyard.result import CaseResult
from shuntyard.shards.pieces import Piece

LOG, SELECTED, HANG = "log.txt", "selected.json", "hang.txt"
MOST_CRASHES = 10  # after so many a piece is given up: each costs the import of its file once more
_MOST_SELECTED = 64 << 20  # bytes: the ids of a file with a million cases
_TOLD = 1800  # characters of a log, or of where the threads were, in a crashed case's message


class Running:
    """A piece on a card. `duration_s` is of all its processes, `peak_memory_mb` of the largest; `errors` are what went
    wrong outside of cases that do not block."""

    def __init__(self, job: Job, piece: Piece, card: int, folder: Path) -> None:
        self.piece, self.card, self.folder = piece, card, folder
        self.cases: tuple[CaseResult, ...] = ()
        self.errors: list[str] = []
        self.duration_s = self.peak_memory_mb = 0.0
        self.left_behind: tuple[str, ...] = ()
        self._job = job
        self._folders: list[Path] = []

    @property
    def path(self) -> str:
        """The test file, relative to the workspace, as cases' ids begin."""
        return f"{self._job.tests}/{self.piece.test}.py".removeprefix("./")

    @property
    def logs(self) -> list[Path]:
        return [folder / LOG for folder in self._folders]

    @property
    def blocks(self) -> bool:
        """Whether it failed in a way that nothing excuses."""
        return bool(self.errors or blocking(self.cases, self._job.tolerance))

    def task(self, left_s: float, cache: Path) -> Task:
        """Its next process, which may take `left_s` seconds."""
        folder = self.folder / str(len(self._folders) + 1)
        folder.mkdir(parents=True)
        write_order(self._job, self.piece, folder, self._folders)
        self._folders.append(folder)
        cwd = self._job.setting.workspace / self._job.tests
        env = variables(self._job, self.card, folder)
        return Task(command(self._job, self.piece, cache), env, cwd, folder / LOG, left_s)

    def took(self, finished: Finished) -> bool:
        """Takes in how a process ended. Returns whether the piece is to go on, with the cases after one that crashed:
        where the run keeps going, or the crash does not block."""
        folder = self._folders[-1]
        hang = read_tail(folder / HANG).strip()
        left = harvest(folder, self._how(finished, hang, folder))
        self.cases = merge([*self.cases, *left.cases])
        self.duration_s += finished.duration_s
        self.peak_memory_mb = max(self.peak_memory_mb, finished.peak_memory_mb)
        self.left_behind += finished.left_behind
        crashed = [case for case in left.cases if case.outcome == "crashed"]
        excused = bool(crashed) and not blocking(crashed, self._job.tolerance) and not self._was_stopped(finished)
        if not excused and (error := self._error(finished, left, hang)):
            self.errors.append(error)
        if not crashed or self._was_stopped(finished) or not (excused or self._job.keeps_going):
            self._give_up(finished, crashed)
            return False
        if len(self._folders) > MOST_CRASHES:
            self.errors.append(f"given up after {len(self._folders)} crashes")
            self._skip(f"the piece was given up after {len(self._folders)} crashes")
            return False
        return bool(self._not_run())

    def _how(self, finished: Finished, hang: str, folder: Path) -> str:
        if finished.interrupted:
            return "the run was interrupted"
        if finished.timed_out:
            return f"the time limit of the job ({self._job.limit_s / 60:g} min) was over"
        if hang:
            return f"it had taken longer than {self._job.case_s:g} s\n\n{_from(hang, 'Thread 0x')}"
        how = f"signal {finished.signal}" if finished.signal else f"exit code {finished.exit_code}"
        return f"its process ended ({finished.error or how})\n\n{_from(read_tail(folder / LOG), 'Fatal Python error')}"

    def _error(self, finished: Finished, left: Harvest, hang: str) -> str:
        if hang and not left.running and all(each.exit_status is None for each in left.journals):
            return f"took longer than {self._job.case_s:g} s outside of any case: import, collection or clean-up"
        return error_of(
            Attempt(
                kind="pytest", could_not_start=finished.error, exit_code=finished.exit_code, signal=finished.signal,
                timed_out=finished.timed_out, interrupted=finished.interrupted, timeout_s=finished.duration_s,
                cases=left.cases, journals=left.journals, problems=left.problems,
                log_tail=read_tail(self._folders[-1] / LOG),
            )
        )  # fmt: skip

    @staticmethod
    def _was_stopped(finished: Finished) -> bool:
        return finished.timed_out or finished.interrupted

    def _give_up(self, finished: Finished, crashed: list[CaseResult]) -> None:
        """Cases that were to run and never began are told, each with the reason."""
        if finished.interrupted:
            self._skip("the run was interrupted")
        elif finished.timed_out:
            self._skip(f"the time limit of the job ({self._job.limit_s / 60:g} min) was over")
        elif crashed:
            self._skip(f"{crashed[-1].case} crashed, and without keep-going that ends the card")
        else:
            self._skip("pytest ended before it came to it")

    def _skip(self, why: str) -> None:
        cases = [CaseResult(case=case, outcome="skipped", message=f"not run: {why}") for case in self._not_run()]
        self.cases = (*self.cases, *cases)

    def _not_run(self) -> list[str]:
        """The ids of this piece's cases that nothing has been heard of."""
        seen = {case.case for case in self.cases}
        try:
            selected = json.loads(read_tail(self._folders[0] / SELECTED, _MOST_SELECTED))
        except ValueError:  # it did not get so far as to collect any
            return []
        return [case for case in map(case_id, map(str, selected)) if case not in seen]


def _from(text: str, mark: str) -> str:
    """The text from the last `mark` on (faulthandler tells the main thread last); its end where there is none."""
    place = text.rfind(mark)
    return text[place : place + _TOLD].strip() if place >= 0 else text[-_TOLD:].strip()


def folder_name(number: int, piece: Piece) -> str:
    """`03-dynamo.test_misc-2of5`: in the order of the card, safe, and not too long for a file system."""
    part = f"-{piece.part}of{piece.parts}" if piece.parts > 1 else ""
    return f"{number:02d}-{piece.test.replace('/', '.')[:100]}{part}"


def never_run(path: str, why: str) -> CaseResult:
    """A piece that was not begun: its cases are not known, so its file stands for them."""
    return CaseResult(case=path, outcome="skipped", message=f"not run: {why}")
