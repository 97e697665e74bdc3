"""The rollout as people read it: the table of status, the body of a pull request, the lines of the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shuntyard.human import count, ratio, table
from shuntyard.rollout.decide import Decision, Move, PhaseStanding, Standing
from shuntyard.rollout.judge import Finding
from shuntyard.rollout.log import Entry
from shuntyard.rollout.phases import EVERYTHING
from shuntyard.stats.kpi import Met
from shuntyard.text import NOTHING, line

MET: dict[Met, str] = {"yes": "met", "no": "NOT MET", "unknown": "not known"}
_HEADINGS = ["configuration", "flag", "criterion", "measured", "n", "window", "result", "why, and what is missing"]
_RIGHT = frozenset({4, 5})


def status(decision: Decision) -> str:
    """Each phase with a table of its criteria, then what would be promoted and what should be looked at."""
    parts = [_phase(phase) for phase in decision.phases]
    due = [f"{move.config} (phase {move.phase}{', released' if move.release else ''})" for move in decision.moves]
    parts.append(f"advance would switch on: {', '.join(due) or 'nothing'}")
    if decision.told:
        parts.append("\n".join(f"look at this: {told}" for told in decision.told))
    return "\n\n".join(parts)


def measured(finding: Finding) -> str:
    """`1.2 % (0.3 to 4.1)`, `1.02× (0.98 to 1.06)`, `equivalent`."""
    if finding.value is None:
        return NOTHING
    if isinstance(finding.value, str):
        return finding.value
    if finding.unit == "ratio":
        between = "" if finding.low is None or finding.high is None else f" ({finding.low:.2f} to {finding.high:.2f})"
        return f"{ratio(finding.value)}{between}"
    between = (
        "" if finding.low is None or finding.high is None else f" ({_share(finding.low)} to {_share(finding.high)})"
    )
    return f"{_share(finding.value)} %{between}"


def proposal(moves: Sequence[Move]) -> str:
    """Markdown: what is switched on, and the evidence for each."""
    parts = ["These configurations meet their success criteria, and every phase before theirs is done.\n"]
    for move in moves:
        parts.append(f"### `{move.config}` (phase {inline(move.phase)})\n")
        parts.append("| criterion | condition | measured | n | window |\n|---|---|---|---:|---:|")
        for each in move.findings:
            cells = (each.criterion, each.condition, measured(each), _n(each), f"{each.days} d")
            parts.append("| " + " | ".join(inline(cell) for cell in cells) + " |")
        parts.append("")
    return "\n".join(parts) + "\n"


def entries(found: Sequence[Entry]) -> str:
    """The log as a table, oldest first."""
    rows = [
        [each.when, each.action, each.config, f"{each.before} → {each.after}", each.where, each.by, _evidence(each)]
        for each in found
    ]
    return table(["when", "what", "configuration", "flag", "where", "by", "why"], rows)


def inline(text: str) -> str:
    """Text of others in Markdown: one line, nothing that opens a tag, a cell, a code span or a mention."""
    shown = line(text, 300)
    for character, written in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("`", "'"), ("@", "@\u200b"), ("[", "\\[")):
        shown = shown.replace(character, written)
    return shown


def _phase(phase: PhaseStanding) -> str:
    state = {"done": "done", "open": "open", "waiting": "waiting"}[phase.state]
    head = f"Phase {phase.phase}: {line(phase.title)}. {state}{f' ({phase.why})' if phase.why else ''}"
    rows = [row for member in phase.members for row in _rows(member)]
    return f"{head}\n\n{table(_HEADINGS, rows, right=_RIGHT)}"


def _rows(member: Standing) -> Iterator[list[str]]:
    name = "all together" if member.config == EVERYTHING else member.config
    flag = ("on" if member.on else "off") + (" (variable)" if member.by == "variable" else "")
    for index, each in enumerate(member.findings):
        first = index == 0
        yield [
            name if first else "", flag if first else "", each.condition, measured(each), _n(each), f"{each.days} d",
            MET[each.met], _missing(each),
        ]  # fmt: skip
    if member.held:
        yield ["", "", "", "", "", "", "held off", member.why_held or "the variable says off"]


def _missing(finding: Finding) -> str:
    more = f"{count(finding.more, 'run')} more" if finding.more and finding.met == "unknown" else ""
    if more and finding.note.startswith("about "):
        return finding.note  # the A/B's own words have the number
    return "; ".join(part for part in (finding.note, more) if part)


def _n(finding: Finding) -> str:
    return f"{finding.n:,} {finding.of}"


def _share(value: float) -> str:
    return f"{100 * value:.4g}"


def _evidence(entry: Entry) -> str:
    conditions = [str(each["condition"]) for each in entry.evidence if "condition" in each]
    return "; ".join(part for part in (entry.reason, ", ".join(conditions)) if part)
