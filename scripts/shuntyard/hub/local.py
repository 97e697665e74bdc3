"""A hub in a folder of this machine: what would happen on a provider happens in files that anybody can read.

    variables.json               {name: value}
    issues/<number>.json         number, title, body, labels, state
    pulls/<number>.json          number, title, body, branch, files (whole texts by path), state
    comments/<number>.json       the comments of an issue or pull request: [{id, body}]
    jobs/<run>-<attempt>.json    put there by whoever has them: rows of shuntyard.columns.JOBS
    log.jsonl                    every act, in order, one JSON object a line

A file is written under another name first and then renamed, and acts take turns, so that nobody sees half of one.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from shuntyard.columns import JOBS
from shuntyard.errors import ShuntyardError
from shuntyard.hub import Proposal, Reference
from shuntyard.hub.faults import GoneError
from shuntyard.hub.marks import carries, marked
from shuntyard.hub.paths import check_branch, check_files


def utc_now() -> datetime:
    """The time of the machine's clock."""
    return datetime.now(timezone.utc)


class LocalHub:
    """See hub.Hub. The folder is made at the first act."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime] = utc_now) -> None:
        self.folder = folder
        self._now = now

    def variable(self, name: str) -> str | None:
        value = self._read("variables.json", {}).get(name)
        return None if value is None else str(value)

    def set_variable(self, name: str, value: str) -> None:
        with self._alone():
            variables = self._read("variables.json", {})
            self._write("variables.json", {**variables, name: value})
            self._log("set_variable", name=name, value=value, before=variables.get(name))

    def open_issue(self, marker: str, title: str, body: str, labels: Sequence[str] = ()) -> Reference:
        with self._alone():
            text = marked(marker, body)
            for issue in self._records("issues"):
                if issue["state"] == "open" and carries(marker, issue["body"]):
                    return self._put("issues", {**issue, "body": text}, "open_issue", made=False)
            record = {"number": self._next(), "title": title, "body": text, "labels": list(labels), "state": "open"}
            return self._put("issues", record, "open_issue", made=True)

    def comment(self, number: int, marker: str, body: str) -> Reference:
        with self._alone():
            if not any((self.folder / kind / f"{number}.json").exists() for kind in ("issues", "pulls")):
                raise ShuntyardError(f"there is no issue or pull request {number}", hint=f"see {self.folder}")
            name, text = f"comments/{number}.json", marked(marker, body)
            comments: list[dict[str, Any]] = self._read(name, [])
            first = next((item for item in comments if carries(marker, item["body"])), None)
            if first:
                first["body"] = text
            else:
                comments.append({"id": len(comments) + 1, "body": text})
            self._write(name, comments)
            self._log("comment", number=number, body=text, made=first is None)
            return Reference(number=number, address=str(self.folder / name), made=first is None)

    def propose(self, proposal: Proposal) -> Reference:
        check_branch(proposal.branch)
        check_files(proposal.files)
        with self._alone():
            content = {
                "title": proposal.title,
                "body": proposal.body,
                "branch": proposal.branch,
                "files": dict(proposal.files),
                "state": "open",
            }
            for pull in self._records("pulls"):
                if pull["state"] == "open" and pull["branch"] == proposal.branch:
                    return self._put("pulls", {**pull, **content}, "propose", made=False)
            return self._put("pulls", {"number": self._next(), **content}, "propose", made=True)

    def jobs(self, run_id: str, attempt: int) -> list[dict[str, Any]]:
        name = f"jobs/{run_id}-{attempt}.json"
        rows = self._read(name, None) if run_id.isalnum() else None
        if not isinstance(rows, list):
            raise GoneError(f"nothing is known of the jobs of run {run_id[:50]}, attempt {attempt}")
        for row in rows:
            if set(row) != set(JOBS):
                raise ShuntyardError(f"{self.folder / name}: a row has other columns than {', '.join(JOBS)}")
        return [
            {key: _moment(value) if JOBS[key] == "TIMESTAMP" else value for key, value in row.items()} for row in rows
        ]

    # --- files

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / ".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise ShuntyardError(f"{self.folder} cannot be used: {error.strerror or error}") from error

    def _records(self, kind: str) -> list[dict[str, Any]]:
        """Every issue or pull request, lowest number first."""
        numbers = sorted(int(path.stem) for path in (self.folder / kind).glob("*.json") if path.stem.isdecimal())
        return [self._read(f"{kind}/{number}.json", {}) for number in numbers]

    def _next(self) -> int:
        """Issues and pull requests share their numbers, as they do on GitHub."""
        found = [int(path.stem) for kind in ("issues", "pulls") for path in (self.folder / kind).glob("*.json")]
        return max(found, default=0) + 1

    def _put(self, kind: str, record: dict[str, Any], act: str, *, made: bool) -> Reference:
        name = f"{kind}/{record['number']}.json"
        self._write(name, record)
        self._log(act, **record, made=made)
        return Reference(number=record["number"], address=str(self.folder / name), made=made)

    def _read(self, name: str, default: Any) -> Any:
        path = self.folder / name
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return default
        except (OSError, ValueError) as error:
            raise ShuntyardError(f"{path} cannot be read: {error}") from error

    def _write(self, name: str, content: Any) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
        try:
            temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    def _log(self, act: str, **details: Any) -> None:
        line = json.dumps({"at": self._now().isoformat(timespec="seconds"), "act": act, **details})
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


def _moment(value: Any) -> datetime | None:
    """An ISO 8601 time as UTC without a zone, as stores keep it."""
    if value is None:
        return None
    moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment
