"""An alert in words: figures with their units, one line for people, and text that no receiver makes more of. Pure."""

from __future__ import annotations

from shuntyard import human
from shuntyard.alerts.evaluate import Alert, Status
from shuntyard.alerts.rules import Rule, span
from shuntyard.alerts.verdicts import VerdictCondition
from shuntyard.conditions import Condition, Quantity
from shuntyard.text import NOTHING, line
from shuntyard.units import QUANTITIES

SAYS: dict[Status, str] = {
    "firing": "fires",
    "resolved": "is over",
    "pending": "is pending",
    "unknown": "is not known",
    "good": "is good",
}
# Chat systems make mentions, links and markup of these (`<!channel>`, @everyone, [text](link), *bold*): look-alikes.
_TAME = str.maketrans("@<>[]`*|#&", "＠‹›⟦⟧ˋ∗│＃＆")


def figure(quantity: str, value: float | None) -> str:
    """A value with its unit: `6.2 %`, `1 min 40 s`, `312 MB`, `3`."""
    if value is None:
        return NOTHING
    match QUANTITIES.get(quantity, "number"):
        case "rate":
            return f"{100 * value:.4g} %"
        case "time":
            return human.duration(value) if value > 0 else "0 s"
        case "size":
            return human.memory(value) if value > 0 else "0 MB"
        case _:
            return f"{value:.6g}"


def measured(alert: Alert) -> str:
    """What was measured: `fallback_rate is 12 %, the threshold 5 %`; for a verdict the word."""
    reading, question = alert.reading, alert.rule.question
    if isinstance(question, VerdictCondition):
        return f"{question.quantity} is {reading.verdict or 'not known'}"
    if reading.value is None:
        return f"{question.quantity} is not known"
    text = f"{question.quantity} is {figure(question.quantity, reading.value)}"
    if reading.baseline is not None:
        text += f" ({reading.against} {figure(question.quantity, reading.baseline)})"
    return text if alert.threshold is None else f"{text}, the threshold {_threshold(alert)}"


def _threshold(alert: Alert) -> str:
    question = alert.rule.question
    if isinstance(question, Condition) and isinstance(question.left, Quantity):
        return figure(question.quantity, alert.threshold)
    return f"{alert.threshold:.6g}"  # `execution_time / baseline > 110%` compares numbers, whatever the quantity is


def resting_on(alert: Alert) -> str:
    """What the measurement rests on: `n = 25 executions, 4.2 % to 30 % (the interval)`."""
    reading = alert.reading
    text = f"n = {reading.n:,} {reading.of}"
    if reading.low is not None and reading.high is not None:
        name = alert.rule.question.quantity
        text += f", interval {figure(name, reading.low)} to {figure(name, reading.high)}"
    return text


def asked(rule: Rule) -> str:
    """What the rule asks: `fallback_rate > 5%, for 2 runs, over 7 d`."""
    return f"{rule.question.text}, for {rule.hold}, over {span(rule.window_s)}"


def headline(alert: Alert) -> str:
    """One line without markup, fit for a terminal: `Python Runner High Fallback Rate fires for distributed: …`."""
    text = f"{alert.rule.name} {SAYS[alert.status]} for {alert.place}: {measured(alert)} ({resting_on(alert)})"
    if alert.blind:
        text += "; it fired, and nothing shows that it is over"
    return line(text, 400)


def tame(text: str, limit: int = 200) -> str:
    """Text that others wrote, on one line, in which a chat system finds no mention, link or markup."""
    return line(text, limit).translate(_TAME).replace("://", ":⁄⁄").replace("www.", "www․")
