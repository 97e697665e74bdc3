# ruff: noqa: E501 - a table is read by its columns: one case a line
"""The authoring format: what models accept, and the JSON Schemas that editors complete from."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from generator import alphabet, schema
from generator.programs import find
from tests.generator.yard import MATRICES, Yard

KIND_OF = {name: name if name in schema.FILES else "pipeline" for name in MATRICES}


@pytest.mark.parametrize("kind", schema.FILES)
def test_a_json_schema_has_the_written_names_and_refuses_others(kind: str) -> None:
    data = schema.json_schema(kind)
    assert data["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    objects = [data, *data.get("$defs", {}).values()]
    models = [item for item in objects if "properties" in item]
    assert models
    for item in models:
        assert item["additionalProperties"] is False
        assert not any("_" in name for name in item["properties"])
        assert item["description"]
    json.dumps(data)


@pytest.mark.slow
@pytest.mark.parametrize("name", MATRICES)
def test_an_editor_accepts_what_the_generator_accepts_and_marks_what_it_refuses(name: str, tmp_path: Path) -> None:
    schema_file = tmp_path / "schema.json"
    schema_file.write_text(json.dumps(schema.json_schema(KIND_OF[name])), encoding="utf-8")
    for text, code in ((MATRICES[name], 0), (MATRICES[name] + "unknown-key: 1\n", 1)):
        path = tmp_path / "file.yml"
        path.write_text(text, encoding="utf-8")
        command = [find("check-jsonschema"), "--schemafile", str(schema_file), str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr


def accepts(kind: Any, value: object) -> bool:
    try:
        TypeAdapter(kind).validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (alphabet.Name, ["a", "run-shard", "a1-2b"], ["", "A", "-a", "a-", "a--b", "1a", "a_b", "a.b", "a\n", "ä", "a/b", "a" * 61]),
        (alphabet.Word, ["a", "2A", "3.10", "a_b+c-d"], ["", "-a", ".a", "a..b", "a b", "a/b", "a\n", "é", "a'b", 'a"b', "a" * 61]),
        (alphabet.LabelName, ["ciflow/x", "needs: help", "a.b+c"], ["", " a", "a'b", 'a"b', "a\nb", "a{b", "é", "a" * 51]),
        (alphabet.Text, ["It's \"fine\": 🚀 {a} [b]"], ["", "a\nb", "a\tb", "a\x1b", "a\u2028", "a" * 301]),
        (alphabet.PathPattern, ["test/{test}.py", "a"], ["", "/a", "../a", "a/../b", "a\nb"]),
        (alphabet.EnvName, ["A", "_a1"], ["", "1a", "a-b", "a b", "A=b", "a\n"]),
        (alphabet.Commit, ["0123456789abcdef" * 2 + "01234567"], ["", "main", "A" * 40, "a" * 39, "a" * 41]),
        (alphabet.TestName, ["*", "test_a", "a/b/test_c.py", "a.b", "a..b"], ["", "-a", "/a", "../a", "a/../../b", "a/..", "**", "a b", "a\n"]),
        (alphabet.Cron, ["17 3 * * *", "*/5 0-6 1,15 * MON"], ["", "* * * *", "* * * * * *", "a b c d e\n", "@daily", "17 3 * * *\n", "99 99 * * *"]),
        (alphabet.Repository, ["a/b", "A.b/c_d-e"], ["", "a", "a/b/c", "a/ b", "a/b@c", "a/b\n"]),
        (alphabet.Minutes, [1, 7200], [0, 7201, 1.5, "60", True]),
    ],
)  # fmt: skip
def test_each_alphabet_holds_nothing_that_anything_would_interpret(kind: Any, good: list[Any], bad: list[Any]) -> None:
    assert [value for value in good if not accepts(kind, value)] == []
    assert [value for value in bad if accepts(kind, value)] == []


@given(st.text(max_size=12))
def test_a_name_or_a_word_is_always_safe_in_a_path_an_argument_and_an_expression(text: str) -> None:
    for kind in (alphabet.Name, alphabet.Word):
        if accepts(kind, text):
            assert not set(text) & set(" /\\'\"`$&|;<>(){}[]*?!#~%:,\n\t\0")
            assert text.isascii() and not text.startswith(("-", ".")) and ".." not in text


def models_in(kind: Any) -> list[type[BaseModel]]:
    return [value for value in vars(schema).values() if isinstance(value, type) and issubclass(value, kind)]


def test_every_model_refuses_unknown_keys_and_silent_conversions() -> None:
    found = models_in(alphabet.Strict)
    assert len(found) > 15
    for model in found:
        assert model.model_config["extra"] == "forbid"
        assert model.model_config["strict"] is True
        assert model.__doc__


def test_a_suite_s_test_that_leads_elsewhere_is_told_at_its_place(yard: Yard) -> None:
    place = yard.edit("suites", "tests: [test_unit]", "tests: [¦a/../../b]")
    assert place
    (problem,) = yard.problems()
    assert (problem.file, problem.line, problem.column) == ("matrices/suites.yml", *place)
    assert problem.hint == "must stay inside the repository: no leading / and no .."
