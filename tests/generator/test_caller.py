"""The workflow that calls a pipeline: when it runs, what it grants, which secrets it hands on; its place in a page."""

from __future__ import annotations

from typing import Any

import pytest

from generator.caller import caller_workflow
from generator.embed import BEGIN, END
from generator.source import parse
from shuntyard.errors import ShuntyardError
from tests.generator.nightlies import WHEELS, add
from tests.generator.yard import Yard


def made(yard: Yard, name: str, phase: str = "") -> dict[str, Any]:
    toolkit = yard.toolkit()
    text = caller_workflow(toolkit, toolkit.pipelines[name], yard.render().workflows[name], phase)
    data = parse(text, "caller.yml", strict=False).data
    assert isinstance(data, dict)
    return data


def test_a_caller_grants_what_the_jobs_ask_for_and_hands_on_each_secret(yard: Yard) -> None:
    add(yard)
    job = made(yard, "wheels", "production")["jobs"]["wheels"]
    assert job["uses"] == "yard-owner/yard/.github/workflows/wheels.yml@v1"
    assert job["permissions"] == {"contents": "read"}
    assert job["secrets"] == {
        "PUBLISH_KEY": "${{ secrets.PUBLISH_KEY }}",
        "PUBLISH_TOKEN": "${{ secrets.PUBLISH_TOKEN }}",
    }


@pytest.mark.parametrize(
    ("phase", "events"),
    [
        ("production", {"schedule", "workflow_dispatch"}),
        ("development", {"pull_request", "workflow_dispatch"}),
        ("", {"schedule", "workflow_dispatch"}),  # the phase that it is in
    ],
)
def test_a_phase_decides_when_a_caller_runs(yard: Yard, phase: str, events: set[str]) -> None:
    add(yard)
    on = made(yard, "wheels", phase)["on"]
    assert set(on) == events
    if phase == "development":
        assert on["pull_request"] == {"paths": [".github/workflows/wheels.yml"]}


def test_labels_and_a_matrix_of_its_own(yard: Yard) -> None:
    assert made(yard, "nightly")["on"]["pull_request"] == {"types": ["labeled", "unlabeled"]}
    assert made(yard, "any")["jobs"]["any"]["with"] == {"matrix": ".ci/matrix.yml"}


def test_an_unknown_phase_and_a_pipeline_that_nobody_can_call(yard: Yard) -> None:
    add(yard)
    with pytest.raises(ShuntyardError, match="no phase 'later'"):
        made(yard, "wheels", "later")
    add(yard, WHEELS.replace("  call: {inputs: [size, publish, instance]}\n", "").replace(", when: publish", ""))
    with pytest.raises(ShuntyardError, match="cannot be called"):
        made(yard, "wheels")


@pytest.mark.parametrize(("event", "page"), [("on-target", "pull-requests"), ("after-run", "comments")])
def test_the_caller_of_a_privileged_event_is_its_page_s(yard: Yard, event: str, page: str) -> None:
    add(
        yard,
        WHEELS.replace(
            "  call: {inputs: [size, publish, instance]}",
            f"  call: {{inputs: [size, publish, instance], {event}: true}}",
        ),
    )
    code, _, said = yard.run("caller", "wheels")
    assert (code, f"docs/{page}.md shows its caller" in said) == (2, True)


def test_runs_for_different_labels_do_not_evict_each_other(yard: Yard) -> None:
    """GitHub keeps one waiting run of a concurrency group."""
    text = WHEELS.replace("publish, instance]}", "publish, instance], on-target: true}")
    assert text != WHEELS
    add(yard, text)
    group = parse(yard.render().files[".github/workflows/wheels.yml"], "w.yml", strict=False).data["concurrency"][
        "group"
    ]
    assert group.endswith("-${{ github.event.label.name }}")


def test_the_verb_prints_it_or_writes_a_new_file(yard: Yard) -> None:
    add(yard)
    code, printed, _ = yard.run("caller", "wheels", "--phase", "production")
    assert code == 0
    assert "uses: yard-owner/yard/.github/workflows/wheels.yml@v1" in printed
    target = yard.root / "elsewhere" / "wheels.yml"
    assert yard.run("caller", "wheels", "--phase", "production", "--out", str(target))[0] == 0
    assert target.read_text(encoding="utf-8") == printed
    code, _, said = yard.run("caller", "wheels", "--out", str(target))
    assert code == 2
    assert "is there already" in said
    assert yard.run("caller", "wheel")[0] == 2


def test_a_page_of_a_pipeline_holds_what_its_caller_provides(yard: Yard) -> None:
    add(yard)
    page = yard.root / "docs" / "wheels.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text(f"# Wheels\n\nBefore.\n\n{BEGIN.format(name='wheels')}\nold\n{END}\n\nAfter.\n", encoding="utf-8")
    assert yard.run("render")[0] == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Wheels\n\nBefore.\n")
    assert text.endswith(f"{END}\n\nAfter.\n")
    assert "old" not in text
    assert "| cpu: GitHub's own machine, for tests. | `ubuntu-24.04` | none | 3 rows, 4 experimental rows |" in text
    assert "| `PUBLISH_KEY` | always | What signs it. |" in text
    assert yard.run("render", "--check")[0] == 0
    page.write_text(text.replace("always", "never"), encoding="utf-8")
    code, said, _ = yard.run("render", "--check")
    assert code == 1
    assert "docs/wheels.md" in said
