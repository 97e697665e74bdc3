"""How rendered files look: exact values whatever they hold, and a first line by which they are known."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError
from ruamel.yaml import YAML

from generator.targets import style

FEW = settings(max_examples=40, deadline=None)

TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("\n \t'\"#:-{}[]&*!|>%@`,?$\\\r\x85\u2028\x7f\ufeff🚀é~0e"), st.characters(codec="utf-8")
    ),
    max_size=20,
)
KEYS = st.one_of(st.from_regex(r"[a-z][a-z-]{0,6}", fullmatch=True), st.sampled_from(["true", "null", "on", "no", "y"]))
VALUES = st.recursive(
    st.one_of(TEXTS, st.booleans(), st.integers(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)


def load(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


@FEW
@given(TEXTS)
def test_a_scalar_is_read_back_as_it_was(text: str) -> None:
    written = style.scalar(text)
    assert load(written) == text
    assert load(f"key: {written}\nnext: 1\n") == {"key": text, "next": 1}
    assert written.isascii()
    assert "\n" not in written


@FEW
@given(VALUES)
def test_tojson_in_a_template_is_read_back_as_it_was(value: Any) -> None:
    template = style.environment("github").from_string("key: << value | tojson >>\n")
    assert load(template.render(value=value)) == {"key": value}


@FEW
@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_yaml_is_read_back_as_it_was(values: dict[str, Any]) -> None:
    assert load(style.dump_yaml(values, comments={})) == values


@FEW
@given(st.dictionaries(KEYS, VALUES, max_size=4), TEXTS)
def test_json_is_read_back_as_it_was_below_its_headline(values: dict[str, Any], source: str) -> None:
    text = style.json_file(source, values)
    expected = {"$comment": style.headline(source), **values}
    assert json.loads(text) == expected
    assert style.is_rendered(text.split("\n")[0])


def test_every_kind_of_file_is_known_by_its_first_line() -> None:
    yaml = style.yaml_file("matrices/x.yml", "a: 1", comments={})
    markdown = style.markdown_file("matrices/x.yml", "# Title\n")
    for text in (yaml, markdown, style.json_file("matrices/x.yml", {"a": 1})):
        assert style.is_rendered(text.splitlines()[0])
        assert "matrices/x.yml" in text.splitlines()[0]
        assert text.endswith("\n") and not text.endswith("\n\n")


@pytest.mark.parametrize(
    "line", ["", "# ", "name: x", "#Rendered by shuntyard from x", "# Not rendered by shuntyard from x"]
)
def test_other_first_lines_are_somebody_else_s(line: str) -> None:
    assert not style.is_rendered(line)


def test_a_name_that_a_template_misspells_is_an_error_not_a_blank() -> None:
    with pytest.raises(UndefinedError):
        style.environment("github").from_string("<< nmae >>").render(name="x")


def test_expressions_and_braces_are_left_alone_by_templates() -> None:
    template = style.environment("github").from_string("${{ a }} {% b %} {# c #} << d >>")
    assert template.render(d=1) == "${{ a }} {% b %} {# c #} 1"


def test_a_value_with_a_comment_gets_it_and_nothing_else_does() -> None:
    text = style.dump_yaml({"uses": "a/b@1", "name": "a/b"}, comments={"a/b@1": "v1.2.3"})
    assert text == "uses: a/b@1 # v1.2.3\nname: a/b\n"


def test_jobs_and_sections_are_parted_by_blank_lines() -> None:
    data = {"name": "x", "on": {"push": {}}, "jobs": {"a": {"steps": [{"run": "one\n\ntwo\n"}]}, "b": {"x": 1}}}
    text = style.dump_yaml(data, comments={})
    assert "\n\non:\n" in text
    assert "\n\njobs:\n  a:\n" in text
    assert "\n\n  b:\n" in text
    assert load(text) == data
