"""append-history: appends a run's results to the history, in one or several stores; one may be down."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

from shuntyard.ci import github
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import EXIT_GOOD, EXIT_PROBLEMS, ShuntyardError
from shuntyard.options import words
from shuntyard.store.append import deliver, later, worst

EXIT_DOWN = 4
DATABASE = tuple(
    Input(name=f"db-{name}", default="", help=f"{what}; optional, for mysql.", secret=f"SHUNTYARD_DB_{name.upper()}")
    for name, what in (
        ("hostname", "The database's server"),
        ("username", "Whom it knows"),
        ("password", "Their password"),
        ("name", "The database's name"),
    )
)

CONTRACT = Contract(
    name="append-history",
    summary="Appends the results of a run to the history, so that analyses see it; appending twice changes nothing.",
    inputs=(
        Input(name="results", help="a report.json, the folder that it is in, or a folder with the rows' results"),
        Input(name="history", default="", help="folders or URLs such as s3://bucket/history, separated by spaces"),
        Input(name="mysql", type="boolean", default="false", help="also to the database that SHUNTYARD_DB_* name"),
        Input(name="required", type="boolean", default="false", help="fail when a store cannot be reached"),
        Input(name="tries", type="number", default="5", help="how often a store is tried that cannot be reached"),
        Input(name="artifact", default="", help="the artifact that keeps the results, for the command to append later"),
        *DATABASE,
    ),
    outputs=(
        Output(name="status", help="added, already, differs, or pending when a store could not be reached"),
        Output(name="command", help="the command that appends what is pending, empty when nothing is"),
    ),
    exits={
        0: "appended, or pending with the command to do it later",
        1: "the history has this run with other results, which stay",
        2: "wrong usage, or results that cannot be read",
        3: "a bug",
        EXIT_DOWN: "a store could not be reached, and `required` is true; the results are still on disk",
    },
    toolkit=True,
    libraries="history",
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    """Appends to each store, then tells what is left to do."""
    results, places = str(inputs["results"]), [*words(str(inputs["history"])), *(["mysql"] if inputs["mysql"] else [])]
    if not places:
        raise ShuntyardError("no history is named", hint="pass history: a folder or URL, or mysql: true")
    os.environ |= {item.secret: str(inputs[item.name]) for item in DATABASE if inputs[item.name]}
    now = datetime.now(timezone.utc)
    receipts = deliver([Path(results)], places, now=now, tries=max(int(inputs["tries"]), 1), pause=time.sleep)
    for receipt in receipts:
        print(f"{receipt.result:<8} {receipt.run}  {receipt.where}")
    waiting = [receipt for receipt in receipts if receipt.result == "pending"]
    command = later([results], [receipt.where for receipt in waiting], env, str(inputs["artifact"])) if waiting else ""
    if waiting:
        told = "; ".join(dict.fromkeys(receipt.told for receipt in waiting))
        text = f"{told}. The results are kept; append them later with:\n{command}"
        print(github.annotation("warning", text, title="history is pending") if env.get("GITHUB_ACTIONS") else text)
    differs = any(receipt.result == "differs" for receipt in receipts)
    code = EXIT_DOWN if waiting and inputs["required"] else EXIT_PROBLEMS if differs else EXIT_GOOD
    return Done(outputs={"status": worst(receipts), "command": command}, exit_code=code)


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
