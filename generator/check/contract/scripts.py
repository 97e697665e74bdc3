"""An action hands its script what the script's CONTRACT takes, and gives back what the script gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from generator.check.subject import File, Subject
from generator.check.support.expressions import contexts, expressions
from generator.check.support.workflow import Step, steps
from generator.faults import suggest
from generator.shape import mapping
from shuntyard.contract import Contract
from shuntyard.errors import Problem

SCRIPT = re.compile(r"scripts/([a-z0-9_]+\.py)")
PREFIX = "INPUT_"


def check(subject: Subject) -> Iterator[Problem]:
    """Only a script knows what it reads; a variable of another name would quietly leave it at its default."""
    contracts = {contract.script: contract for contract in subject.toolkit.contracts.values()}
    for file in subject.own_files:
        behind: dict[str, Contract] = {}
        for step in steps(file):
            run = step.data.get("run")
            found = SCRIPT.search(run) if isinstance(run, str) else None
            if found is None:
                continue
            contract = contracts.get(f"scripts/{found.group(1)}")
            if contract is None:
                message = f"there is no script {found.group(0)} with a contract"
                yield file.problem(
                    (*step.path, "run"), message, hint=suggest(found.group(0), contracts), at=found.group(0)
                )
                continue
            behind[str(step.data.get("id", ""))] = contract
            yield from _variables(file, step, contract)
        yield from _outputs(file, behind)


def _variables(file: File, step: Step, contract: Contract) -> Iterator[Problem]:
    known = {item.variable: item for item in contract.inputs}
    given = mapping(step.data.get("env"))
    for name in given:
        if name.startswith(PREFIX) and name not in known:
            path = (*step.path, "env", name)
            yield file.problem(path, f"{contract.script} reads no variable {name}", hint=suggest(name, known), key=True)
    for variable, item in known.items():
        if item.default is None and variable not in given:
            yield file.problem(
                (*step.path, "run"), f"{contract.script} needs {variable}, which the step does not set", hint=item.help
            )


def _outputs(file: File, behind: Mapping[str, Contract]) -> Iterator[Problem]:
    """What the action, or a later step, reads of a script's step is one of the script's outputs."""
    for path, mark in file.document.marks.items():
        for expression in expressions(mark.text):
            for name in contexts(expression):
                context, _, rest = name.partition(".")
                step, _, output = rest.partition(".outputs.")
                if context != "steps" or step not in behind or not output:
                    continue
                known = [item.name for item in behind[step].outputs]
                if output not in [name.lower() for name in known]:
                    message = f"{behind[step].script} gives no output {output!r}"
                    yield file.problem(path, message, hint=suggest(output, known), at=expression)
