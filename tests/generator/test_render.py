"""Rendering as a whole: the same bytes each time, whole files or none, and never a file that somebody else wrote."""

from __future__ import annotations

import difflib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator import render as rendering
from generator.render import drift, replace_file, stale, write
from shuntyard import wire
from shuntyard.errors import ProblemsFound
from shuntyard.plan import CompiledPipeline
from tests.conftest import ROOT, UPDATE_GOLDEN
from tests.generator.yard import Yard, build

GOLDEN = ROOT / "tests" / "golden" / "yard"
SUFFIX = ".golden"  # so that no linter takes them for this repository's own workflows and actions
HEADLINE = "# Rendered by shuntyard from matrices/gone.yml; edit that and run `make render`.\n"


def read_golden(folder: Path) -> dict[str, str]:
    """The golden files by the paths that they stand for."""
    return {
        path.relative_to(folder).as_posix().removesuffix(SUFFIX): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob(f"*{SUFFIX}"))
    }


def write_golden(folder: Path, files: dict[str, str]) -> None:
    """Makes these the golden files, and no others."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in files.items():
        replace_file(folder / f"{path}{SUFFIX}", text)


def test_the_small_toolkit_renders_to_its_golden_files(rendered_files: dict[str, str]) -> None:
    """Schemas are left out: the repository's own, under matrices/schema, are the same and are checked for drift."""
    files = {path: text for path, text in rendered_files.items() if not path.startswith("matrices/schema/")}
    if UPDATE_GOLDEN:
        write_golden(GOLDEN, files)
    golden = read_golden(GOLDEN)
    changed = [
        line
        for path in sorted(golden.keys() | files.keys())
        for line in difflib.unified_diff(
            golden.get(path, "").splitlines(), files.get(path, "").splitlines(), f"golden/{path}", path, lineterm=""
        )
    ]
    assert not changed, "\n".join([*changed, "If this is meant: make golden"])
    assert golden.keys() == files.keys()


def test_an_update_of_the_golden_files_leaves_what_is_rendered_and_nothing_else(
    tmp_path: Path, rendered_files: dict[str, str]
) -> None:
    write_golden(tmp_path / "golden", {".github/workflows/gone.yml": "gone", **rendered_files})
    for _ in range(2):
        write_golden(tmp_path / "golden", rendered_files)
        assert read_golden(tmp_path / "golden") == rendered_files
        assert not list((tmp_path / "golden").rglob("*.yml"))


def test_rendering_makes_every_kind_of_file(rendered_files: dict[str, str]) -> None:
    assert sorted(path for path in rendered_files if "schema" not in path) == [
        ".github/actionlint.yaml",
        ".github/workflows/any.yml",
        ".github/workflows/nightly.yml",
        ".github/zizmor.yml",
        "actions/analyse/action.yml",
        "actions/compile-matrix/action.yml",
        "actions/gate/action.yml",
        "actions/run-shard/action.yml",
        "actions/select-rows/action.yml",
        "actions/setup-toolkit/action.yml",
        "docs/reference/actions.md",
        "docs/reference/machines.md",
        "docs/reference/suites.md",
        "docs/reference/workflows.md",
        "matrices/compiled/nightly.json",
    ]
    schemas = {path for path in rendered_files if path.startswith("matrices/schema/")}
    assert "matrices/schema/pipeline.json" in schemas
    assert all(json.loads(rendered_files[path])["$schema"].startswith("https://json-schema.org/") for path in schemas)


def test_a_compiled_matrix_is_read_back_as_what_was_expanded(yard: Yard) -> None:
    data = yard.compiled("nightly")
    data.pop("$comment")
    compiled = wire.decode(CompiledPipeline, data)
    assert [row.id for row in compiled.rows] == ["unit.shell", "unit.python", "docs.shell", "docs.python"]
    assert wire.encode(compiled) == data


def test_rendering_twice_changes_nothing(yard: Yard) -> None:
    files = yard.render().files
    assert write(yard.root, files) == list(files)
    before = {path: (yard.root / path).stat().st_mtime_ns for path in files}
    assert yard.render().files == files
    assert write(yard.root, files) == []
    assert {path: (yard.root / path).stat().st_mtime_ns for path in files} == before
    assert drift(yard.root, files) == []


@pytest.mark.slow
def test_rendering_is_the_same_to_the_byte_in_every_process(yard: Yard, tmp_path: Path) -> None:
    found = []
    for seed in ("0", "1", "4242"):
        other = build(tmp_path / f"yard{seed}")
        env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "scripts")])}
        command = [sys.executable, "-m", "generator", "render", "--root", str(other.root)]
        subprocess.run(command, env=env, check=True, capture_output=True)
        found.append(other.files())
    assert found[0] == found[1] == found[2]
    assert len(found[0]) > 20


def test_a_pipeline_s_workflow_does_not_grow_with_its_rows(yard: Yard) -> None:
    text = yard.matrix("nightly").read_text(encoding="utf-8")
    workflows = []
    for count in (1, 100):
        axes = f"axes:\n  size: [{', '.join(f's{n}' for n in range(count))}]\n  arm: [shell, python]\n"
        before, _, rest = text.partition("axes:\n")
        yard.put("nightly", before + axes + rest[rest.index("together:") :])
        made = yard.render()
        workflows.append(made.files[".github/workflows/nightly.yml"])
        assert len(made.compiled["nightly"].rows) == 2 * count
    assert workflows[0] == workflows[1]


