"""docs/reference/*.md: what callers may pass and what they get back, from the same data as the workflows."""

from __future__ import annotations

from collections.abc import Iterator

from generator.load import Toolkit
from generator.pipeline import Composite, Workflow
from generator.targets import style
from shuntyard.plan import CompiledPipeline


def reference_pages(
    toolkit: Toolkit,
    composites: dict[str, Composite],
    workflows: dict[str, Workflow],
    compiled: dict[str, CompiledPipeline],
) -> Iterator[tuple[str, str]]:
    """Path and text of each page."""
    environment = style.environment("docs")
    environment.filters["cell"] = cell
    pages: dict[str, tuple[str, dict[str, object]]] = {
        "workflows": ("matrices/*.yml", {"workflows": workflows, "compiled": compiled, "settings": toolkit.settings}),
        "actions": ("scripts/ and matrices/actions.yml", {"composites": composites}),
        "machines": ("matrices/runners.yml and labels.yml", {"runners": toolkit.runners, "labels": toolkit.labels}),
        "suites": ("matrices/suites.yml", {"suites": toolkit.suites, "configurations": toolkit.configurations}),
    }
    for name, (source, values) in pages.items():
        text = environment.get_template(f"{name}.md.j2").render(**values)
        yield f"docs/reference/{name}.md", style.markdown_file(source, text)


def cell(value: object) -> str:
    """A value as the text of a Markdown table cell."""
    return str(value).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
