"""What the status page shows, from nights: answer, strips, table, details, totals. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shuntyard.dashboard.runs import address
from shuntyard.errors import Problem
from shuntyard.human import count
from shuntyard.nightly import wording
from shuntyard.nightly.classify import Judged, Reading, judge, read_night
from shuntyard.nightly.gather import Asked
from shuntyard.nightly.night import BAD, RAN, Night, PipelineNight
from shuntyard.nightly.totals import Totals, total
from shuntyard.view import Head, head

Tone = Literal["bad", "open", "good", "none"]
_SIGNS = 12  # of one run in the details
_GLYPHS = {
    "passed": "✓", "failed": "✕", "error": "!", "empty": "?", "missed": "✕", "pending": "…", "off": "·", "unseen": "·",
}  # fmt: skip
_TINTS = {
    "passed": "is-good", "failed": "is-bad", "error": "is-odd", "empty": "is-open", "missed": "is-bad gap",
    "pending": "is-plain rare", "off": "is-plain rare", "unseen": "is-plain rare",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A pipeline in a night. `address` is where the provider shows the run, empty where that cannot be told safely."""

    result: PipelineNight
    badge: str
    word: str
    address: str = ""
    signs: Head[Judged]
    aside: Head[Judged]

    @property
    def glyph(self) -> str:
        """One character for the strip."""
        return _GLYPHS[self.result.state]

    @property
    def tint(self) -> str:
        """The classes of its square in the strip."""
        return _TINTS[self.result.state]

    @property
    def rank(self) -> int:
        """How bad it is, for sorting."""
        order = ("off", "unseen", "pending", "passed", "empty", "missed", "failed", "error")
        return order.index(self.result.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A night of the table."""

    night: Night
    reading: Reading
    badge: str
    who: str
    reason: str
    cells: tuple[Cell, ...]

    @property
    def ran(self) -> bool:
        """Whether anything ran."""
        return any(cell.result.run for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything that the templates show. `tone`, `word` and `sentence` are the answer; `points` what needs a look."""

    asked: Asked
    title: str
    where: str
    tone: Tone
    word: str
    sentence: str
    points: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    details: Head[Line]
    totals: Totals
    problems: tuple[Problem, ...]

    @property
    def newest(self) -> str:
        """The class of the newest night that is over or ran; empty where there is none."""
        last = _last(self.lines)
        return last.reading.word if last else ""


def view(
    nights: Sequence[Night], asked: Asked, *, where: str, problems: Sequence[Problem] = (), details: int = 60
) -> View:
    """The view; at most so many nights are shown in detail."""
    read = [(night, read_night(night)) for night in nights]
    lines = tuple(_line(night, reading) for night, reading in read)
    totals = total(read)
    tone, word, sentence = _answer(lines)
    repositories = {each.run.repository for night in nights for each in night.results if each.run}
    return View(
        asked=asked,
        title=next(iter(repositories), "") or asked.repository or "Nightly status",
        where=where,
        tone=tone,
        word=word,
        sentence=sentence,
        points=tuple(_points(asked, totals, problems)),
        lines=lines,
        details=head([line for line in lines if line.ran], details),
        totals=totals,
        problems=tuple(problems),
    )


def _line(night: Night, reading: Reading) -> Line:
    return Line(
        night=night,
        reading=reading,
        badge=wording.badge(reading),
        who=wording.who(reading, night),
        reason=wording.reason(reading),
        cells=tuple(_cell(each) for each in night.results),
    )


def _cell(result: PipelineNight) -> Cell:
    run, role = result.run, result.pipeline.role
    return Cell(
        result=result,
        badge=wording.STATE_BADGES.get(result.state, result.state),
        word=wording.STATES[result.state],
        address=address(run.url) if run else "",
        signs=head(judge(run.signs, role) if run else (), _SIGNS),
        aside=head(judge(run.aside, role) if run else (), _SIGNS // 2),
    )


def _answer(lines: Sequence[Line]) -> tuple[Tone, str, str]:
    last = _last(lines)
    if last is None:
        return "none", "Nothing to show yet", "No run of these pipelines lies in this time."
    bad = any(side.side == "bad" for side in last.reading.sides)
    missed = any(cell.result.state == "missed" for cell in last.cells)
    tone: Tone = "bad" if bad else "good" if last.reading.caught == "nothing" and not missed else "open"
    word = last.reading.word.capitalize() if bad or last.reading.word == "infrastructure" else {
        "nothing": "Both passed", "none": "Nothing ran", "unpaired": "Half a night is known",
    }.get(last.reading.caught, "Not known")  # fmt: skip
    states = ", ".join(f"{cell.result.pipeline.name} {cell.word}" for cell in last.cells)
    sentence = f"The night of {last.night.day:%d %b %Y}: {states}. {f'It was {last.who}.' if last.who else ''}"
    return tone, word, sentence.strip()


def _last(lines: Sequence[Line]) -> Line | None:
    """The newest night in which something was due, and about which nothing is still to come."""
    for line in lines:
        states = {cell.result.state for cell in line.cells}
        if states & (RAN | {"missed"}) and "pending" not in states:
            return line
    return None


def _points(asked: Asked, totals: Totals, problems: Sequence[Problem]) -> list[tuple[str, str]]:
    """What needs a look besides the newest night, as (kind of badge, text)."""
    found = []
    if problems:
        text = f"{count(len(problems), 'file')} of the history cannot be read; its runs are not in here"
        found.append(("bad", f"{text}: {problems[0].message}"))
    for pipeline in asked.pipelines:
        states = totals.states.get(pipeline.name, {})
        missed = states.get("missed", 0)
        if missed:
            found.append(("bad", f"{pipeline.name} did not run in {count(missed, 'night')} in which it was due"))
        if states.get("unseen", 0) == totals.nights:
            found.append(("open", f"{pipeline.name} has no run in this history: its name is another, or it never ran"))
        streak = sum(states.get(state, 0) for state in BAD)
        if streak and streak == sum(states.get(state, 0) for state in RAN):
            found.append(("open", f"{pipeline.name} passed in none of its {count(streak, 'night')}"))
    return found
