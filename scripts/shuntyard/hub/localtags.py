"""Tags, labels and runs in a folder of this machine, for tests and rehearsals. Besides what hub/local.py keeps:

pulls/<number>.json    state, head (the commit), head_repository (owner/name), labels; put there by the rehearsal
people.json            {login: permission}, as GitHub tells them: admin, write, read, none
tags.json              {tag: commit}
runs.json              [{id, tag, status}]: what the tags started
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shuntyard.hub.faults import GoneError
from shuntyard.hub.local import LocalHub
from shuntyard.hub.tags import Pull


class LocalTags(LocalHub):
    """See hub.tags.Tags."""

    def __init__(self, folder: Path, repository: str) -> None:
        super().__init__(folder)
        self.repository = repository

    def pull(self, number: int) -> Pull:
        record = self._read(f"pulls/{int(number)}.json", None)
        if not isinstance(record, dict) or not {"state", "head", "head_repository", "labels"} <= set(record):
            raise GoneError(f"there is no pull request {number}", hint=f"see {self.folder}")
        return Pull(
            number=number,
            open=record["state"] == "open",
            head=str(record["head"]),
            own=str(record["head_repository"]).lower() == self.repository.lower(),
            labels=frozenset(map(str, record["labels"])),
        )

    def may_write(self, login: str) -> bool:
        return self._read("people.json", {}).get(login) in ("admin", "write")

    def tag(self, name: str) -> str | None:
        found = self._read("tags.json", {}).get(name)
        return None if found is None else str(found)

    def put_tag(self, name: str, commit: str) -> None:
        with self._alone():
            self._write("tags.json", {**self._read("tags.json", {}), name: commit})
            self._log("put_tag", name=name, commit=commit)

    def delete_tag(self, name: str) -> None:
        with self._alone():
            tags = self._read("tags.json", {})
            before = tags.pop(name, None)
            self._write("tags.json", tags)
            self._log("delete_tag", name=name, before=before)

    def cancel(self, tag: str) -> int:
        with self._alone():
            runs: list[dict[str, Any]] = self._read("runs.json", [])
            going = [run for run in runs if run["tag"] == tag and run["status"] != "completed"]
            for run in going:
                run["status"] = "completed"
                self._log("cancel", run=run["id"])
            if going:
                self._write("runs.json", runs)
            return len(going)

    def remove_label(self, number: int, label: str) -> None:
        with self._alone():
            name = f"pulls/{int(number)}.json"
            record = self._read(name, {})
            self._write(name, {**record, "labels": [each for each in record.get("labels", []) if each != label]})
            self._log("remove_label", number=number, label=label)
