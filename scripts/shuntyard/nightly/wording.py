"""States, classes and rules in words, alike on the page, in the JSON's readers' eyes and in messages. Pure."""

from __future__ import annotations

from shuntyard import human
from shuntyard.nightly.classify import Judged, Reading
from shuntyard.nightly.night import Night, NightRun, Role, State
from shuntyard.nightly.rules import Caught, Side
from shuntyard.text import line

STATES: dict[State, str] = {
    "passed": "passed",
    "failed": "failed",
    "error": "error",
    "empty": "tested nothing",
    "missed": "did not run",
    "pending": "not yet",
    "off": "not due",
    "unseen": "nothing recorded",
}
ROLE_WORDS: dict[Role, str] = {"source": "the code, built from source", "installed": "what users install"}
SIDES: dict[Side, str] = {
    "bad": "failed",
    "good": "passed",
    "broken": "only machines and services failed",
    "absent": "did not run or tested nothing",
}
# What the dashboard's badges draw: the first is the kind of its icon and tint.
_BADGES: dict[Caught, str] = {
    "source": "failed",
    "installed": "error",
    "both": "bad",
    "nothing": "passed",
    "infrastructure": "note",
    "unpaired": "note",
    "none": "none",
}
STATE_BADGES: dict[State, str] = {"pending": "none", "off": "none", "unseen": "none", "empty": "open"}


def badge(reading: Reading) -> str:
    """The kind of badge that a night's class has; "open" where no rule knows what it is."""
    return "open" if reading.word == "unknown" else _BADGES[reading.caught]


def rows(run: NightRun) -> str:
    """`12 passed, 1 failed, 2 not run`."""
    told = [(run.rows.passed, "passed"), (run.rows.failed, "failed"), (run.rows.not_run, "not run")]
    return ", ".join(f"{number:,} {word}" for number, word in told if number) or "none"


def experimental(run: NightRun) -> str:
    """`2, 1 of them bad`; empty for none."""
    if not run.rows.experimental:
        return ""
    bad = f", {run.rows.experimental_bad:,} of them bad" if run.rows.experimental_bad else ""
    return f"{run.rows.experimental:,}{bad}"


def because(judged: Judged, limit: int = 200) -> str:
    """Why a sign is what it is: `a module that it needs is missing: test_import: No module named 'x'`."""
    said = ": ".join(filter(None, (line(judged.sign.name or judged.sign.row, 120), telling(judged.sign.text))))
    return line(f"{judged.rule.why}: {said}" if said else judged.rule.why, limit)


def telling(text: str, limit: int = 160) -> str:
    """The line of a message that says most: the last that names an error, else the first."""
    lines = [each.strip() for each in text.splitlines() if each.strip()]
    named = [each for each in lines if "error" in each.lower() or each.startswith("E ")]
    return line((named[-1] if named else lines[0]).removeprefix("E ").strip(), limit) if lines else ""


def reason(reading: Reading) -> str:
    """Why a night is what it is: the rule, what both sides have in common, and the sign that decided."""
    parts = [f"{reading.rule.why} ({line(', '.join(reading.area), 80)})" if reading.area else reading.rule.why]
    for side in reading.sides:
        if side.deciding:
            parts.append(because(side.deciding))
    return "; ".join(parts)


def names(night: Night, role: Role) -> str:
    """The pipelines of a role."""
    return ", ".join(each.pipeline.name for each in night.results if each.pipeline.role == role) or "nobody"


def who(reading: Reading, night: Night) -> str:
    """Who caught it: `nightly-rbe alone`, `both`; empty where nobody caught anything."""
    match reading.caught:
        case "source" | "installed" as role:
            return f"caught by {names(night, role)} alone"
        case "both":
            return "caught by both"
        case "unpaired" if any(side.side == "bad" for side in reading.sides):
            role = next(side.role for side in reading.sides if side.side == "bad")
            return f"caught by {names(night, role)}; the other side says nothing"
        case _:
            return ""


def nights(number: int) -> str:
    """`1 night`, `30 nights`."""
    return human.count(number, "night")
