"""What the stand-in for GitHub answers, one method a route: status and body."""

from __future__ import annotations

from typing import Any

from tests.scripts.hub.fake_state import Yard

REPO = "o/r"
ME = {"login": "robot", "type": "User"}
SOMEBODY = {"login": "somebody", "type": "User"}


class Routes:
    """Each takes the path's parts, the query and the parsed body."""

    yard: Yard

    def _author(self) -> dict[str, str]:
        return {"login": "github-actions[bot]", "type": "Bot"} if self.yard.app else ME

    def repository(self, query: Any, body: Any) -> tuple[int, Any]:
        return 200, {"full_name": REPO, "default_branch": "main"}

    def variable(self, name: str, query: Any, body: Any) -> tuple[int, Any]:
        if name not in self.yard.variables:
            return 404, {"message": "Not Found"}
        return 200, {"name": name, "value": self.yard.variables[name]}

    def change_variable(self, name: str, query: Any, body: Any) -> tuple[int, Any]:
        if name not in self.yard.variables:
            return 404, {"message": "Not Found"}
        self.yard.variables[name] = body["value"]
        return 204, None

    def make_variable(self, query: Any, body: Any) -> tuple[int, Any]:
        if body["name"] in self.yard.variables:
            return 409, {"message": "Already exists - Variable already exists"}
        self.yard.variables[body["name"]] = body["value"]
        return 201, {}

    def list_issues(self, query: Any, body: Any) -> tuple[int, Any]:
        wanted = query.get("labels")
        every = [item for item in self.yard.issues if item["state"] == query.get("state", "open")]
        found = [item for item in every if not wanted or wanted in item["labels"]]
        return 200, [*found, *({**pull, "pull_request": {}} for pull in self.yard.pulls)]

    def make_issue(self, query: Any, body: Any) -> tuple[int, Any]:
        number = self.yard.number()
        issue = {
            **body,
            "number": number,
            "state": "open",
            "user": self._author(),
            "html_url": f"https://x.test/i/{number}",
        }
        self.yard.issues.append(issue)
        return 201, issue

    def change_issue(self, number: str, query: Any, body: Any) -> tuple[int, Any]:
        issue = next(item for item in self.yard.issues if item["number"] == int(number))
        issue.update(body)
        return 200, issue

    def list_comments(self, number: str, query: Any, body: Any) -> tuple[int, Any]:
        return 200, [item for item in self.yard.comments if item["issue"] == int(number)]

    def make_comment(self, number: str, query: Any, body: Any) -> tuple[int, Any]:
        if int(number) not in [item["number"] for item in (*self.yard.issues, *self.yard.pulls)]:
            return 404, {"message": "Not Found"}
        key = len(self.yard.comments) + 100
        comment = {
            **body,
            "id": key,
            "issue": int(number),
            "user": self._author(),
            "html_url": f"https://x.test/c/{key}",
        }
        self.yard.comments.append(comment)
        return 201, comment

    def change_comment(self, key: str, query: Any, body: Any) -> tuple[int, Any]:
        comment = next(item for item in self.yard.comments if item["id"] == int(key))
        comment.update(body)
        return 200, comment

    def remove_comment(self, key: str, query: Any, body: Any) -> tuple[int, Any]:
        kept = [item for item in self.yard.comments if item["id"] != int(key)]
        gone = len(kept) == len(self.yard.comments)
        self.yard.comments[:] = kept
        return (404, {"message": "Not Found"}) if gone else (204, None)

    def list_pulls(self, query: Any, body: Any) -> tuple[int, Any]:
        head = query.get("head", "").partition(":")[2]
        return 200, [item for item in self.yard.pulls if item["state"] == "open" and head in ("", item["branch"])]

    def make_pull(self, query: Any, body: Any) -> tuple[int, Any]:
        number = self.yard.number()
        pull = {
            **body,
            "number": number,
            "state": "open",
            "branch": body["head"],
            "html_url": f"https://x.test/p/{number}",
            "head": {"sha": self.yard.refs[body["head"]], "repo": {"full_name": REPO}},
        }
        self.yard.pulls.append(pull)
        return 201, pull

    def pull(self, number: str, query: Any, body: Any) -> tuple[int, Any]:
        found = next((item for item in self.yard.pulls if item["number"] == int(number)), None)
        return (200, found) if found else (404, {"message": "Not Found"})

    def change_pull(self, number: str, query: Any, body: Any) -> tuple[int, Any]:
        pull = next(item for item in self.yard.pulls if item["number"] == int(number))
        pull.update(body)
        return 200, pull

    def ref(self, branch: str, query: Any, body: Any) -> tuple[int, Any]:
        sha = self.yard.refs.get(branch)
        return (200, {"object": {"sha": sha}}) if sha else (404, {"message": "Not Found"})

    def make_ref(self, query: Any, body: Any) -> tuple[int, Any]:
        is_tag = body["ref"].startswith("refs/tags/")
        name, refs = body["ref"].split("/", 2)[2], self.yard.tags if is_tag else self.yard.refs
        if name in refs:
            return 422, {"message": "Reference already exists"}
        refs[name] = body["sha"]
        return 201, {}

    def change_ref(self, branch: str, query: Any, body: Any) -> tuple[int, Any]:
        if not body.get("force") and self.yard.refs[branch] not in self.yard.ancestors(body["sha"]):
            return 422, {"message": "Update is not a fast forward"}
        self.yard.refs[branch] = body["sha"]
        return 200, {}

    def read_commit(self, sha: str, query: Any, body: Any) -> tuple[int, Any]:
        return 200, {"sha": sha, "tree": {"sha": self.yard.commits[sha]["tree"]}}

    def make_commit(self, query: Any, body: Any) -> tuple[int, Any]:
        return 201, {"sha": self.yard.store({key: body[key] for key in ("tree", "parents", "message")})}

    def make_tree(self, query: Any, body: Any) -> tuple[int, Any]:
        files = dict(self.yard.trees[body["base_tree"]])
        files.update({entry["path"]: entry["content"] for entry in body["tree"]})
        return 201, {"sha": self.yard.tree(files)}

    def compare(self, base: str, head: str, query: Any, body: Any) -> tuple[int, Any]:
        tips = [self.yard.refs.get(name, name) for name in (base, head)]
        if not all(tip in self.yard.commits for tip in tips):
            return 404, {"message": "Not Found"}
        below, above = map(self.yard.ancestors, tips)
        own = [
            {"sha": sha, "commit": {"message": self.yard.commits[sha]["message"], "author": {"name": "A Person"}}}
            for sha in self.yard.commits
            if sha in above - below
        ]
        behind, ahead = len(below - above), len(above - below)
        status = "diverged" if behind and ahead else "behind" if behind else "ahead" if ahead else "identical"
        counts = {"status": status, "ahead_by": ahead, "behind_by": behind, "total_commits": len(own)}
        return 200, {**counts, "commits": own}

    def run(self, key: str, query: Any, body: Any) -> tuple[int, Any]:
        run = self.yard.runs.get(int(key))
        return (200, run) if run else (404, {"message": "Not Found"})

    def attempt(self, key: str, attempt: str, query: Any, body: Any) -> tuple[int, Any]:
        run = self.yard.runs.get(int(key))
        return (200, {**run, "run_attempt": int(attempt)}) if run else (404, {"message": "Not Found"})

    def run_jobs(self, key: str, attempt: str, query: Any, body: Any) -> tuple[int, Any]:
        jobs = self.yard.jobs.get((int(key), int(attempt)), [])
        return 200, {"total_count": len(jobs), "jobs": jobs}

    def run_artifacts(self, key: str, query: Any, body: Any) -> tuple[int, Any]:
        found = [
            {
                "id": int(key) * 100 + index,
                "name": name,
                "size_in_bytes": len(content),
                "expired": False,
                "archive_download_url": f"{self.yard.base}/repos/{REPO}/actions/artifacts/{int(key) * 100 + index}/zip",
            }
            for index, (name, content) in enumerate(self.yard.artifacts.get(int(key), []))
        ]
        return 200, {"total_count": len(found), "artifacts": found}

    def archive(self, key: str, query: Any, body: Any) -> tuple[int, Any]:
        run, index = divmod(int(key), 100)
        return 302, {"location": f"/storage/{run}/{index}"}

    def _blob(self, path: str) -> tuple[int, Any, dict[str, str]]:
        run, index = map(int, path.split("/")[2:])
        return 200, self.yard.artifacts[run][index][1], {}


