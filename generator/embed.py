"""Rendered parts of pages that people write: between two comments, what the matrices say stands as they say it."""

from __future__ import annotations

from pathlib import Path

BEGIN = "<!-- Rendered by shuntyard: what a caller of {name} provides; `make render` writes it. -->"
END = "<!-- End of what is rendered. -->"


def embedded(root: Path, name: str, block: str) -> tuple[str, str] | None:
    """Path and text of the page of a pipeline with the block in its place; None where no page asks for it."""
    path = root / "docs" / f"{name}.md"
    if not path.is_file():
        return None
    before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN.format(name=name))
    if not begin:
        return None
    _, end, after = rest.partition(END)
    return f"docs/{name}.md", f"{before}{begin}\n\n{block.strip()}\n\n{END}{after if end else rest}"


def holds_block(path: Path) -> bool:
    """Whether a page that people write has a place for a rendered part."""
    return path.suffix == ".md" and END in path.read_text(encoding="utf-8", errors="replace")
