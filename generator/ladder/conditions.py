"""What a criterion of a stage may ask of a history."""

from __future__ import annotations

from shuntyard.conditions import Condition, parse
from shuntyard.errors import ShuntyardError
from shuntyard.units import BASELINE, QUANTITIES

RATES = ("success_rate", "fallback_rate", "error_rate", "flaky_share")
BESIDE_A_BASELINE = ("execution_time", "memory_usage", "configuration_coverage", "adoption")
MEASURED = tuple(name for name in QUANTITIES if name not in BESIDE_A_BASELINE)


def check_condition(text: str, *, sure: bool = False) -> Condition:
    """The condition of a criterion. Raises ShuntyardError for one that a pipeline's history cannot answer."""
    condition = parse(text)
    if condition.quantity not in MEASURED:
        raise ShuntyardError(
            f"{condition.quantity!r} is not measured for a stage", hint=f"known are {', '.join(MEASURED)}"
        )
    if BASELINE in text:
        raise ShuntyardError(f"{text!r}: a stage has no baseline", hint="compare with a number, such as `< 2 h`")
    if sure and (condition.quantity not in RATES or condition.comparison in ("==", "!=")):
        hint = f"`sure` goes with <, <=, > or >= and one of {', '.join(RATES)}"
        raise ShuntyardError(f"no interval can be sure that {text!r}", hint=hint)
    return condition
