"""post-comment as a process, over HTTP: what it posts, and what it must never believe."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shuntyard import wire
from shuntyard.hub.post import post_reports
from shuntyard.report import Report, RowReport, RunOrigin
from tests.scripts.hub.conftest import hub, pauses  # noqa: F401
from tests.scripts.hub.fake_github import REPO, TOKEN, Yard, serving
from tests.scripts.hub.test_runs import RUN
from tests.scripts.report_samples import PIPELINE, make_plan, write_passing

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "post_comment.py"
FORK = "stranger/r"
ROW = RowReport(id="a.python", unit="a", config="a", arm="python", outcome="failed", tests=3, failed=1)
REPORT = Report(pipeline="ab", verdict="failed", headline="1 row failed.", rows=(ROW,), run=RunOrigin(run_id="77"))


def archive(files: dict[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in files.items():
            target.writestr(name, text)
    return content.getvalue()


def artifact(report: Report = REPORT, **notice: Any) -> bytes:
    about = {"schema": 1, "number": 12, "run_id": "77", "attempt": 1, **notice}
    return archive(
        {"report.json": json.dumps(wire.encode(report)), "comment.json": json.dumps(about), "summary.md": "@all"}
    )


def pull(number: int = 12, sha: str = "c0ffee", repository: str | None = FORK, branch: str = "topic") -> dict[str, Any]:
    repo = {"full_name": repository} if repository else None
    return {"number": number, "state": "open", "branch": branch, "head": {"sha": sha, "ref": branch, "repo": repo}}


@pytest.fixture
def yard() -> Iterator[Yard]:
    """A fork's pull request 12, at the commit that run 77 tested; the run left one report."""
    with serving() as running:
        running.app = True
        running.runs[77] = {**RUN, "head_repository": {"full_name": FORK}}
        running.pulls.append(pull())
        running.artifacts[77] = [("ab-report", artifact())]
        yield running


def step(yard: Yard, tmp_path: Path, event: Any = None, **env: str) -> tuple[int, str, str]:
    """Exit code, the output `posted`, and all that was printed."""
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"workflow_run": {"id": 77}} if event is None else event))
    github = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": REPO, "GITHUB_API_URL": yard.base, "GH_TOKEN": TOKEN}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--json"],
        env={"PATH": os.environ["PATH"], **github, "GITHUB_EVENT_PATH": str(path), **env},
        capture_output=True,
        text=True,
        check=False,
    )
    printed = done.stdout + done.stderr
    assert TOKEN not in printed
    return done.returncode, json.loads(done.stdout)["posted"] if done.stdout else "", printed


def test_a_forks_report_is_posted_and_renewed(yard: Yard, tmp_path: Path) -> None:
    code, posted, printed = step(yard, tmp_path)
    assert (code, posted) == (0, "1"), printed
    (comment,) = yard.comments
    assert comment["issue"] == 12 and comment["body"].startswith("<!-- shuntyard: report ab -->\n### ❌ `ab`: failed")
    assert f"[run]({RUN['html_url']})" in comment["body"] and "@all" not in comment["body"]
    assert f"ab-report: {comment['html_url']}" in printed
    yard.artifacts[77] = [("ab-report", artifact(replace(REPORT, headline="2 rows failed.")))]
    assert step(yard, tmp_path)[:2] == (0, "1")
    assert len(yard.comments) == 1 and "2 rows failed." in yard.comments[0]["body"]


def test_the_storage_gets_no_token(yard: Yard, tmp_path: Path) -> None:
    step(yard, tmp_path)
    assert [login for path, login in yard.logins if path.startswith("/storage/")] == [""]


def test_several_reports_become_several_comments(yard: Yard, tmp_path: Path) -> None:
    other = artifact(replace(REPORT, instance="x86"))
    yard.artifacts[77] = [("ab-report", artifact()), ("ab-x86-report", other), ("logs", archive({"log.txt": "x"}))]
    assert step(yard, tmp_path)[:2] == (0, "2")
    assert len(yard.comments) == 2


