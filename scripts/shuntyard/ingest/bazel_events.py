"""Bazel's build events, `--build_event_json_file=FILE`: one JSON object a line.

Source: build_event_stream.proto of Bazel; JSON as protobuf writes it (names in camelCase, int64 as text). A test's
attempts are numbered within its run and shard; TestSummary only repeats what they say, so it is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any, BinaryIO, NamedTuple

from shuntyard.cases import MESSAGE_LIMIT, bound, case_id, seconds
from shuntyard.ingest.bazel_places import LAST, Place, case_of, folder_of
from shuntyard.ingest.text import Broken, lines, of, parse_line, whole, words
from shuntyard.ingest.told import STREAM_LIMIT, Attempt, Told
from shuntyard.junit import MOST_CASES
from shuntyard.result import CaseOutcome, CaseResult

SUMMARY = "Bazel's --build_event_json_file"
LIMIT = STREAM_LIMIT
_FIRST = re.compile(r'\{\s*"id"\s*:\s*\{\s*"(?:started|testResult|progress|buildFinished|targetCompleted|pattern)"')
# What became of an attempt. FLAKY is a result from the cache that took more than one attempt in its time.
_STATUS: dict[str, tuple[CaseOutcome, str]] = {
    "PASSED": ("passed", ""),
    "FLAKY": ("passed", ""),
    "FAILED": ("failed", "failed"),
    "TIMEOUT": ("failed", "timed out"),
    "INCOMPLETE": ("crashed", "was running when the build was interrupted"),
    "REMOTE_FAILURE": ("error", "the remote executor failed"),
    "FAILED_TO_BUILD": ("error", "could not be built"),
    "BLAZE_HALTED_BEFORE_TESTING": ("error", "the build stopped before it was tested"),
    "TOOL_HALTED_BEFORE_TESTING": ("error", "the build stopped before it was tested"),
}
_TELLING = ('"test', '"target', '"started"', '"finished"', '"aborted"')
_CACHED, _REMOTE = {"cached": 1.0}, {"remote": 1.0}
_MOST = 2 * MOST_CASES  # targets and attempts that are remembered
_LABELS = ("configuredLabel", "unconfiguredLabel")
_Key = tuple[str, str, int, int]  # label, configuration, run, shard


def fits(head: str) -> bool:
    return bool(_FIRST.match(head))


def read(file: BinaryIO) -> Told:
    build, broken = _Build(), Broken()
    for number, line in lines(file, broken):
        if not any(word in line for word in _TELLING):
            continue  # progress, files, options: most of a stream
        try:
            event = parse_line(line)
            if not isinstance(event, dict):
                raise ValueError("is no object")
        except ValueError as error:
            broken.add(number, error)
            continue
        if not build.take(event):
            broken.stop(number, f"they are of more than {_MOST:,} targets and attempts")
            break
    return build.told(broken)


class _Seen(NamedTuple):
    """What a result says of one attempt."""

    status: str
    cached: bool
    time_s: float
    details: str
    log: str
    where: str


class _Build:
    """What the events so far have said."""

    def __init__(self) -> None:
        self._attempts: dict[_Key, dict[int, _Seen]] = {}
        self._gone: dict[_Key, str] = {}
        self._expected: dict[_Key, None] = {}
        self._tests: set[str] = set()
        self._others: set[str] = set()
        self._causes: dict[str, str] = {}
        self._unbuilt: dict[str, tuple[CaseOutcome, str]] = {}
        self._started: int = 0
        self._finished: dict[str, Any] | None = None
        self._count = 0

    def take(self, event: dict[str, Any]) -> bool:
        """False when there are too many attempts to go on."""
        for child in _list(event.get("children")):
            if isinstance(of(child, "testResult"), dict):
                self._expected[_key(child["testResult"])] = None
        kind, about = next(iter(event["id"].items()), ("", None)) if isinstance(event.get("id"), dict) else ("", None)
        aborted = event.get("aborted")
        match kind:
            case "started":
                started = of(event, "started", "startTimeMillis")
                self._started = int(started) if _is_count(started) else 0
            case "buildFinished":
                finished = event.get("finished")
                self._finished = finished if isinstance(finished, dict) else {}
            case "testResult" if isinstance(aborted, dict):
                self._gone[_key(about)] = bound(_reason(aborted))
            case "testResult":
                result = event.get("testResult")
                if isinstance(result, dict):
                    self._attempts.setdefault(_key(about), {})[max(whole(of(about, "attempt")), 1)] = _seen(result)
                    self._count += 1
            case "configuredLabel" | "unconfiguredLabel" if isinstance(aborted, dict):
                self._causes[words(of(about, "label"))] = words(aborted.get("description"), MESSAGE_LIMIT)
            case "targetConfigured" | "targetCompleted":
                self._take_target(words(of(about, "label")), event, aborted)
        kept = (len(self._expected), len(self._gone), len(self._tests), len(self._others), len(self._unbuilt))
        return self._count + sum(kept) + len(self._causes) <= _MOST

    def _take_target(self, label: str, event: dict[str, Any], aborted: Any) -> None:
        configured, completed = event.get("configured"), event.get("completed")
        if isinstance(configured, dict):
            kind = words(configured.get("targetKind"))
            is_test = "testSize" in configured or kind.endswith("_test rule")
            (self._tests if is_test else self._others).add(label)
        elif isinstance(aborted, dict):
            skipped = aborted.get("reason") == "SKIPPED"
            labels = [
                words(of(child, kind, "label")) for child in _list(event.get("children"))[:10] for kind in _LABELS
            ]
            causes = [self._causes[each] for each in labels if self._causes.get(each)]
            self._unbuilt.setdefault(label, ("skipped" if skipped else "error", "\n".join([_reason(aborted), *causes])))
        elif isinstance(completed, dict) and not completed.get("success"):
            detail = words(of(completed, "failureDetail", "message"))
            self._unbuilt.setdefault(
                label, ("error", f"could not be built: {detail}" if detail else "could not be built")
            )

    def told(self, broken: Broken) -> Told:
        attempts: dict[Place, Attempt] = {}
        cases: list[CaseResult] = []
        names, totals = _names(self._expected | dict.fromkeys(self._attempts) | dict.fromkeys(self._gone))
        for key, name in names.items():
            tried = sorted(self._attempts.get(key, {}).items())
            found = [_attempt(key[0], name, number, result) for number, (_, result) in enumerate(tried, 1)]
            if not found:
                why = self._gone.get(key, "there is no result of it")
                cases.append(CaseResult(case=name, outcome="error", message=why))
            cases += [each.case for each in found]
            label, _, run, shard = key
            for number, each in enumerate(found, 1):
                place = Place(folder_of(label), shard, totals[label][0], run, totals[label][1])
                attempts[place._replace(attempt=number if number < len(found) else LAST)] = each
        seen = {key[0] for key in names}
        for label, (outcome, why) in self._unbuilt.items():
            if label not in seen and label not in self._others:
                cases.append(CaseResult(case=case_id(label), outcome=outcome, message=bound(why)))
        finished = self._finished
        return Told(
            cases=cases,
            problem=broken.problem("" if finished is not None else "the events break off: the build's end is missing"),
            started_at=_moment(self._started),
            duration_s=self._duration(),
            exit_code=None if finished is None else whole(of(finished, "exitCode", "code")),
            attempts=attempts,
        )

    def _duration(self) -> float:
        end = of(self._finished, "finishTimeMillis")
        return seconds((int(end) - self._started) / 1000) if self._started and _is_count(end) else 0.0


def _seen(result: dict[str, Any]) -> _Seen:
    status = words(result.get("status"), 100)
    if not status:  # before Bazel 0.5
        status = "PASSED" if result.get("success") else "FAILED"
    cached = bool(result.get("cachedLocally") or of(result, "executionInfo", "cachedRemotely"))
    files = _list(result.get("testActionOutput"))[:100]
    log = next((words(of(file, "uri"), 1000) for file in files if of(file, "name") == "test.log"), "")
    return _Seen(status, cached, _time(result), words(result.get("statusDetails"), 1000), log, _where(result))


def _where(result: dict[str, Any]) -> str:
    """Where the result came from. `strategy` is "remote" for what a remote executor ran, such as "linux-sandbox" here;
    `cachedRemotely` is true as well where Bazel found in its own cache what it had once found in the remote one."""
    if result.get("cachedLocally"):
        return "local cache"
    if of(result, "executionInfo", "cachedRemotely"):
        return "remote cache"
    return "remote" if words(of(result, "executionInfo", "strategy"), 100).startswith("remote") else "local"


def _attempt(label: str, name: str, number: int, seen: _Seen) -> Attempt:
    """A result from a cache took no time now: its outcome stands, its time is unknown."""
    outcome, what = _STATUS.get(seen.status, ("error", f"has the status {seen.status}"))
    if seen.status == "TIMEOUT" and seen.time_s:
        what = f"{what} after {seen.time_s:g} s"
    told = (what, seen.details, seen.log and f"log: {seen.log}") if outcome != "passed" else ()
    case = CaseResult(
        case=name,
        outcome=outcome,
        call_s=0.0 if seen.cached else seen.time_s,
        attempt=number,
        message=bound("\n".join(filter(None, told))),
        metrics=dict(_CACHED) if seen.cached else dict(_REMOTE) if seen.where == "remote" else {},
    )
    return Attempt(label=label, case=case, cached=seen.cached, where=seen.where)


def _names(keys: Iterable[_Key]) -> tuple[dict[_Key, str], dict[str, tuple[int, int]]]:
    """The id of each run and shard of each target, and how many shards and runs each target has.

    The configuration is named where a target has several.
    """
    shards: dict[str, int] = {}
    runs: dict[str, int] = {}
    configurations: dict[str, set[str]] = {}
    for label, configuration, run, shard in keys:
        shards[label], runs[label] = max(shards.get(label, 1), shard), max(runs.get(label, 1), run)
        configurations.setdefault(label, set()).add(configuration)
    names = {}
    for key in keys:
        label, configuration, run, shard = key
        name = case_of(label, shard, shards[label], run, runs[label])
        several = len(configurations[label]) > 1
        names[key] = case_id(f"{name} [configuration {configuration[:7]}]" if several else name)
    return names, {label: (shards[label], runs[label]) for label in shards}


def _key(about: Any) -> _Key:
    label = words(of(about, "label")) or "(a target without a label)"
    run, shard = max(whole(of(about, "run")), 1), max(whole(of(about, "shard")), 1)
    return label, words(of(about, "configuration", "id"), 200), run, shard


def _reason(aborted: dict[str, Any]) -> str:
    reason = words(aborted.get("reason"), 100).replace("_", " ").lower() or "unknown"
    description = words(aborted.get("description"))
    return f"aborted ({reason}){': ' if description else ''}{description}"


def _time(result: dict[str, Any]) -> float:
    """Seconds: `testAttemptDuration` since Bazel 5 (`0.105s`), else `testAttemptDurationMillis`."""
    text = words(result.get("testAttemptDuration"), 50)
    return seconds(text.removesuffix("s")) if text else whole(result.get("testAttemptDurationMillis")) / 1000


def _is_count(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 15


def _moment(millis: int) -> str:
    return datetime.fromtimestamp(millis / 1000, timezone.utc).isoformat(timespec="seconds") if millis else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
