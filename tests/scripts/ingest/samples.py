"""What the tests of ingestion share: reading bytes and files, and telling cases shortly."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from shuntyard.ingest.combine import Combined, combine
from shuntyard.ingest.facts import Facts
from shuntyard.ingest.files import find
from shuntyard.ingest.source import AUTO, read_all, read_open
from shuntyard.ingest.told import Source, Told
from shuntyard.result import CaseResult, RunKey

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "ingest"
FACTS = Facts(
    pipeline="nightly",
    key=RunKey(provider="local", repository="o/r", sha="c0ffee", run_id="7", attempt=1, row_id="unit"),
)


def read(data: bytes, name: str = "x", kind: str = AUTO) -> Source:
    """What a file of these bytes says."""
    return read_open(io.BytesIO(data), len(data), name, kind)


def told(data: bytes) -> Told:
    return read(data).told


def ingest(*paths: str, base: Path = FIXTURES, again: str = "worst") -> Combined:
    """What the files say together."""
    sources, _ = read_all(find(paths, base))
    return combine(sources, "attempts" if again == "attempts" else "worst")


def brief(cases: Sequence[CaseResult]) -> list[str]:
    """`name outcome`, with the attempt where it is not the first."""
    return [f"{case.case} {case.outcome}{f' #{case.attempt}' if case.attempt > 1 else ''}" for case in cases]


def junit(*cases: str, suite: str = "any") -> bytes:
    """A document with these elements."""
    return f'<testsuites><testsuite name="{suite}">{"".join(cases)}</testsuite></testsuites>'.encode()


def case(name: str, inside: str = "", **attributes: str) -> str:
    """A <testcase> element."""
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<testcase name="{name}"{more}>{inside}</testcase>'
