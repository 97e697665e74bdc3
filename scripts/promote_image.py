"""promote-image: gives an image that passed its tests its release names, by copy and never by another build."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from shuntyard import handover
from shuntyard.ci import github
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.errors import ShuntyardError
from shuntyard.images.promote import Move, Names, check_passed, promote, summary, tags_of
from shuntyard.images.record import KIND
from shuntyard.images.registry import LOGIN, Credentials, check_repository, host, open_registry
from shuntyard.options import words
from shuntyard.passed import read_axes

CONTRACT = Contract(
    name="promote-image",
    summary="Gives an image that passed its tests its release names: copied by digest, verified, never built again.",
    inputs=(
        Input(name="image", help="the hand-over of build-image: a folder"),
        Input(name="report", help="the report.json of the run that tested it"),
        Input(
            name="axes", default="", help="further values of the rows that must have passed: gpus=8; else the image's"
        ),
        Input(name="to", default="", help="the release repository, registry.example/team/image; empty promotes none"),
        Input(
            name="version", default="", help="a semantic version, such as v1.4.0; empty takes the release's that runs"
        ),
        Input(name="night", default="", help="a day: nightly-2026-11-22; the image's own, where no name is asked for"),
        Input(name="tags", default="", help="further tags"),
        Input(name="latest", type="boolean", default="false", help="also move the tag latest to it"),
        Input(name="dry-run", type="boolean", default="false", help="only say what would be done"),
        *LOGIN,
    ),
    outputs=(
        Output(name="references", help="the names that it has now, as JSON"),
        Output(name="digest", help="the digest that was promoted, which is the one that was tested"),
    ),
    exits={
        0: "every name has the tested digest",
        1: "a row did not pass, a version has another digest, or a registry refused; what was done before stays",
        2: "wrong usage",
        3: "a bug",
        130: "interrupted",
    },
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    """Checks, copies, verifies, tells."""
    text = {name: str(value) for name, value in inputs.items()}
    if not text["to"]:
        print("nothing is promoted: no release repository is named")
        return Done(outputs={"references": "[]", "digest": ""})
    image = handover.read(Path(text["image"]), kind=KIND)
    reference, repository = image.fact("reference"), check_repository(text["to"])
    if reference.startswith("oci:"):
        raise ShuntyardError("the image was not pushed, so there is nothing to copy", hint="give build-image a push")
    wanted = Names(
        text["version"] or github.read_context(env).release,
        text["night"],
        bool(inputs["latest"]),
        tuple(words(text["tags"])),
    )
    tags = tags_of(wanted, image)
    rows = check_passed(image, Path(text["report"]), read_axes(text["axes"]))
    credentials = Credentials(username=text["registry-username"], password=text["registry-password"])
    moves: list[Move] = []
    with open_registry(env, {host(repository): credentials}) as registry:
        try:
            for move in promote(
                registry, reference, [f"{repository}:{t}" for t in tags], dry_run=bool(inputs["dry-run"])
            ):
                moves.append(move)
        finally:
            print("\n".join(f"{move.result:<8} {move.reference}" for move in moves))
    github.write_summary(env, summary(image.fact("digest"), rows, moves))
    references = json.dumps([move.reference for move in moves if move.result != "planned"])
    return Done(outputs={"references": references, "digest": image.fact("digest")})


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
