"""publish-packages: uploads the packages whose tests passed to a package index, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from shuntyard.ci import github
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.passed import read_axes
from shuntyard.wheels.login import INPUTS, read_login
from shuntyard.wheels.send import EXIT_DOWN, NO_REPORT, Receipt, open_packages, publish, survey, why_not

CONTRACT = Contract(
    name="publish-packages",
    summary="Upload packages to an index, once all rows that tested them have passed.",
    inputs=(
        Input(name="packages", help="The folder that build-wheels handed over."),
        Input(name="report", help=f"report.json of the rows that tested them; {NO_REPORT!r} for no such condition."),
        Input(name="axes", help="Which rows tell about them, such as rocm=7.2.0.", default=""),
        Input(name="check-only", type="boolean", help="Do all but upload.", default="false"),
        Input(name="tries", type="number", help="How often an index is tried that is out of reach.", default="4"),
        *INPUTS,
    ),
    outputs=(
        Output(name="published", help="Whether the index holds all of them now."),
        Output(name="reason", help="Why not, in a sentence."),
        Output(name="uploaded", help="How many were uploaded."),
        Output(name="already", help="How many were there before, with the same content."),
    ),
    toolkit=True,
    libraries="images",
    exits={
        0: "published, or not because tests did not pass: see `published` and `reason`",
        1: "the index has another file of that name, or refuses one",
        2: "a secret is missing or refused, or the packages are not whole",
        3: "a bug in Shuntyard",
        EXIT_DOWN: "the index is out of reach; running it again uploads the rest",
    },
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    axes = read_axes(str(inputs["axes"]))
    packages = open_packages(Path(str(inputs["packages"])), axes)
    reason = why_not(packages, str(inputs["report"]), axes)
    if reason:
        text = f"nothing is published: {reason}"
        print(github.annotation("warning", text, title="packages") if env.get("GITHUB_ACTIONS") else text)
        return Done(outputs={"published": "false", "reason": reason, "uploaded": "0", "already": "0"})
    login, receipt = read_login(inputs), Receipt()
    try:
        if inputs["check-only"]:
            survey(packages.paths(), {file.path: file.sha256 for file in packages.files}, login, receipt)
        else:
            publish(packages, login, env, receipt, tries=max(int(inputs["tries"]), 1))
    finally:
        for what in ("uploaded", "already", "waiting", "notes"):
            for line in getattr(receipt, what):
                print(f"{what:<9} {line}")
        counts = {"uploaded": str(len(receipt.uploaded)), "already": str(len(receipt.already))}
        done = not receipt.waiting
        reason = "" if done else "only checked" if inputs["check-only"] else "the index did not take all of them"
        github.write_outputs(env, {"published": str(done).lower(), "reason": reason, **counts})
    return Done(outputs={"published": str(done).lower(), "reason": reason, **counts})


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
