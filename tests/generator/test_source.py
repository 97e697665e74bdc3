"""Reading YAML: values, the place of each, and every fault at its own place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.source import Document, dotted, parse, read
from shuntyard.errors import Problem, ProblemsFound
from tests.generator.yard import CURSOR

FEW = settings(max_examples=40, deadline=None)


def faults(text: str, *, strict: bool = True) -> list[Problem]:
    try:
        parse(text, "x.yml", strict=strict)
    except ProblemsFound as found:
        return found.problems
    return []


def test_values_are_plain_and_have_places() -> None:
    document = parse("a: 1\nb:\n  - x\n  - {c: true, d: ~}\n", "x.yml")
    assert document.data == {"a": 1, "b": ["x", {"c": True, "d": None}]}
    assert (document.mark(("b", 1, "c")).line, document.mark(("b", 1, "c")).column) == (4, 9)
    assert (document.mark(("b", 1, "c"), key=True).line, document.mark(("b", 1, "c"), key=True).column) == (4, 6)
    assert document.mark(("a",)).text == "1"


def test_a_place_that_the_file_has_not_is_the_nearest_above_it() -> None:
    document = parse("a:\n  b: 1\n", "x.yml")
    assert document.mark(("a", "b", "missing", 3)) == document.mark(("a", "b"))
    assert document.mark(("nowhere",)) == document.mark(())
    assert Document("x.yml").mark(("nowhere",)).line == 1


def test_a_path_is_shown_as_dots_and_brackets() -> None:
    assert dotted(("jobs", "test", "needs", 0, "x")) == "jobs.test.needs[0].x"
    assert dotted(()) == ""


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_file_has_no_data(text: str) -> None:
    assert parse(text, "x.yml").data is None


def test_keys_stay_text_whatever_yaml_takes_them_for() -> None:
    assert parse("on: 1\n3.10: 2\ntrue: 3\n~: 4\n", "x.yml").data == {"on": 1, "3.10": 2, "true": 3, "~": 4}


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: [\r\n  2]\r\n")
    document = read(path)
    assert document.data == {"a": 1, "b": [2]}
    assert (document.mark(("b", 0)).line, document.mark(("b", 0)).column) == (3, 3)


# Name of the fault → the text, with the cursor where the fault is; part of the message; part of the hint.
FAULTS = {
    "anchor": ("a: ¦&x 1\n", "an anchor", "write the value out"),
    "alias": ("a: 1\nb: [2, ¦*x]\n", "undefined alias", "check quotes"),
    "tag": ("a: ¦!!str 1\n", "a YAML tag", "plain values"),
    "local tag": ("a: [1, ¦!secret b]\n", "a YAML tag", "plain values"),
    "tag on a mapping": ("a: ¦!!omap {b: 1}\n", "a YAML tag", "plain values"),
    "tag on a key": ("¦!!str a: 1\n", "a YAML tag", "plain values"),
    "python object": ("a: ¦!!python/object/apply:os.system [ls]\n", "a YAML tag", "plain values"),
    "directive": ("¦%YAML 1.1\n---\na: yes\n", "a YAML directive", "remove it"),
    "merge key": ("¦<<: {a: 1}\nb: 2\n", "merge key", "write the keys out"),
    "duplicate key": ("a: 1\nb: 2\n¦a: 3\n", "duplicate key 'a'", "first on line 1"),
    "duplicate key below": ("a: {b: 1, ¦b: 2}\n", "duplicate key 'b'", "first on line 1"),
    "key that is a list": ("? ¦[a, b]\n: 1\n", "a key that is not text", "plain words"),
    "tab": ("a:\n¦\tb: 1\n", "a tab in the indentation", "spaces only"),
    "tab after spaces": ("a:\n  b: 1\n  ¦\tc: 2\n", "a tab in the indentation", "spaces only"),
    "expression": ("a: {b: ¦\"x ${{ github.token }}\"}\n", "a GitHub expression", "plain values"),
    "half an expression": ("a: ¦'${{'\n", "a GitHub expression", "plain values"),
    "expression in a key": ("a: {¦'${{ x }}': 1}\n", "a GitHub expression (${{) in a key", "plain values"),
    "unclosed list": ("a: [1, 2\nb¦: 3\n", "not YAML", "just before this place"),
    "unclosed quote": ("a: \"b\n¦", "not YAML", "just before this place"),
    "colon in a plain text": ("a: b¦: c\n", "not YAML: mapping values are not allowed here", "quotes, colons"),
    "two documents": ("a: 1\n¦---\nb: 2\n", "not YAML", "just before"),
    "NUL": ("a: b\nc: d¦\0\n", "a character that YAML does not allow (#x0000)", "remove it"),
    "escaped NUL": ("a: ¦\"b\\0\"\n", "a character that cannot be used here (#x0000)", "remove it"),
    "escaped line separator": ("a: ¦\"b\\Lc\"\n", "a character that cannot be used here (#x2028)", "remove it"),
    "lone surrogate": ("a: ¦\"\\ud800\"\n", "a character that cannot be used here (#xd800)", "remove it"),
    "terminal escape": ("a: ¦\"\\e[31m\"\n", "a character that cannot be used here (#x001b)", "remove it"),
    "octal": ("a: ¦0o17\n", "0o17 reads as the number 15", 'quote it to keep it text: "0o17"'),
    "leading zero": ("a: ¦010\n", "010 reads as the number 10", 'quote it to keep it text: "010"'),
    "underscores": ("a: ¦1_000\n", "1_000 reads as the number 1000", 'quote it to keep it text: "1_000"'),
    "impossible date": ("a: ¦2030-13-31\n", "a value that cannot be read: month must be", "quote it"),
    "endless number": ("a: ¦" + "9" * 5000 + "\n", "a value that cannot be read", "quote it"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_told_at_its_place_with_a_hint(case: str) -> None:
    text, message, hint = FAULTS[case]
    before, _, after = text.partition(CURSOR)
    (problem,) = faults(before + after)
    assert (problem.line, problem.column) == (before.count("\n") + 1, len(before.split("\n")[-1]) + 1)
    assert message in problem.message
    assert hint in problem.hint
    assert (problem.file, problem.rule) == ("x.yml", "format")


def test_all_faults_of_a_file_are_told_together() -> None:
    text = "a: &x 1\nb: *x\na: 2\nc: !t 3\nd: '${{ y }}'\n<<: {e: 1}\nf: 010\n"
    places = [(problem.line, problem.column) for problem in faults(text)]
    assert places == [(1, 4), (2, 4), (3, 1), (4, 4), (5, 4), (6, 1), (7, 4)]


def test_a_tab_elsewhere_is_not_blamed_for_another_fault() -> None:
    (problem,) = faults("a: |\n  text\n  \tindented\nb: [1\n")
    assert "tab" not in problem.message
    assert problem.line >= 4


def test_a_tab_inside_a_text_is_no_fault() -> None:
    assert parse("a: |\n  text\n  \tindented\n", "x.yml").data == {"a": "text\n\tindented\n"}


def test_aliases_of_aliases_cannot_exhaust_the_machine() -> None:
    """The 'billion laughs': read as GitHub reads it, its aliases would make 9**9 values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    text = "\n".join(lines) + "\n"
    assert {problem.message for problem in faults(text)} == {"an anchor", "an alias"}
    (problem,) = faults(text, strict=False)
    assert "more than" in problem.message