ROUTES = [
    (r"GET ", "repository"),
    (r"GET /actions/variables/([^/]+)", "variable"),
    (r"PATCH /actions/variables/([^/]+)", "change_variable"),
    (r"POST /actions/variables", "make_variable"),
    (r"GET /issues", "list_issues"),
    (r"POST /issues", "make_issue"),
    (r"PATCH /issues/(\d+)", "change_issue"),
    (r"GET /issues/(\d+)/comments", "list_comments"),
    (r"POST /issues/(\d+)/comments", "make_comment"),
    (r"PATCH /issues/comments/(\d+)", "change_comment"),
    (r"DELETE /issues/comments/(\d+)", "remove_comment"),
    (r"GET /pulls", "list_pulls"),
    (r"POST /pulls", "make_pull"),
    (r"GET /pulls/(\d+)", "pull"),
    (r"PATCH /pulls/(\d+)", "change_pull"),
    (r"GET /git/ref/heads/(.+)", "ref"),
    (r"POST /git/refs", "make_ref"),
    (r"PATCH /git/refs/heads/(.+)", "change_ref"),
    (r"GET /git/commits/(\w+)", "read_commit"),
    (r"POST /git/commits", "make_commit"),
    (r"POST /git/trees", "make_tree"),
    (r"GET /compare/(.+)\.\.\.(.+)", "compare"),
    (r"GET /actions/runs/(\d+)", "run"),
    (r"GET /actions/runs/(\d+)/attempts/(\d+)", "attempt"),
    (r"GET /actions/runs/(\d+)/attempts/(\d+)/jobs", "run_jobs"),
    (r"GET /actions/runs/(\d+)/artifacts", "run_artifacts"),
    (r"GET /actions/artifacts/(\d+)/zip", "archive"),
]
