"""The reference pages: complete, and tables that no text can break."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.reference import cell
from tests.generator.yard import CONTRACTS, Yard


@given(st.text())
def test_a_cell_is_one_cell_whatever_it_holds(text: str) -> None:
    written = cell(text)
    assert "\n" not in written and "<" not in written
    assert not re.search(r"(?<!\\)(?:\\\\)*\|", written)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_every_input_output_and_exit_code_of_an_action_is_told(
    rendered_files: dict[str, str], contract: object
) -> None:
    page = rendered_files["docs/reference/actions.md"]
    assert isinstance(contract, type(CONTRACTS[0]))
    section = page.split(f"\n## {contract.name}\n")[1].split("\n## ")[0]
    bound = {"analyse": {"results"}}.get(contract.name, set())
    for item in contract.inputs:
        assert (f"| `{item.name}` | {item.type} |" in section) == (item.name not in bound)
    for output in contract.outputs:
        assert contract.name in ("run-shard",) or f"| `{output.name}` |" in section
    for code, meaning in contract.exits.items():
        assert f"| {code} | {meaning} |" in section


def test_a_workflow_s_section_tells_how_to_call_it(rendered_files: dict[str, str]) -> None:
    page = rendered_files["docs/reference/workflows.md"]
    assert "uses: yard-owner/yard/.github/workflows/<workflow>.yml@v1" in page
    nightly = page.split("\n## nightly\n")[1]
    assert "Rows: 4 (`shuntyard rows nightly` lists them)" in nightly
    assert "Labels that start it: `ciflow/nightly`." in nightly
    assert "Scheduled: `17 3 * * *` (UTC)." in nightly
    assert "| `verdict` | job `report` |" in nightly
    assert "| `test` (one a unit) | select | 60 | contents: read |" in nightly


def test_a_schedule_is_told_in_its_own_zone(yard: Yard) -> None:
    yard.edit("nightly", '{cron: "17 3 * * *"}', '[{cron: "1 2 * * *"}, {cron: "3 4 * * 1", timezone: Europe/Berlin}]')
    page = yard.render().files["docs/reference/workflows.md"]
    assert "Scheduled: `1 2 * * *` (UTC), `3 4 * * 1` (Europe/Berlin)." in page


def test_machines_labels_and_suites_are_told(rendered_files: dict[str, str]) -> None:
    machines = rendered_files["docs/reference/machines.md"]
    assert (
        "| `gpu` | self-hosted, linux, gpu-one | gpu_cuda | 1 | One card. **In quarantine** until 2030-01-31"
        in machines
    )
    assert "| `ciflow/nightly` | Run the nightly on this pull request. |" in machines
    assert "| `docs` | Docs | test_docs, test_tutorials | low | 2A | on |" in rendered_files["docs/reference/suites.md"]
    assert "| `inductor` | Unit | test_unit | high | 2C | off |" in rendered_files["docs/reference/suites.md"]


def test_a_text_with_a_bar_stays_in_its_cell(rendered_files: dict[str, str]) -> None:
    assert "empty runs all \\| each." in rendered_files["docs/reference/actions.md"]
    for page, text in rendered_files.items():
        if page.endswith(".md"):
            for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
                counts = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
                assert len(counts) == 1, block
