"""ciflow-tags: keeps the tags `<label>/<pull request>` as the labels of a pull request say."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from shuntyard.ciflow.event import read_event
from shuntyard.ciflow.rules import read_labels
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.store import load

CONTRACT = Contract(
    name="ciflow-tags",
    summary="Make, move or delete the tags that start a pull request's tests, as its labels and their authors allow.",
    inputs=(
        Input(name="labels", default="", help="the labels that become tags, such as ciflow/spyre, separated by spaces"),
        Input(name="repository", default="", help="whose pull request it is, as owner/name; empty is this repository"),
        Input(name="local", default="", help="a folder that stands in for the repository, for rehearsals"),
        Input(
            name="token",
            default="",
            help="a token of a GitHub App or a bot account that may write contents; needed to make a tag, because what "
            "the job's own token makes starts no workflows",
            secret="CIFLOW_TOKEN",  # noqa: S106
        ),
        Input(name="dry-run", type="boolean", default="false", help="change nothing; say what would be done"),
    ),
    outputs=(
        Output(name="tags", help="the tags of this pull request that are there now, separated by spaces"),
        Output(name="told", help="what was done, a line each"),
    ),
    exits={
        0: "the tags are as the labels say, or somebody was told what they wait for",
        2: "wrong usage, another event, no CIFLOW_TOKEN where a tag is to be made, or GitHub refuses",
        3: "a bug",
    },
    toolkit=True,
    libraries="history",
    permissions={"actions": "write", "contents": "write", "pull-requests": "write"},
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    """Reads the event, decides, acts. Nothing of the pull request is checked out or run."""
    labels = read_labels(str(inputs["labels"]))
    event = read_event(env.get("GITHUB_EVENT_NAME", ""), Path(env.get("GITHUB_EVENT_PATH", "")))
    keep = load("shuntyard.ciflow.keep")
    texts = {name: str(inputs[name]) for name in ("repository", "local", "token")}
    tags = keep.open_tags(env, **texts)
    done = keep.keep(tags, event, labels, dry_run=bool(inputs["dry-run"]))
    for told in done.told or ("nothing to do",):
        print(told)
    return Done(outputs={"tags": " ".join(done.tags), "told": "\n".join(done.told)})


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
