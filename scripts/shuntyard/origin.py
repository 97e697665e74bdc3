"""What an analysis is told from outside: the plan, the other jobs, the run. Reads the plan's file; nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shuntyard import packed, wire
from shuntyard.errors import ShuntyardError
from shuntyard.evidence import MOST_REPETITIONS
from shuntyard.plan import SCHEMA, Plan, Unit
from shuntyard.report import Job, RunOrigin

_HINT = "pass the plan or the matrix that select-rows wrote, as JSON or as the path of a file"


def read_plan(text: str) -> Plan | None:
    """The plan from JSON, packed or not, or from a file that holds it; None for `{}`, which says that nobody knows.

    A matrix (`{"include": [{"plan": unit}, ...]}`) is taken as well: it is what the jobs themselves were made from.
    Raises ShuntyardError when the file is not there or the text is neither.
    """
    if text.startswith(packed.MARK):
        text = _unpacked(text)
    elif not text.lstrip().startswith("{"):
        try:
            text = Path(text).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise ShuntyardError(f"the plan cannot be read: {error}", hint=_HINT) from error
    try:
        record = json.loads(text)
        if record == {}:
            return None
        return _from_matrix(record) if isinstance(record, dict) and "include" in record else _from_plan(record)
    except (ValueError, RecursionError) as error:
        raise ShuntyardError(f"the plan is not understood: {error}", hint=_HINT) from error


def _unpacked(text: str) -> str:
    try:
        return packed.unpack(text)
    except ValueError as error:
        raise ShuntyardError(f"the plan is not understood: {error}", hint=_HINT) from error


def _from_plan(record: Any) -> Plan:
    plan = wire.decode(Plan, record)
    if plan.schema != SCHEMA:
        raise ValueError(f"it has schema {plan.schema}, this version of Shuntyard reads {SCHEMA}")
    return plan


def _from_matrix(record: Mapping[str, Any]) -> Plan:
    entries = record["include"]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("its 'include' is not a list of objects")
    plans = [(f"$.include[{index}].plan", entry.get("plan")) for index, entry in enumerate(entries)]
    return Plan(pipeline="", units=tuple(wire.decode(Unit, plan, path) for path, plan in plans))


def read_jobs(text: str) -> tuple[Job, ...]:
    """The jobs of the `needs` context and what they came to. Raises ShuntyardError when it has another shape."""
    needs = json.loads(text)
    if not isinstance(needs, dict) or not all(isinstance(job, dict) for job in needs.values()):
        raise ShuntyardError("input 'needs' is not the needs context", hint="pass ${{ toJSON(needs) }}")
    return tuple(Job(name=name, result=str(job.get("result") or "")) for name, job in needs.items())


def read_repeats(text: str) -> int:
    """How many repetitions each row must have. Raises ShuntyardError for what is no such number."""
    if not (text.isascii() and text.isdecimal()) or int(text[:10]) > MOST_REPETITIONS:
        raise ShuntyardError(f"input 'repeats' is {text!r}", hint=f"write a whole number up to {MOST_REPETITIONS}")
    return int(text)


def read_origin(env: Mapping[str, str]) -> RunOrigin:
    """The run from GitHub's variables; all empty outside of it.

    The commit is left to the results: on a pull request GITHUB_SHA is a merge commit that may not be what was tested.
    """
    repository, run_id = env.get("GITHUB_REPOSITORY", ""), env.get("GITHUB_RUN_ID", "")
    server = env.get("GITHUB_SERVER_URL", "")
    known = server.startswith("https://") and repository and run_id
    return RunOrigin(
        provider="github" if repository else "",
        repository=repository,
        run_id=run_id,
        attempt=int(env.get("GITHUB_RUN_ATTEMPT") or 1),
        url=f"{server}/{repository}/actions/runs/{run_id}" if known else "",
    )
