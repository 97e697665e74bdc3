"""bump-pin: proposes the upstream commit that has been green for long enough as the new pin."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.store import load

CONTRACT = Contract(
    name="bump-pin",
    summary="Propose a new pin in a pull request, once the tests of upstream's main branch were green for long enough.",
    inputs=(
        Input(name="history", help="a folder, a URL such as s3://bucket/history, or mysql"),
        Input(name="of", help="the pipeline whose results decide, such as torch-spyre-pytorch"),
        Input(name="axis", default="stack", help="the axis by which rows are chosen"),
        Input(
            name="stack",
            default="main",
            help="the axis's value of the rows that test upstream's main branch; any: every row",
        ),
        Input(name="days", type="number", default="7", help="for how many days every run must have passed"),
        Input(name="least", type="number", default="5", help="how many runs there must be in these days"),
        Input(
            name="cadence-hours", type="number", default="24", help="how often runs are due; no gap of more than two"
        ),
        Input(name="pin", default=".ci/pytorch.txt", help="the file that holds the pinned version or commit, alone"),
        Input(
            name="lines",
            default="",
            help="other files that hold the pin, 'FILE LINE' on each line: the one line of FILE with the old pin"
            " becomes LINE, where {ref} is the new one",
        ),
        Input(name="upstream-repository", default="pytorch/pytorch", help="where the pinned commits are"),
        Input(name="upstream-branch", default="main", help="the branch that these rows test"),
        Input(name="upstream-ref", default="", help="the whole commit to propose; empty: what the newest run tested"),
        Input(name="branch", default="shuntyard/bump-pin", help="the branch of the pull request"),
        Input(name="repository", default="", help="where to propose it, as owner/name; empty is this repository"),
        Input(name="local", default="", help="a folder that stands in for both repositories, for rehearsals"),
        Input(
            name="token",
            default="",
            help="a token of a GitHub App or a bot account, optional: a pull request made with the job's own starts no "
            "workflows",
            secret="SHUNTYARD_PIN_TOKEN",  # noqa: S106
        ),
        Input(name="dry-run", type="boolean", default="false", help="change nothing; say what would be proposed"),
    ),
    outputs=(
        Output(name="proposed", help="true when there is a pull request for the new pin, else false"),
        Output(name="reason", help="why, or why not, in a sentence"),
        Output(name="version", help="the commit that is proposed; empty when none is"),
        Output(name="url", help="the pull request; empty when there is none"),
    ),
    exits={
        0: "proposed, or said why not",
        2: "wrong usage, no pin in the checkout, a history that cannot be read whole, or GitHub refuses",
        3: "a bug",
    },
    workspace=True,
    toolkit=True,
    libraries="history",
    permissions={"contents": "write", "pull-requests": "write"},
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    """Judges the history, then proposes; the token never shows."""
    bump = load("shuntyard.pinning.bump")
    token = {"GH_TOKEN": str(inputs["token"])} if inputs["token"] else {}
    asked = bump.read(inputs, now=datetime.now(timezone.utc).replace(tzinfo=None), checkout=Path.cwd())
    made = bump.bump(asked, {**env, **token})
    print(made.reason)
    outputs = {"reason": made.reason, "version": made.version, "url": made.url}
    return Done(outputs={"proposed": "true" if made.proposed else "false", **outputs})


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
