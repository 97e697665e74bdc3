"""What PyTorch's HUD takes: callbacks of the cross-repository relay, and test runs as JSON. Pure.

Sources: pytorch/test-infra, `aws/lambda/cross_repo_ci_relay` (README, callback handler) and the action
`cross-repo-ci-relay-callback`; pytorch/rfcs RFC-0050 and RFC-0054; pytorch/pytorch, `tools/stats/upload_test_stats.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from shuntyard.errors import ShuntyardError
from shuntyard.report import Report, RowReport, Run
from shuntyard.result import BAD_CASES, CaseResult, Outcome
from shuntyard.rows import final_cases
from shuntyard.text import clip, visible

SCHEMA = "1"
LARGEST = 2_000_000  # bytes of a callback's body
MOST_FAILED, MESSAGE, STACK = 1000, 1024, 4096  # RFC-0054: entries, bytes, bytes
UPSTREAM = "pytorch/pytorch"
Status = Literal["in_progress", "completed"]
# What a check run may come to: docs.github.com, "Create a check run".
ACCEPTED = ("success", "failure", "cancelled", "neutral", "skipped", "timed_out", "action_required", "stale")
# Nothing tested is no success: a check that turned green without a test would let a change in.
CONCLUSIONS: Mapping[Outcome, str] = {
    "passed": "success",
    "failed": "failure",
    "error": "failure",
    "empty": "failure",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The run that reports. `check_run` tells one job's attempt from every other: the relay takes one `in_progress` and
    one `completed` for it. `job` is the job's name, which each leg of a matrix needs for itself."""

    workflow: str
    url: str
    run_id: str
    attempt: int
    job: str
    check_run: str = ""


def self_report(commit: str, event: str) -> dict[str, Any]:
    """What takes the place of a dispatch's payload in a nightly or periodic run: `commit` is the upstream's.

    Raises ShuntyardError for another event, or for what is no commit.
    """
    if event not in ("nightly", "periodic"):
        raise ShuntyardError(f"{event[:50]!r} reports itself", hint="only nightly and periodic runs do")
    if len(commit) != 40 or set(commit) - set("0123456789abcdef"):
        raise ShuntyardError(
            f"{commit[:50]!r} is no commit", hint=f"pass the whole commit of {UPSTREAM} that was tested"
        )
    payload = {"repository": {"full_name": UPSTREAM}, "head_sha": commit}
    return {"event_type": event, "delivery_id": commit, "payload": payload}


def check_dispatch(payload: Any) -> dict[str, Any]:
    """A dispatch's payload, as the relay sent it. Raises ShuntyardError when it is none."""
    if not isinstance(payload, dict) or not isinstance(payload.get("delivery_id"), str):
        hint = "the relay starts a run by repository_dispatch; a nightly one passes commit and event"
        raise ShuntyardError("the event carries no payload of the relay", hint=hint)
    return payload


def callback(
    dispatch: Mapping[str, Any],
    place: Place,
    status: Status,
    *,
    now: str,
    conclusion: str = "",
    row: RowReport | None = None,
    report: Report | None = None,
    artifact_url: str = "",
) -> dict[str, Any]:
    """The body of a callback. `now` is ISO 8601 in UTC; `row` narrows the report to one row.

    Raises ShuntyardError for a nightly that is in progress, which the relay refuses, and for a conclusion that is
    missing in a completed one or that GitHub does not know.
    """
    if status == "in_progress" and dispatch.get("event_type") in ("nightly", "periodic"):
        raise ShuntyardError("a nightly or periodic run reports only that it has completed")
    outcome = row.outcome if row else report.verdict if report else None
    said = conclusion or (CONCLUSIONS[outcome] if outcome else "")
    if status == "completed" and not said:
        raise ShuntyardError("nobody says what the run came to", hint="pass report, or conclusion")
    if status == "completed" and said not in ACCEPTED:
        raise ShuntyardError(f"{said[:50]!r} is no conclusion of a check run", hint=f"one of {', '.join(ACCEPTED)}")
    workflow: dict[str, Any] = {
        "schema_version": SCHEMA,
        "status": status,
        "conclusion": said if status == "completed" else None,
        "name": place.workflow,
        "url": place.url,
        "run_id": place.run_id,
        "run_attempt": str(place.attempt),
        "job_name": place.job,
        "check_run_id": place.check_run or f"{place.run_id}-{place.attempt}",
        "started_at": now if status == "in_progress" else None,
        "completed_at": now if status == "completed" else None,
    }
    if status == "completed" and report:
        rows = [row] if row else list(report.rows)
        workflow["test_results"] = counts(rows)
        workflow["failed_tests_detail"] = failed_tests(rows)
    if artifact_url:
        workflow["artifact_url"] = artifact_url
    return fit({**dispatch, "workflow": workflow})