def test_drift_names_each_file_that_is_not_as_it_would_be_rendered(yard: Yard) -> None:
    files = yard.render().files
    write(yard.root, files)
    (yard.root / "actions/gate/action.yml").unlink()
    (yard.root / "docs/reference/suites.md").write_text("changed\n", encoding="utf-8")
    crlf = yard.root / ".github/actionlint.yaml"
    crlf.write_bytes(crlf.read_bytes().replace(b"\n", b"\r\n"))
    (yard.root / "matrices/compiled/nightly.json").write_bytes(b"\xff")
    gone = yard.root / ".github/workflows/gone.yml"
    gone.write_text(HEADLINE, encoding="utf-8")
    before = yard.files()
    problems = drift(yard.root, files)
    assert [(problem.file, problem.message.removeprefix(problem.file)) for problem in problems] == [
        (".github/actionlint.yaml", " is not what its source makes"),
        (".github/workflows/gone.yml", " is made by nothing any more"),
        ("actions/gate/action.yml", " is missing"),
        ("docs/reference/suites.md", " is not what its source makes"),
        ("matrices/compiled/nightly.json", " is not what its source makes"),
    ]
    assert all("make render" in problem.hint for problem in problems)
    code, out, _ = yard.run("render", "--check")
    assert code == 1
    assert [line.split(":")[0] for line in out.splitlines()[::2]] == [problem.file for problem in problems]
    assert yard.files() == before


def test_what_no_matrix_makes_any_more_is_removed_and_only_that(yard: Yard) -> None:
    yard.run("render")
    mine = yard.root / ".github/workflows/ci.yml"
    mine.write_text("# Mine, not rendered by shuntyard.\nname: ci\n", encoding="utf-8")
    beside = yard.root / "actions/run-shard/notes.md"
    beside.write_text(HEADLINE, encoding="utf-8")
    readme = yard.root / "docs/reference/README.md"
    readme.write_text("# Mine\n", encoding="utf-8")
    yard.matrix("any").unlink()
    (yard.root / "scripts/gate.py").rename(yard.root / "scripts/judge.py")
    text = (yard.root / "scripts/judge.py").read_text(encoding="utf-8").replace("name='gate'", "name='judge'")
    (yard.root / "scripts/judge.py").write_text(text, encoding="utf-8")
    files = yard.render().files
    assert stale(yard.root, files) == [".github/workflows/any.yml", "actions/gate/action.yml"]
    write(yard.root, files)
    assert not (yard.root / ".github/workflows/any.yml").exists()
    assert not (yard.root / "actions/gate").exists()
    assert (yard.root / "actions/judge/action.yml").exists()
    assert mine.exists() and beside.exists() and readme.exists()


@pytest.mark.parametrize("content", [b"name: nightly\n", b"", b"\xff\xfe", b"#Rendered by shuntyard from x\n"])
def test_a_file_that_was_written_by_hand_is_never_overwritten(yard: Yard, content: bytes) -> None:
    mine = yard.root / ".github/workflows/nightly.yml"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(content)
    before = yard.files()
    with pytest.raises(ProblemsFound) as raised:
        write(yard.root, yard.render().files)
    assert [problem.file for problem in raised.value.problems] == [".github/workflows/nightly.yml"]
    assert "would be overwritten" in raised.value.problems[0].message
    assert yard.files() == before


class Stop(BaseException):
    """An interruption, such as Ctrl-C or a full disk."""


@pytest.mark.parametrize("moment", ["chmod", "replace"])
def test_an_interruption_leaves_the_old_file_whole_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    target = tmp_path / "x.yml"
    target.write_text("old\n", encoding="utf-8")

    def stop(*_: object) -> None:
        raise Stop

    monkeypatch.setattr(Path, moment, stop)
    with pytest.raises(Stop):
        replace_file(target, "new\n")
    monkeypatch.undo()
    assert target.read_text(encoding="utf-8") == "old\n"
    assert list(tmp_path.iterdir()) == [target]


def test_a_text_that_cannot_be_encoded_leaves_the_old_file_whole(tmp_path: Path) -> None:
    target = tmp_path / "x.yml"
    target.write_text("old\n", encoding="utf-8")
    with pytest.raises(UnicodeEncodeError):
        replace_file(target, "new \ud800\n")
    assert target.read_text(encoding="utf-8") == "old\n"
    assert list(tmp_path.iterdir()) == [target]


def test_an_interrupted_rendering_leaves_each_file_old_or_new(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    old = yard.render().files
    write(yard.root, old)
    yard.edit("nightly", "summary: Two arms", "summary: Both arms")
    yard.edit("toolkit", "version: v1", "version: v2")
    new = yard.render().files
    changed = [path for path in new if new[path] != old[path]]
    assert len(changed) > 1
    calls = []

    def stop_at_the_second(target: Path, text: str) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise Stop
        replace_file(target, text)

    monkeypatch.setattr(rendering, "replace_file", stop_at_the_second)
    with pytest.raises(Stop):
        write(yard.root, new)
    texts = {path: (yard.root / path).read_text(encoding="utf-8") for path in new}
    assert texts[changed[0]] == new[changed[0]]
    assert all(texts[path] == old[path] for path in changed[1:])
    monkeypatch.undo()
    assert write(yard.root, new) == changed[1:]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,3}(/[a-z]{1,3})?\.yml", fullmatch=True), st.text(max_size=9), max_size=4)
)
def test_what_is_written_is_what_is_there(tmp_path_factory: pytest.TempPathFactory, texts: dict[str, str]) -> None:
    root = tmp_path_factory.mktemp("write")
    files = {path: HEADLINE + text for path, text in texts.items()}
    assert write(root, files) == list(files)
    assert {path: (root / path).read_bytes() for path in files} == {path: text.encode() for path, text in files.items()}
    assert write(root, files) == []
    assert drift(root, files) == []


def test_rendered_files_can_be_read_by_everyone(yard: Yard) -> None:
    yard.run("render")
    assert (yard.root / ".github/workflows/any.yml").stat().st_mode & 0o777 == 0o644
