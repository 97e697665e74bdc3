"""Secrets go from what is shown and kept, wherever they stand."""

from __future__ import annotations

import io
import json
from pathlib import Path

from hypothesis import given as for_all
from hypothesis import strategies as st

from shuntyard.bazel.redact import Redacted, Redactor, copy_file
from tests.scripts.bazel.samples import CERT, KEY, SECRET_LINES

REDACTOR = Redactor([CERT, KEY])


@for_all(
    st.lists(st.one_of(st.binary(max_size=30), st.sampled_from([CERT.encode(), KEY.encode()]))), st.integers(1, 50)
)
def test_no_line_of_a_secret_passes_however_it_is_cut(parts: list[bytes], size: int) -> None:
    data = b"".join(parts)
    target = io.BytesIO()
    out = Redacted(REDACTOR, target)
    for at in range(0, len(data), size):
        out.write(data[at : at + size])
    out.close()
    assert not [row for row in SECRET_LINES if row.encode() in target.getvalue()]
    assert Redactor([]).bytes(data) == data


def test_the_rest_stays_as_it_was() -> None:
    target = io.BytesIO()
    out = Redacted(REDACTOR, target)
    out.write(b"first\r\nsec")
    out.write(b"ond \xff\n")
    assert target.getvalue() == b"first\r\nsecond \xff\n"
    out.write(b"begun")
    out.close()
    assert target.getvalue().endswith(b"begun")


def test_a_secret_in_json_is_found() -> None:
    assert not [row for row in SECRET_LINES if row in REDACTOR.text(json.dumps({"log": f"x{KEY}y"}))]


def test_an_endless_line_is_not_held_for_ever() -> None:
    target = io.BytesIO()
    out = Redacted(REDACTOR, target)
    secret = SECRET_LINES[0].encode()
    for _ in range(3):
        out.write(b"x" * (1 << 20) + secret)
    assert len(target.getvalue()) > 2 << 20
    out.close()
    assert secret not in target.getvalue()


def test_a_copy_is_bounded_and_says_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100_000 + KEY.encode())
    assert copy_file(REDACTOR, tmp_path / "a", tmp_path / "b", 70_000) == 30_000 + len(KEY)
    assert (tmp_path / "b").read_text().endswith("more bytes]\n")


@for_all(st.integers(1, 400))
def test_a_copy_that_is_cut_inside_a_secret_shows_nothing_of_its_line(limit: int) -> None:
    target = io.BytesIO()
    REDACTOR.copy(io.BytesIO(f"log: {KEY}".encode()), target, limit)
    shown = target.getvalue().decode()
    assert not [row for row in SECRET_LINES for size in range(4, len(row)) if shown.endswith(row[:size])]
