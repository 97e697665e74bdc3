"""The edit of a flag: exactly one scalar changes, whatever the file looks like."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.rollout.edit import KEY, switch
from generator.source import parse
from shuntyard.errors import ProblemsFound, ShuntyardError
from tests.conftest import ROOT

SUITES = (ROOT / "matrices" / "suites.yml").read_text(encoding="utf-8")
NAMES = list(parse(SUITES, "suites.yml").data["configurations"])


def changed(before: str, after: str) -> list[str]:
    """What was taken out and put in, as - and + texts."""
    parts = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [f"-{before[a:b]}+{after[c:d]}" for kind, a, b, c, d in parts if kind != "equal"]


@pytest.mark.parametrize("name", NAMES)
def test_of_the_real_file_one_line_changes_and_back_again(name: str) -> None:
    was = parse(SUITES, "suites.yml").data["configurations"][name][KEY]
    edited = switch(SUITES, name, not was)
    lines = [(a, b) for a, b in zip(SUITES.splitlines(), edited.splitlines(), strict=True) if a != b]
    assert len(lines) == 1
    old, new = ("true", "false") if was else ("false", "true")
    assert lines[0][0].replace(f"{KEY}: {old}", f"{KEY}: {new}") == lines[0][1]
    assert switch(edited, name, was) == SUITES
    assert switch(SUITES, name, was) == SUITES


BLOCK = """\
suites: {Unit: {}}
configurations:
  # first
  a:   # a comment
    suite: Unit   # another

    python-runner:    TRUE  # switched on by hand
  b:
      suite: Unit
  c: { suite: Unit }
  d: {adds: [
        x], # why
      suite: Unit, python-runner: false,}
  e: {suite: Unit, python-runner: }
  "f":
    "python-runner": false
    suite: Unit
"""


@pytest.mark.parametrize(
    ("name", "on", "what"),
    [
        ("a", False, ["TRUE", "false"]),
        ("b", False, ["      suite: Unit\n  c", "      python-runner: false\n      suite: Unit\n  c"]),
        ("c", True, ["c: { suite", "c: { python-runner: true, suite"]),
        ("d", True, ["python-runner: false,}", "python-runner: true,}"]),
        ("e", True, ["python-runner: }", "python-runner: true }"]),
        ("f", True, ['"python-runner": false', '"python-runner": true']),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_way_to_write_it(name: str, on: bool, what: list[str], ending: str, mark: str) -> None:
    text = mark + BLOCK.replace("\n", ending)
    old, new = (part.replace("\n", ending) for part in what)
    assert text.count(old) == 1
    assert switch(text, name, on) == text.replace(old, new)


def test_a_configuration_that_is_not_there_is_told() -> None:
    with pytest.raises(ShuntyardError, match="no configuration 'nope'"):
        switch(SUITES, "nope", True)
    with pytest.raises(ShuntyardError, match="no configuration"):
        switch("suites: {}\n", "nope", True)


def test_a_file_with_faults_is_not_edited() -> None:
    with pytest.raises(ProblemsFound):
        switch("configurations:\n  a: {suite: x}\n  a: {suite: y}\n", "a", True)


comments = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff"),
    max_size=12,
)
words = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)
entries = st.dictionaries(
    words,
    st.tuples(st.sampled_from(["flow", "block"]), st.none() | st.booleans(), comments, st.booleans()),
    min_size=1,
    max_size=5,
)


def written(configs: dict[str, tuple[str, bool | None, str, bool]], ending: str) -> str:
    """A suites file with comments everywhere, the flag first, last or nowhere, in flow or block style."""
    lines = ["# head", "suites: {Unit: {tests: [test_a]}}", "", "configurations: # all of them"]
    for name, (style, flag, comment, first) in configs.items():
        items = ["suite: Unit"]
        if flag is not None:
            items.insert(0 if first else 1, f"{KEY}: {str(flag).lower()}")
        note = f" # {comment}"
        if style == "flow":
            lines.append(f"  {name}: {{{', '.join(items)}}}{note}")
        else:
            lines += [f"  {name}:{note}", *(f"    {item}{note}" for item in items), f"  {note}"]
    return ending.join([*lines, ""])


@given(entries, st.data(), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_exactly_one_scalar_changes(
    configs: dict[str, tuple[str, bool | None, str, bool]], data: st.DataObject, on: bool, ending: str
) -> None:
    text = written(configs, ending)
    name = data.draw(st.sampled_from(sorted(configs)))
    edited = switch(text, name, on)
    before, after = parse(text, "x").data, parse(edited, "x").data
    assert after["configurations"][name][KEY] is on
    before["configurations"][name][KEY] = on
    assert after == before
    if configs[name][1] is not None:
        assert len(changed(text, edited)) <= 2  # `true` and `false` share their last letter
        assert len(edited) - len(text) == (0 if configs[name][1] is on else -1 if on else 1)
    else:
        (insertion,) = changed(text, edited)
        assert insertion.startswith("-+") and KEY in insertion + KEY
    assert switch(edited, name, on) == edited
