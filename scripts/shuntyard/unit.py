"""What one job is given to run: whether it can be, in which order, and what its rows come to. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from shuntyard import wire
from shuntyard.command import EVERYTHING
from shuntyard.errors import ShuntyardError
from shuntyard.plan import CompiledPipeline, Row, Suite, Unit
from shuntyard.result import Outcome, ShardResult

ARMS = ("", "python", "shell")
_WORST_FIRST: tuple[Outcome, ...] = ("error", "failed", "empty", "passed")
# What an artifact cannot be called (actions/upload-artifact: " : < > | * ? \ / and line ends), and what nobody sees.
_UNSAFE = re.compile(
    r'["<>:|*?\\/\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069]|\.\.|^[.-]|^\s|\s$|^$'
)
_LONGEST_ID = 200


def read_unit(text: str) -> Unit:
    """The unit from JSON. Raises ShuntyardError when it is none, or when an id of it cannot be a file's name."""
    hint = "pass ${{ toJSON(matrix.plan) }}, as select-rows wrote it"
    data = json.loads(text)
    if data is None:
        raise ShuntyardError("input 'unit' is missing", hint=hint)
    try:
        unit = wire.decode(Unit, data)
    except (wire.WireError, RecursionError) as error:
        raise ShuntyardError(f"input 'unit' is not a unit: {error}", hint=hint) from error
    ids = [row.id for row in unit.rows]
    for name in (unit.id, *ids):
        check_name("the id", name)
    if not ids or len(set(ids)) != len(ids):
        raise ShuntyardError(f"the unit {unit.id!r} has {'no rows' if not ids else 'two rows of one id'}", hint=hint)
    if not 1 <= unit.shard.index <= unit.shard.of:
        raise ShuntyardError(f"the unit {unit.id!r} is shard {unit.shard.index} of {unit.shard.of}", hint=hint)
    for row in unit.rows:
        if row.arm not in ARMS:
            raise ShuntyardError(f"the row {row.id!r} has the arm {row.arm!r}", hint="an arm is python or shell")
    return unit


def check_name(what: str, name: str) -> None:
    """Raises ShuntyardError for a name that cannot safely be part of a file's or an artifact's."""
    if _UNSAFE.search(name) or len(name) > _LONGEST_ID:
        raise ShuntyardError(
            f"{what} {name[:_LONGEST_ID]!r} cannot be the name of a file",
            hint="use letters, digits, dots, dashes and underscores",
        )


def abba(rows: Sequence[Row], repeats: int) -> list[tuple[Row, int]]:
    """Each row once a repetition, forwards and backwards in turn: a machine that slows down slows every row alike."""
    return [(row, number) for number in range(1, repeats + 1) for row in (rows if number % 2 else reversed(rows))]


def outcome_by_row(results: Iterable[ShardResult]) -> dict[str, Outcome]:
    """The worst outcome of each row over its repetitions."""
    outcomes: dict[str, Outcome] = {}
    for result in results:
        name = result.key.row_id
        outcomes[name] = worst([outcomes.get(name, "passed"), result.outcome])
    return outcomes


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The worst of the outcomes; "passed" when there are none."""
    return min(outcomes, key=_WORST_FIRST.index, default="passed")


def is_good(outcome: Outcome, shards: int) -> bool:
    """Whether a row may be green. Of several shards one may come out empty, for want of test files; a row may not."""
    return outcome == "passed" or (outcome == "empty" and shards > 1)


def dry_run(pipeline: CompiledPipeline, tests: Mapping[str, Sequence[str]]) -> list[str]:
    """A line for each configuration, `docs_test → DocsTestSuite: test_docs, test_tutorials`; `tests` override it."""
    return [
        f"{suite.id} → {suite.suite or suite.id}: {_means(suite, tests.get(suite.id, ()))}"
        for suite in pipeline.suites.values()
    ]


def _means(suite: Suite, override: Sequence[str]) -> str:
    if suite.command:
        return " ".join(suite.command)
    what = ", ".join(override or suite.tests)
    return "what the project's own pytest settings collect" if what == EVERYTHING else what
