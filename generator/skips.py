"""matrices/skips.yml: why cases were skipped, as an ordered table; rendered to JSON for machines without YAML."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from generator.alphabet import Strict, Text
from shuntyard.ingest.patterns import LONGEST, fault

RENDERED = "scripts/shuntyard/store/skips.json"


def _safe(pattern: str) -> str:
    if problem := fault(pattern):
        raise ValueError(f"the pattern {problem}")
    return pattern


Pattern = Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_safe)]


class SkipRule(Strict):
    """Fits when all patterns of `all` and one of `any` are in the reason, or one of `names` in the test's id."""

    label: Text
    any: list[Pattern] = Field(default_factory=list)
    all: list[Pattern] = Field(default_factory=list)
    names: list[Pattern] = Field(default_factory=list)

    @model_validator(mode="after")
    def _can_fit(self) -> SkipRule:
        if not (self.any or self.all or self.names):
            raise ValueError("a rule needs a pattern: any, all or names")
        return self


class SkipsFile(Strict):
    """matrices/skips.yml: why cases are skipped; the first rule that fits decides."""

    otherwise: Text
    rules: list[SkipRule] = Field(max_length=200)

    def table(self) -> dict[str, Any]:
        """As shuntyard.store.skips.SkipTable is written."""
        return self.model_dump()
