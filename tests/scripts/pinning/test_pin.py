"""The pin's file: read whole, rewritten with its comments."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.errors import ShuntyardError
from shuntyard.pinning.pin import PIN, pin_in, read_lines, read_pin, replaced

OLD, NEW = "2.13.0", "0123456789abcdef" * 2 + "01234567"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2.13.0\n", f"{NEW}\n"),
        ("2.13.0", f"{NEW}\n"),
        ("# moved by bump-pin\n\n  2.13.0  # the last with CUDA 12\n# end\n", f"# moved by bump-pin\n\n{NEW}\n# end\n"),
        ("# 2.13.0\r\n2.13.0\r\n", f"# 2.13.0\r\n{NEW}\n"),
    ],
)
def test_a_pin_is_replaced_and_comments_stay(before: str, after: str) -> None:
    assert replaced(before, OLD, NEW) == after
    assert pin_in(after, Path("pin.txt")) == NEW


@given(
    st.lists(st.text(alphabet="#ab \t", max_size=8).map(lambda text: f"#{text}")), st.from_regex(PIN, fullmatch=True)
)
def test_what_is_written_is_read(comments: list[str], old: str) -> None:
    text = "\n".join([*comments, old, *comments])
    assert pin_in(text, Path("p")) == old.strip()
    assert pin_in(replaced(text, old.strip(), NEW), Path("p")) == NEW


def test_a_link_out_of_the_checkout_is_no_pin(tmp_path: Path) -> None:
    (tmp_path / "checkout").mkdir()
    (tmp_path / "secret").write_text(OLD)
    (tmp_path / "checkout" / "pin.txt").symlink_to(tmp_path / "secret")
    with pytest.raises(ShuntyardError, match="no pin"):
        read_pin(Path("pin.txt"), tmp_path / "checkout")


REQUIREMENTS = "# torch 2.13.0 is pinned\ntorch==2.13.0 # from an index\npytest>=8\n"
BUILD = "torch @ git+https://example.org/torch@{ref}"


def test_the_line_with_the_pin_moves_with_it(tmp_path: Path) -> None:
    (tmp_path / "pinned.txt").write_text(REQUIREMENTS, encoding="utf-8")
    (line,) = read_lines(f"\npinned.txt {BUILD}\n", tmp_path)
    once = line.replaced(OLD, NEW)
    assert once == f"# torch 2.13.0 is pinned\n{BUILD.format(ref=NEW)}\npytest>=8\n"
    (tmp_path / "pinned.txt").write_text(once, encoding="utf-8")
    (again,) = read_lines(f"pinned.txt {BUILD}", tmp_path)
    assert again.replaced(NEW, "f" * 40) == once.replace(NEW, "f" * 40)
    assert read_lines("", tmp_path) == ()


@pytest.mark.parametrize("text", ["torch>=2\n", "torch==2.13.0\ntorchvision==2.13.0\n"])
def test_a_file_where_not_one_line_has_the_pin_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "pinned.txt").write_text(text, encoding="utf-8")
    (line,) = read_lines(f"pinned.txt {BUILD}", tmp_path)
    with pytest.raises(ShuntyardError, match=r"[02] lines of pinned\.txt have the pin 2\.13\.0"):
        line.replaced(OLD, NEW)


@pytest.mark.parametrize("text", ["pinned.txt", "pinned.txt torch", "../out.txt {ref}", "gone.txt {ref}"])
def test_lines_that_cannot_be_meant(tmp_path: Path, text: str) -> None:
    (tmp_path / "checkout").mkdir()
    (tmp_path / "out.txt").touch()
    with pytest.raises(ShuntyardError):
        read_lines(text, tmp_path / "checkout")
