"""Conditions as the rollout document writes them: `fallback_rate > 5%`, `execution_time > baseline * 1.2`.

Parsed by a grammar and evaluated by walking the tree; nothing is ever executed. Units are checked when a condition is
read, so that `fallback_rate > 5 min` is refused before it can stay silent for months.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from lark import Lark, Token, Transformer, Tree, UnexpectedInput

from shuntyard.errors import ShuntyardError
from shuntyard.units import BASELINE, QUANTITIES, UNITS, Dimension, compatible

MAX_LENGTH = 200

GRAMMAR = r"""
    start: sum COMPARISON sum
    ?sum: product | sum "+" product -> add | sum "-" product -> subtract
    ?product: atom | product "*" atom -> multiply | product "/" atom -> divide
    ?atom: NUMBER UNIT? -> number | NAME -> name | "(" sum ")"
    COMPARISON: ">=" | "<=" | ">" | "<" | "==" | "!="
    UNIT.2: /%|ms\b|min\b|s\b|h\b|d\b|MB\b|GB\b/
    NAME: /[a-z_][a-z0-9_]*/
    NUMBER: /[0-9]{1,12}(\.[0-9]{1,6})?/
    %ignore " "
"""


@dataclass(frozen=True, slots=True)
class Number:
    """A constant in its dimension's base unit."""

    value: float
    dimension: Dimension


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measured quantity, or its baseline."""

    name: str
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """`left operator right`, with + - * /."""

    operator: str
    left: Expression
    right: Expression


Expression: TypeAlias = "Number | Quantity | Operation"

ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison whose units fit. `quantity` is what it is about, the one that `baseline` refers to."""

    text: str
    comparison: str
    left: Expression
    right: Expression
    quantity: str

    def holds(self, values: Mapping[str, float], baselines: Mapping[str, float]) -> bool | None:
        """Whether it holds; None where a quantity that it needs is not known (or a division by zero), never a guess."""
        try:
            left = _value(self.left, values, baselines)
            right = _value(self.right, values, baselines)
        except (KeyError, ZeroDivisionError):
            return None
        return COMPARISONS[self.comparison](left, right)

    def threshold(self, values: Mapping[str, float], baselines: Mapping[str, float]) -> float | None:
        """The value of the right side; None where it is not known."""
        try:
            return _value(self.right, values, baselines)
        except (KeyError, ZeroDivisionError):
            return None


def parse(text: str) -> Condition:
    """The condition. Raises ShuntyardError that points at the place, names what is known, or says which units clash."""
    if len(text) > MAX_LENGTH:
        raise ShuntyardError(f"a condition of {len(text)} characters", hint=f"at most {MAX_LENGTH} are read")
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        column = getattr(error, "column", 1)
        hint = "write it like `fallback_rate > 5%` or `execution_time > baseline * 1.2`"
        raise ShuntyardError(f"the condition {text!r} is not understood at column {column}", hint=hint) from error
    left, comparison, right = _Reader().read(tree)
    quantity = _only_quantity(text, left, right)
    left, right = _with_baseline(left, quantity), _with_baseline(right, quantity)
    sides = _dimension(text, left), _dimension(text, right)
    if not compatible(*sides):
        raise ShuntyardError(f"{text!r} compares a {sides[0]} with a {sides[1]}", hint=_unit_hint(sides[0]))
    return Condition(text=text, comparison=comparison, left=left, right=right, quantity=quantity)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr")


class _Reader(Transformer[Token, "tuple[Expression, str, Expression]"]):
    """The grammar's tree → our expressions."""

    def read(self, tree: Tree[Token]) -> tuple[Expression, str, Expression]:
        result: tuple[Expression, str, Expression] = self.transform(tree)
        return result

    def start(self, parts: tuple[Expression, Token, Expression]) -> tuple[Expression, str, Expression]:
        return parts[0], str(parts[1]), parts[2]

    def number(self, parts: list[Token]) -> Number:
        dimension, size = UNITS[str(parts[1])] if len(parts) > 1 else ("number", 1.0)
        return Number(float(parts[0]) * size, dimension)

    def name(self, parts: list[Token]) -> Quantity:
        return Quantity(str(parts[0]))

    def add(self, parts: list[Expression]) -> Operation:
        return Operation("+", *parts)

    def subtract(self, parts: list[Expression]) -> Operation:
        return Operation("-", *parts)

    def multiply(self, parts: list[Expression]) -> Operation:
        return Operation("*", *parts)

    def divide(self, parts: list[Expression]) -> Operation:
        return Operation("/", *parts)


def _only_quantity(text: str, *sides: Expression) -> str:
    """The one measured quantity of a condition."""
    names = sorted({name for side in sides for name in _names(side)} - {BASELINE})
    unknown = [name for name in names if name not in QUANTITIES]
    if unknown:
        raise ShuntyardError(
            f"{text!r} names the unknown quantity {unknown[0]!r}", hint=f"known are {', '.join(QUANTITIES)}"
        )
    if len(names) != 1:
        raise ShuntyardError(f"{text!r} is about {len(names)} quantities", hint="a condition is about exactly one")
    return names[0]


def _names(expression: Expression) -> list[str]:
    if isinstance(expression, Operation):
        return [*_names(expression.left), *_names(expression.right)]
    return [expression.name] if isinstance(expression, Quantity) else []


def _with_baseline(expression: Expression, quantity: str) -> Expression:
    if isinstance(expression, Operation):
        left, right = _with_baseline(expression.left, quantity), _with_baseline(expression.right, quantity)
        return Operation(expression.operator, left, right)
    if isinstance(expression, Quantity) and expression.name == BASELINE:
        return Quantity(quantity, baseline=True)
    return expression


def _dimension(text: str, expression: Expression) -> Dimension:
    if isinstance(expression, Number):
        return expression.dimension
    if isinstance(expression, Quantity):
        return QUANTITIES[expression.name]
    left, right = _dimension(text, expression.left), _dimension(text, expression.right)
    if expression.operator in "+-":
        if not compatible(left, right):
            raise ShuntyardError(f"{text!r} adds a {left} and a {right}", hint=_unit_hint(left))
        return left
    if expression.operator == "*" and left in ("number", "rate"):
        return right
    if right in ("number", "rate"):
        return left
    if expression.operator == "/" and left == right:
        return "number"
    raise ShuntyardError(f"{text!r} multiplies or divides a {left} and a {right}", hint="scale by plain numbers")


def _unit_hint(dimension: Dimension) -> str:
    fitting = [unit for unit, (kind, _) in UNITS.items() if kind == dimension]
    return f"give the other side a unit of {dimension}: {', '.join(fitting)}" if fitting else "use a plain number"


def _value(expression: Expression, values: Mapping[str, float], baselines: Mapping[str, float]) -> float:
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, Quantity):
        return (baselines if expression.baseline else values)[expression.name]
    left, right = _value(expression.left, values, baselines), _value(expression.right, values, baselines)
    return ARITHMETIC[expression.operator](left, right)
