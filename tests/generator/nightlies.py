"""A pipeline of many kinds of jobs on the toolkit of `yard`: groups of rows, sizes, experimental rows, secrets."""

from __future__ import annotations

from shuntyard.contract import Contract, Input, Output
from tests.generator.yard import EXITS, Yard

WHEELS = """\
pipeline: wheels
summary: Wheels for each stack, tests for each row.
triggers:
  call: {inputs: [size, publish, instance]}
  dispatch: true
phase: production
phases:
  development: {pull-request: {paths: [.github/workflows/wheels.yml]}}
  production:
    schedule:
      - {cron: "17 2 * * *", size: nightly}
      - {cron: "43 4 * * 6", size: weekly}
axes:
  python: ["3.11", "3.12"]
  stack: ["7.1", "7.2"]
  cards: [one, many]
exclude:
  - {python: "3.12", stack: "7.1", cards: many}
sizes:
  nightly: {python: ["3.12"]}
  weekly: all
experimental:
  - {stack: "7.2"}
runner: cpu
jobs:
  build:
    matrix: [stack]
    action: build
    with: {stack: {axis: stack}, pythons: {axis: python}}
  test:
    matrix: rows
    needs: build
    action: run-shard
    with:
      tests: {by: cards, values: {one: test_one, many: test_many}}
  weigh:
    matrix: [stack, python]
    needs: test
    action: build
    with: {stack: {axis: [stack, python], prefix: "v="}, pythons: {by: size, values: {nightly: few, weekly: all}}}
  publish: {needs: test, when: publish, action: publish}
gate: {requires: [build, test, weigh, publish], may-skip: [publish]}
"""

BUILD = Contract(
    name="build",
    summary="Build for one stack.",
    inputs=(
        Input(name="stack", help="The stack."),
        Input(name="pythons", help="The Pythons, separated by spaces.", default=""),
        Input(name="call", help="The pipeline and its instance.", default=""),
    ),
    outputs=(Output(name="artifact", help="The artifact's name."),),
    exits=EXITS,
)
PUBLISH = Contract(
    name="publish",
    summary="Publish what was tested.",
    inputs=(
        Input(name="publish", help="Where to.", default=""),
        Input(name="token", help="What lets it.", default="", secret="PUBLISH_TOKEN"),
        Input(name="key", help="What signs it.", secret="PUBLISH_KEY"),
    ),
    exits=EXITS,
)


def add(yard: Yard, text: str = WHEELS) -> tuple[int, int] | None:
    """Adds the pipeline and its scripts; returns where the cursor stands in `text`."""
    yard.add_script(BUILD)
    yard.add_script(PUBLISH)
    select = (yard.root / "scripts" / "select_rows.py").read_text(encoding="utf-8")
    size = "Input(name='size', help='The size of the run.', default='')"
    if size not in select:
        changed = select.replace("inputs=(", f"inputs=({size}, ", 1)
        (yard.root / "scripts" / "select_rows.py").write_text(changed, encoding="utf-8")
    return yard.put("wheels", text)