def counts(rows: Iterable[RowReport]) -> dict[str, int]:
    """Passed, failed and skipped tests, of all rows together."""
    total = failed = skipped = 0
    for row in rows:
        total, failed, skipped = total + row.tests, failed + row.failed, skipped + row.skipped
    return {"passed": max(total - failed - skipped, 0), "failed": failed, "skipped": skipped}


def failed_tests(rows: Iterable[RowReport]) -> list[dict[str, Any]]:
    """The failed tests in RFC-0054's form, each once a row, at most MOST_FAILED."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        for run in row.runs:
            for case in final_cases(run.cases):
                if case.outcome in BAD_CASES and len(found) < MOST_FAILED:
                    found.setdefault((row.id, case.case), _failed(case))
    return list(found.values())


def _failed(case: CaseResult) -> dict[str, Any]:
    name = split(case.case)
    message = visible(case.message)
    return {
        "name": name.test,
        "classname": name.group,
        "message": _bytes(message.strip().rpartition("\n")[2], MESSAGE),
        "stacktrace": _bytes(message, STACK),
        "duration": round(case.setup_s + case.call_s, 6),
    }


def fit(body: dict[str, Any]) -> dict[str, Any]:
    """The body within LARGEST bytes, with fewer failed tests where it must. Raises ShuntyardError when it cannot be."""
    workflow = body["workflow"]
    while len(json.dumps(body)) > LARGEST and workflow.get("failed_tests_detail"):
        kept = workflow["failed_tests_detail"]
        workflow["failed_tests_detail"] = kept[: len(kept) // 2]
    if len(json.dumps(body)) > LARGEST:
        raise ShuntyardError(
            f"the callback has more than {LARGEST / 1e6:g} MB", hint="the dispatch's payload is too large"
        )
    return body


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseName:
    """A case's name in parts. `file` is empty where the name does not say it."""

    file: str
    group: str
    test: str


def split(case: str) -> CaseName:
    """`test/a.py::TestB::test_c[x::y]` in parts; a name of another form is wholly the test's."""
    head, bracket, parameters = case.partition("[")
    file, *groups = head.split("::")
    if not groups:
        return CaseName(file="", group="", test=case)
    *classes, test = groups
    module = file.removesuffix(".py").replace("/", ".")
    is_file = file.endswith(".py")
    return CaseName(
        file=file if is_file else "",
        group=".".join(classes) or (module if is_file else file),
        test=f"{test}{bracket}{parameters}",
    )


def uploads(report: Report, job_ids: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """Every execution of every case, in the form in which PyTorch's CI uploads its test runs.

    `job_ids` has the provider's number of a unit's job, where it is known. A case that was tried again appears once, as
    it ended, with its earlier attempts in `rerun`.
    """
    number = int(report.run.run_id) if report.run.run_id.isdecimal() else 0
    for row in report.rows:
        for run in row.runs:
            earlier = _earlier(run)
            for case in final_cases(run.cases):
                yield {
                    **_test_run(case, earlier.get(case.case, ())),
                    "workflow_id": number,
                    "workflow_run_attempt": report.run.attempt,
                    "job_id": job_ids.get(row.unit),
                    "test_config": row.config,
                    "arm": row.arm,
                    "repetition": run.repetition,
                }


def _earlier(run: Run) -> dict[str, list[CaseResult]]:
    """The attempts of each case before its last one."""
    every: dict[str, list[CaseResult]] = {}
    for case in run.cases:
        every.setdefault(case.case, []).append(case)
    return {name: sorted(cases, key=lambda case: case.attempt)[:-1] for name, cases in every.items() if len(cases) > 1}


def _test_run(case: CaseResult, earlier: Sequence[CaseResult]) -> dict[str, Any]:
    name = split(case.case)
    record: dict[str, Any] = {
        "name": name.test,
        "classname": name.group,
        "file": name.file,
        "invoking_file": name.file.removesuffix(".py").removeprefix("test/"),
        "time": round(case.setup_s + case.call_s, 6),
    }
    kind = {"failed": "failure", "error": "error", "crashed": "error", "skipped": "skipped", "xfailed": "skipped"}
    if case.outcome in kind:
        record[kind[case.outcome]] = _told(case)
    if earlier:
        told = [_told(each) for each in earlier]
        record["rerun"] = told[0] if len(told) == 1 else told
    return record


def _told(case: CaseResult) -> dict[str, str]:
    text = visible(case.message)
    if case.outcome == "xfailed":
        return {"type": "pytest.xfail", "message": text}
    return {"message": clip(text.split("\n", 1)[0], 1000), "text": text}


def _bytes(text: str, most: int) -> str:
    """The longest head of the text that takes at most so many bytes of UTF-8."""
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
