"""What run-planned takes and gives, and the variables of each card."""

from __future__ import annotations

import re

from shuntyard.contract import Input, Output
from shuntyard.errors import ShuntyardError

INPUTS = (
    Input(name="unit", type="json", help="toJSON(matrix.plan), with one row; its shard is the job of the plan."),
    Input(name="plan", help="The folder that plan-shards handed over."),
    Input(name="tests", help="The folder of the tests inside the workspace, such as upstream/test.", default="test"),
    Input(name="pipeline", help="The pipeline that the unit belongs to.", default=""),
    Input(name="instance", help="The name of this call, where one run calls the pipeline twice.", default=""),
    Input(name="python", help="The Python that the tests run in; else python3.", default="python"),
    Input(name="prepare", help="Commands to run first, one a line; they are not measured.", default=""),
    Input(name="cards", type="number", help="How many cards this job has.", default="1"),
    Input(
        name="each-card",
        help="Variables of what runs on a card, NAME=value a line; {card} is its number, from 0.",
        default="",
    ),
    Input(name="time-limit", type="number", help="Minutes that all pieces of this job may take.", default="60"),
    Input(
        name="test-timeout",
        type="number",
        help="Seconds that one case may take; 0 sets no limit, and neither does the flag ci-no-test-timeout.",
        default="1800",
    ),
    Input(name="results", help="The folder for results; empty takes one in the runner's own.", default=""),
)
OUTPUTS = (
    Output(name="results", help="The folder with the results."),
    Output(name="artifact", help="The name for the artifact that the folder becomes."),
    Output(name="outcome", help="The row's outcome: passed, empty, failed or error."),
    Output(name="rows", help="The outcome of the row, as JSON."),
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Set for every piece by what runs it; another value would lose its results.
_OURS = re.compile(r"(SHUNTYARD|INPUT|GITHUB|RUNNER)_.*|PYTHONPATH|PYTEST_ADDOPTS")


def read_each_card(text: str) -> dict[str, str]:
    """`SPYRE_DEVICES={card}`, one a line, as names and values with `{card}` still in them. Raises ShuntyardError."""
    variables: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, equals, value = line.partition("=")
        if not equals or not _NAME.fullmatch(name) or "\0" in value:
            raise ShuntyardError(
                f"{line[:100]!r} in input 'each-card'", hint="NAME=value, such as SPYRE_DEVICES={card}"
            )
        if _OURS.fullmatch(name) or name in variables:
            why = "is there twice" if name in variables else "is set by run-planned itself"
            raise ShuntyardError(f"{name} in input 'each-card' {why}", hint="use each name of your own once")
        variables[name] = value
    return variables


def on_card(variables: dict[str, str], card: int) -> dict[str, str]:
    """The variables of one card, counted from 0."""
    return {name: value.replace("{card}", str(card)) for name, value in variables.items()}
