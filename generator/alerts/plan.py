"""The file of alerts → rules that a history is judged by, and everything in the file that cannot work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from generator.alerts_format import AlertItem, AlertsFile
from generator.load import Toolkit, validate
from generator.source import Document, KeyPath, read
from shuntyard.alerts.rules import Action, Hold, Rule
from shuntyard.alerts.verdicts import parse
from shuntyard.errors import Problem, ProblemsFound, ShuntyardError

_SECONDS = {"min": 60.0, "h": 3600.0, "d": 86_400.0}
_SHARES_OF_ALL = ("configuration_coverage", "adoption")
_ISSUES = ("open_issue", "investigate_and_optimize")
_COMPARED = ("execution_time", "memory_usage", "verdict", "tests")


def rules(toolkit: Toolkit, file: Path | None = None) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    """The rules, and the labels for their issues: of the toolkit, or of a caller's own file.

    Raises ShuntyardError where there is no file, ProblemsFound with all that is wrong with it.
    """
    model, document = _of_file(file) if file else _of_toolkit(toolkit)
    problems = list(disagreements(model, document))
    if problems:
        raise ProblemsFound(problems)
    return tuple(_rule(item) for item in model.alerts), tuple(model.labels)


def disagreements(model: AlertsFile, document: Document) -> Iterator[Problem]:
    """What the format allows and no alert can do, each at its place."""
    first: dict[str, int] = {}
    for index, item in enumerate(model.alerts):
        path: KeyPath = ("alerts", index)
        if item.name in first:
            hint = f"it stands first on line {document.mark(('alerts', first[item.name], 'name')).line}"
            yield _problem(document, (*path, "name"), f"the alert {item.name!r} again", hint)
        first.setdefault(item.name, index)
        yield from _condition(item, document, path)
        yield from _actions(item, document, path)


def _condition(item: AlertItem, document: Document, path: KeyPath) -> Iterator[Problem]:
    here = (*path, "condition")
    try:
        question = parse(item.condition)
    except ShuntyardError as error:
        yield _problem(document, here, error.message, error.hint)
        return
    if question.quantity in _SHARES_OF_ALL and item.per != "all":
        yield _problem(document, here, f"{question.quantity!r} is of everything together", "write `per: all`")
    if "investigate_and_optimize" in _listed(item) and question.quantity not in _COMPARED:
        message = f"{question.quantity!r} says nothing about what slowed"
        yield _problem(document, (*path, "action"), message, "use open_issue; it suits any condition")


def _actions(item: AlertItem, document: Document, path: KeyPath) -> Iterator[Problem]:
    here = (*path, "action")
    actions = _listed(item)
    if not actions:
        yield _problem(document, here, "no action", "write at least notify")
    for action in sorted({action for action in actions if actions.count(action) > 1}):
        yield _problem(document, here, f"{action} twice", "name each action once")
    if set(_ISSUES) <= set(actions):
        yield _problem(document, here, "two actions that open an issue", "investigate_and_optimize opens one by itself")
    if "quarantine" in actions and item.owner is None:
        hint = "write `owner:`; a quarantine that nobody owns is never lifted"
        yield _problem(document, here, "a quarantine without an owner", hint)


def _problem(document: Document, path: KeyPath, message: str, hint: str) -> Problem:
    return document.problem(path, message, hint=hint, rule="alerts")


def _of_toolkit(toolkit: Toolkit) -> tuple[AlertsFile, Document]:
    if toolkit.alerts is None:
        raise ShuntyardError(
            "there is no matrices/alerts.yml", hint="write one (docs/alerts.md), or pass --alerts FILE"
        )
    return toolkit.alerts, toolkit.documents["alerts"]


def _of_file(file: Path) -> tuple[AlertsFile, Document]:
    document = read(file, tolerant=True)
    return validate(AlertsFile, document), document


def _listed(item: AlertItem) -> list[Action]:
    return list(item.action) if isinstance(item.action, list) else [item.action]


def _rule(item: AlertItem) -> Rule:
    return Rule(
        name=item.name,
        question=parse(item.condition),
        actions=tuple(_listed(item)),
        severity=item.severity,
        per=item.per,
        hold=_hold(item.for_),
        window_s=_seconds(item.window),
        least=item.least,
        remind_s=0.0 if item.remind == "never" else _seconds(item.remind),
        owner=item.owner or "",
        days=item.days,
    )


def _hold(text: str) -> Hold:
    number, unit = _split(text)
    return Hold(runs=number) if unit.startswith("run") else Hold(seconds=_seconds(text))


def _seconds(text: str) -> float:
    number, unit = _split(text)
    return number * _SECONDS[unit]


def _split(text: str) -> tuple[int, str]:
    digits = text.rstrip("abcdefghijklmnopqrstuvwxyz ")
    return int(digits), text[len(digits) :].strip()