def test_a_value_that_is_part_of_itself_is_a_fault() -> None:
    (problem,) = faults("a: &x [1, *x]\n", strict=False)
    assert "part of" in problem.message
    assert {fault.message for fault in faults("a: &x [1, *x]\n")} == {"an anchor", "an alias"}


@pytest.mark.parametrize("levels", [60, 400, 700])
@pytest.mark.parametrize("strict", [True, False])
def test_a_file_nested_beyond_all_measure_is_a_fault(levels: int, strict: bool) -> None:
    (problem,) = faults("[" * levels + "]" * levels, strict=strict)
    assert problem.message == "nested too deeply"
    assert parse("[" * 40 + "]" * 40, "x.yml").problems == []


def test_a_workflow_is_read_as_github_reads_it() -> None:
    text = "on: push\nenv: &env {A: '${{ github.sha }}'}\njobs: {a: {env: *env}}\n"
    data = parse(text, "x.yml", strict=False).data
    assert data["jobs"]["a"]["env"] == {"A": "${{ github.sha }}"}
    assert "on" in data


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        (b"a: 1\nb: caf\xe9\n", (2, 7), "not UTF-8 text"),
        (b"\xff\xfea\x00", (1, 1), "not UTF-8 text"),
        ("a: é\nb: é".encode() + b"\xff", (2, 5), "not UTF-8 text"),
    ],
)
def test_bytes_that_are_not_utf8_are_told_at_their_place(
    tmp_path: Path, data: bytes, place: tuple[int, int], message: str
) -> None:
    path = tmp_path / "x.yml"
    path.write_bytes(data)
    with pytest.raises(ProblemsFound) as raised:
        read(path, shown="x.yml")
    (problem,) = raised.value.problems
    assert (problem.line, problem.column) == place
    assert message in problem.message
    assert problem.hint == "save the file as UTF-8"


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    for path, message in ((tmp_path / "no.yml", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(ProblemsFound) as raised:
            read(path, shown="no.yml")
        assert message in raised.value.problems[0].message
        assert raised.value.problems[0].hint


@FEW
@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace"))))
def test_no_bytes_whatever_make_anything_but_problems(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yml"
    path.write_bytes(data)
    for strict in (True, False):
        try:
            document = read(path, strict=strict)
        except ProblemsFound as found:
            assert all(problem.message and problem.hint and problem.line >= 1 for problem in found.problems)
        else:
            assert document.problems == []


YAML_PIECES = st.sampled_from(
    [*"abc019 \n:-[]{},&*!|>'\"#%@?~<=.", "\n  ", "\t", ": ", "- ", "&a ", "*a", "<<: ", "${{", "!!str ", "\\0", "1.5"]
)


@FEW
@given(st.lists(YAML_PIECES, max_size=25).map("".join))
def test_no_yaml_whatever_makes_anything_but_problems(text: str) -> None:
    try:
        document = parse(text, "x.yml")
    except ProblemsFound as found:
        assert all(problem.message and problem.hint for problem in found.problems)
    else:
        assert "${{" not in str(document.data)


@FEW
@given(st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), st.integers() | st.booleans(), max_size=5))
def test_what_is_read_is_what_is_written_and_each_value_has_a_place(values: dict[str, int]) -> None:
    text = "".join(f"{key}: {str(value).lower()}\n" for key, value in values.items())
    document = parse(text, "x.yml")
    assert (document.data or {}) == values
    for number, key in enumerate(values, 1):
        assert document.mark((key,)).line == number
        assert document.mark((key,)).column == len(key) + 3
