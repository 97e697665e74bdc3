"""What the stand-in for GitHub answers about tags, labels, runs, collaborators and commits; see fake_routes.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.scripts.hub.fake_state import Yard

_LOST = 422, {"message": "Reference does not exist"}


class TagRoutes:
    """Each takes the path's parts, the query and the parsed body."""

    yard: Yard

    def read_tag(self, name: str, query: Any, body: Any) -> tuple[int, Any]:
        sha = self.yard.tags.get(name)
        return (200, {"object": {"sha": sha, "type": "commit"}}) if sha else (404, {"message": "Not Found"})

    def move_tag(self, name: str, query: Any, body: Any) -> tuple[int, Any]:
        if name not in self.yard.tags:
            return _LOST
        self.yard.tags[name] = body["sha"]
        return 200, {}

    def remove_tag(self, name: str, query: Any, body: Any) -> tuple[int, Any]:
        return (204, None) if self.yard.tags.pop(name, None) else _LOST

    def remove_label(self, number: str, label: str, query: Any, body: Any) -> tuple[int, Any]:
        pull = next(item for item in self.yard.pulls if item["number"] == int(number))
        kept = [each for each in pull["labels"] if each["name"] != label]
        gone = len(kept) == len(pull["labels"])
        pull["labels"] = kept
        return (404, {"message": "Label does not exist"}) if gone else (200, kept)

    def permission(self, login: str, query: Any, body: Any) -> tuple[int, Any]:
        known = self.yard.people.get(login)
        return (200, {"permission": known}) if known else (404, {"message": f"{login} is not a user"})

    def list_runs(self, query: Any, body: Any) -> tuple[int, Any]:
        found = [run for run in self.yard.runs.values() if run["head_branch"] == query.get("branch")]
        return 200, {"total_count": len(found), "workflow_runs": found}

    def cancel_run(self, key: str, query: Any, body: Any) -> tuple[int, Any]:
        run = self.yard.runs[int(key)]
        if run["status"] == "completed":
            return 409, {"message": "Cannot cancel a workflow run that is completed."}
        run["status"] = "completed"
        return 202, {}

    def list_commits(self, query: Any, body: Any) -> tuple[int, Any]:
        """A branch's commits, the newest first; only those whose date the test knows."""
        branch = self.yard.ancestors(self.yard.refs[query["sha"]])
        until = datetime.fromisoformat(query["until"].replace("Z", ""))
        dates = {sha: datetime.fromisoformat(at) for sha, at in self.yard.dates.items() if sha in branch}
        return 200, [
            {"sha": sha} for sha in sorted(dates, key=lambda sha: dates[sha], reverse=True) if dates[sha] <= until
        ]


TAG_ROUTES = [
    (r"GET /git/ref/tags/(.+)", "read_tag"),
    (r"PATCH /git/refs/tags/(.+)", "move_tag"),
    (r"DELETE /git/refs/tags/(.+)", "remove_tag"),
    (r"DELETE /issues/(\d+)/labels/([^/]+)", "remove_label"),
    (r"GET /collaborators/([^/]+)/permission", "permission"),
    (r"GET /actions/runs", "list_runs"),
    (r"POST /actions/runs/(\d+)/cancel", "cancel_run"),
    (r"GET /commits", "list_commits"),
]