def test_of_two_attempts_the_newest_counts(yard: Yard, hub: Any) -> None:  # noqa: F811
    newer = artifact(replace(REPORT, headline="Newer."))
    yard.artifacts[77] = [("ab-report", artifact()), ("ab-report", newer)]
    assert len(post_reports(hub, "77", "*-report")) == 1
    assert "Newer." in yard.comments[0]["body"]


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (pull(repository=REPO), "not from the repository of this run"),
        (pull(repository=None), "not from the repository of this run"),
        (pull(branch="elsewhere"), "not from the branch of this run"),
    ],
)
def test_a_pull_request_of_somebody_else_is_left_alone(
    yard: Yard, tmp_path: Path, other: dict[str, Any], told: str
) -> None:
    yard.pulls[:] = [other]
    code, posted, printed = step(yard, tmp_path)
    assert (code, posted) == (1, "0") and told in printed and "::warning::" in printed
    assert yard.comments == []


def test_a_number_that_is_not_its_own(yard: Yard, tmp_path: Path) -> None:
    yard.pulls.append(pull(13, repository=REPO, branch="release"))
    yard.artifacts[77] = [("ab-report", artifact(number=13)), ("b-report", artifact(number=404))]
    code, posted, printed = step(yard, tmp_path)
    assert (
        (code, posted) == (1, "0") and "13 is not from the repository" in printed and "no pull request 404" in printed
    )
    assert yard.comments == []


def test_a_report_of_another_run(yard: Yard, tmp_path: Path) -> None:
    yard.artifacts[77] = [("ab-report", artifact(run_id="76"))]
    assert step(yard, tmp_path)[:2] == (1, "0") and yard.comments == []


def test_a_fork_that_is_gone(yard: Yard, tmp_path: Path) -> None:
    yard.runs[77] = {**RUN, "head_repository": None}
    yard.pulls[:] = [pull(repository=None)]
    assert step(yard, tmp_path)[:2] == (1, "0") and yard.comments == []


def test_a_pull_request_that_moved_on_waits_for_its_next_run(yard: Yard, tmp_path: Path) -> None:
    yard.pulls[:] = [pull(sha="newer")]
    code, posted, printed = step(yard, tmp_path)
    assert (code, posted) == (0, "0") and "has moved on since c0ffee" in printed


def test_a_run_of_another_event(yard: Yard, tmp_path: Path) -> None:
    yard.runs[77] = {**RUN, "event": "push"}
    code, posted, printed = step(yard, tmp_path)
    assert (code, posted) == (0, "0") and "is of the event push" in printed
    assert not any("artifacts" in request for request in yard.requests)


def test_a_run_without_reports(yard: Yard, tmp_path: Path) -> None:
    yard.artifacts.clear()
    code, posted, printed = step(yard, tmp_path)
    assert (code, posted) == (0, "0") and "left no artifact like *-report" in printed


BOMB = archive({"report.json": b" " * (65 * 1024 * 1024), "comment.json": "{}"})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK not a zip", "cannot be read"),
        (artifact()[:-40], "cannot be read"),
        (archive({"comment.json": "{}", "report.json": "{}"}), "not understood"),
        (archive({"comment.json": "[" * 5000, "report.json": "{}"}), "not understood"),
        (artifact().replace(b"comment.json", b"../../../etc"), "has no comment.json"),
        (archive({"comment.json": '{"number": NaN, "run_id": "77"}', "report.json": "{}"}), "the number NaN"),
        (archive({"comment.json": "x" * 20_000, "report.json": "{}"}), "more than 0.01 MB"),
        (archive({"comment.json": b"\xff\xfe", "report.json": "{}"}), "not understood"),
        (BOMB, "report.json has more than"),
    ],
    ids=["no-zip", "cut", "empty", "deep", "renamed", "nan", "long", "no-utf8", "bomb"],
)
def test_a_hostile_artifact_does_not_keep_a_good_one_back(
    yard: Yard, tmp_path: Path, content: bytes, told: str
) -> None:
    yard.artifacts[77] = [("a-report", content), ("ab-report", artifact())]
    code, posted, printed = step(yard, tmp_path)
    assert posted == "1" and told in printed and code == (0 if "has no" in told else 1)


