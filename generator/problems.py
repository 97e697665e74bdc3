"""Problems as text, JSON, GitHub annotations or SARIF."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, TextIO
from urllib.parse import quote

from shuntyard import wire
from shuntyard.ci import github
from shuntyard.errors import Problem

NO_RULE = "shuntyard"  # SARIF wants a rule for each result


def show(problems: Iterable[Problem], style: str, stream: TextIO) -> None:
    """Writes the problems, sorted by place, in one of `STYLES`."""
    stream.write(STYLES[style](sorted(set(problems))))


def _text(problems: list[Problem]) -> str:
    lines = []
    for problem in problems:
        rule = f" [{problem.rule}]" if problem.rule else ""
        lines.append(f"{problem.where()}: {problem.message}{rule}")
        if problem.hint:
            lines.append(f"    {problem.hint}")
    return "".join(f"{line}\n" for line in lines)


def _json(problems: list[Problem]) -> str:
    return json.dumps({"schema": 1, "problems": wire.encode(problems)}, indent=2) + "\n"


def _github(problems: list[Problem]) -> str:
    return "".join(github.annotate_problem(problem) + "\n" for problem in problems)


def _sarif(problems: list[Problem]) -> str:
    """SARIF 2.1.0, the subset that GitHub's code scanning reads."""
    rules = sorted({problem.rule or NO_RULE for problem in problems})
    driver = {"name": "shuntyard", "rules": [{"id": rule} for rule in rules]}
    run = {"tool": {"driver": driver}, "results": [_sarif_result(problem) for problem in problems]}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _sarif_result(problem: Problem) -> dict[str, Any]:
    text = f"{problem.message}\n{problem.hint}" if problem.hint else problem.message
    region = {"startLine": max(problem.line, 1), "startColumn": max(problem.column, 1)}
    place = {"physicalLocation": {"artifactLocation": {"uri": quote(problem.file)}, "region": region}}
    return {"ruleId": problem.rule or NO_RULE, "level": "error", "message": {"text": text}, "locations": [place]}


STYLES: dict[str, Callable[[list[Problem]], str]] = {"text": _text, "json": _json, "github": _github, "sarif": _sarif}
