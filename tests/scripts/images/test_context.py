"""What an image is built from, and what is refused before anything is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from shuntyard import handover
from shuntyard.errors import ShuntyardError
from shuntyard.handover import Handover
from shuntyard.images import context


def handed(folder: Path, axes: dict[str, str], **wheels: str) -> Handover:
    folder.mkdir()
    for name, text in wheels.items():
        (folder / f"{name}-py3-none-any.whl").write_text(text, encoding="utf-8")
    return handover.write(folder, kind="wheels", axes=axes)


def test_everything_lies_where_the_containerfile_looks(tmp_path: Path) -> None:
    one = handed(tmp_path / "one", {"rocm": "7.2.0"}, **{"mini_pjrt-1.0": "a"})
    two = handed(tmp_path / "two", {"rocm": "7.2.0", "python": "3.12"}, **{"mini_plugin-2.0": "b"})
    suite = tmp_path / "suite"
    (suite / "__pycache__").mkdir(parents=True)
    (suite / "test_a.py").touch()
    wheels = context.wheels_of([one, two])
    text = context.containerfile(python="python3.12", index=False, suite=True, epoch=17)
    file = context.lay_out(tmp_path / "context", wheels, suite=suite, containerfile=text)
    assert file.read_text(encoding="utf-8").splitlines()[:2] == ["ARG BASE", "FROM ${BASE}"]
    assert (file.parent / "wheels" / "ours.txt").read_text(encoding="utf-8") == "mini-pjrt==1.0\nmini-plugin==2.0\n"
    assert [path.name for path in (file.parent / "suite").iterdir()] == ["test_a.py"]
    assert context.axes_of([one, two]) == {"rocm": "7.2.0", "python": "3.12"}
    assert context.axes_of([one], {"gpus": "8"}) == {"rocm": "7.2.0", "gpus": "8"}


def test_ours_are_installed_before_any_index_is_asked() -> None:
    first, second = context.containerfile(python="python3", index=True, suite=False, epoch=17).split("RUN ")[1:]
    assert '"--no-index", "--no-deps"' in first
    assert "--no-index" not in second
    assert "COPY wheels" not in first + second


def test_wheels_of_other_values_are_not_of_one_image(tmp_path: Path) -> None:
    one = handed(tmp_path / "one", {"rocm": "7.1.1"}, **{"a-1.0": "a"})
    two = handed(tmp_path / "two", {"rocm": "7.2.0"}, **{"b-1.0": "b"})
    with pytest.raises(ShuntyardError, match=r"is for rocm 7\.2\.0, and not 7\.1\.1"):
        context.axes_of([one, two])


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ({"a-1.0": "x"}, {"a-1.0": "y"}, "two wheels are called a-1.0-py3-none-any.whl and differ"),
        ({"a-1.0": "x"}, {"a-1.1": "x"}, r"a was handed over in several versions: 1\.0, 1\.1"),
    ],
)
def test_wheels_that_collide(tmp_path: Path, first: dict[str, str], second: dict[str, str], said: str) -> None:
    both = [handed(tmp_path / "one", {}, **first), handed(tmp_path / "two", {}, **second)]
    with pytest.raises(ShuntyardError, match=said):
        context.wheels_of(both)


def test_a_hand_over_without_wheels(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "log").touch()
    with pytest.raises(ShuntyardError, match="no wheel was handed over"):
        context.wheels_of([handover.write(tmp_path / "logs", kind="wheels", axes={})])


@pytest.mark.parametrize("target", ["/etc/passwd", "../secret"])
def test_a_link_out_of_the_suite_is_refused(tmp_path: Path, target: str) -> None:
    suite = tmp_path / "suite"
    suite.mkdir()
    (suite / "link").symlink_to(target)
    with pytest.raises(ShuntyardError, match="leads out of the suite"):
        context.lay_out(tmp_path / "context", [], suite=suite, containerfile="")


@pytest.mark.parametrize("python", ['python3", "-c', "python3 && id", "-c", ""])
def test_a_python_that_is_more_than_a_program(python: str) -> None:
    with pytest.raises(ShuntyardError, match="input 'python'"):
        context.containerfile(python=python, index=False, suite=False, epoch=0)


def test_settings_of_pip() -> None:
    assert context.pip_settings("https://ci:a%20b@index.example/simple") == (
        "[global]\nindex-url = https://ci:a%%20b@index.example/simple\n"
    )
    assert context.pip_settings("default") == ""
    with pytest.raises(ShuntyardError, match="not understood") as error:
        context.pip_settings("https://x\ntrusted-host = hush")
    assert "hush" not in error.value.message