def test_a_newer_report_is_refused_with_words(yard: Yard, tmp_path: Path) -> None:
    record = {**wire.encode(REPORT), "schema": 2}
    notice = json.dumps({"number": 12, "run_id": "77"})
    yard.artifacts[77] = [("ab-report", archive({"report.json": json.dumps(record), "comment.json": notice}))]
    code, _, printed = step(yard, tmp_path)
    assert code == 1 and "the report has schema 2" in printed


def test_twenty_one_artifacts_are_too_many(yard: Yard, tmp_path: Path) -> None:
    yard.artifacts[77] = [(f"{index}-report", b"") for index in range(21)]
    code, _, printed = step(yard, tmp_path)
    assert code == 2 and "more than 20" in printed and yard.comments == []


def test_names_of_artifacts_are_shown_on_one_line(yard: Yard, tmp_path: Path) -> None:
    yard.artifacts[77] = [("x\n::error::owned-report", b"PK")]
    _, _, printed = step(yard, tmp_path)
    assert not any(text.startswith("::error") for text in printed.splitlines())


def test_storage_elsewhere_must_be_safe(yard: Yard, hub: Any) -> None:  # noqa: F811
    from shuntyard.errors import ShuntyardError  # noqa: PLC0415

    yard.fail("GET .*/zip", 302, body="", headers={"Location": "file:///etc/passwd"})
    with pytest.raises(ShuntyardError, match="no safe place"):
        post_reports(hub, "77", "*")


def test_storage_that_fails_is_asked_again(yard: Yard, hub: Any, pauses: list[float]) -> None:  # noqa: F811
    yard.fail("GET /storage", 503, times=2)
    (posted,) = post_reports(hub, "77", "*")
    assert posted.address and pauses == [2.0, 4.0]


@pytest.mark.parametrize("event", [{}, [], {"workflow_run": None}, {"workflow_run": {"id": "77/../x"}}])
def test_an_event_that_is_about_no_run(yard: Yard, tmp_path: Path, event: Any) -> None:
    code, _, printed = step(yard, tmp_path, event)
    assert code == 2 and ("no run is named" in printed or "no run of GitHub" in printed)


def test_a_missing_permission_is_named(yard: Yard, tmp_path: Path) -> None:
    yard.fail("POST .*/comments", 403, body={"message": "Resource not accessible by integration"})
    code, _, printed = step(yard, tmp_path)
    assert code == 2 and "permissions: {pull-requests: write}" in printed


def test_from_the_results_to_the_comment(yard: Yard, hub: Any, tmp_path: Path) -> None:  # noqa: F811
    """analyse-results in the pull request's run, its folder as the artifact, then the comment."""
    plan = make_plan(["smoke"])
    write_passing(tmp_path / "results", plan)
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 12}}))
    inputs = {"INPUT_PIPELINE": PIPELINE, "INPUT_PLAN": json.dumps(wire.encode(plan))}
    inputs |= {"INPUT_RESULTS": str(tmp_path / "results"), "INPUT_REPORT": str(tmp_path / "report")}
    github = {"GITHUB_EVENT_PATH": str(event), "GITHUB_RUN_ID": "77", "GITHUB_REPOSITORY": REPO}
    script = SCRIPT.with_name("analyse_results.py")
    subprocess.run(
        [sys.executable, str(script)], env={**os.environ, **inputs, **github}, check=True, capture_output=True
    )
    files = {path.name: path.read_bytes() for path in (tmp_path / "report").iterdir()}
    yard.artifacts[77] = [(f"{PIPELINE}-report", archive(dict(files)))]
    (posted,) = post_reports(hub, "77", "*-report")
    assert posted.address and "All 2 rows passed." in yard.comments[0]["body"]
