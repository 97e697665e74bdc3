"""Secrets in layers: found by value in every form, by name, and never shown."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.images.layout import read_layout
from shuntyard.images.leaks import SHORTEST, find_leaks
from tests.scripts.images.layouts import write_layout

SECRET = ("REGISTRY_PASSWORD", "p@ss w/rd:42")
MEGABYTE = 1 << 20


def found(folder: Path, layers: list[dict[str, bytes]], **more: object) -> list[str]:
    base = tuple(write_layout(folder / "layout", layers, **more)[:1]) if len(layers) > 1 else ()  # type: ignore[arg-type]
    if not base:
        write_layout(folder / "layout", layers, **more)  # type: ignore[arg-type]
    return [str(leak) for leak in find_leaks(read_layout(folder / "layout", base), [SECRET])]


@pytest.mark.parametrize(
    "data",
    [
        SECRET[1].encode(),
        b"https://ci:" + quote(SECRET[1], safe="").encode() + b"@index.example",
        base64.b64encode(SECRET[1].encode()),
        base64.b64encode(b"c:" + SECRET[1].encode() + b"\n"),
        base64.b64encode(b"ci-user:" + SECRET[1].encode()),
        base64.b64encode(b"ci-users:" + SECRET[1].encode()),
        b"x" * (MEGABYTE - 3) + SECRET[1].encode(),
        b"x" * (3 * MEGABYTE - 1) + SECRET[1].encode(),
    ],
    ids=[
        "plain",
        "address",
        "base64",
        "pair",
        "another pair",
        "third pair",
        "over the first piece's end",
        "over the third's",
    ],
)
def test_a_value_is_found_in_every_form(tmp_path: Path, data: bytes) -> None:
    (leak,) = found(tmp_path, [{"etc/token": data}])
    assert leak.startswith("layer 1: etc/token holds the value of REGISTRY_PASSWORD")
    assert SECRET[1] not in leak


def test_a_value_is_found_in_the_configuration_and_in_a_link(tmp_path: Path) -> None:
    config = {"Env": [f"TOKEN={SECRET[1]}"]}
    assert found(tmp_path, [{"a": b""}], config=config, links=SECRET[1]) == [
        "the image: configuration holds the value of REGISTRY_PASSWORD",
        "layer 1: a file's name holds the value of REGISTRY_PASSWORD",
    ]


def test_a_layer_keeps_what_a_later_one_removes(tmp_path: Path) -> None:
    write_layout(tmp_path / "layout", [{"root/.netrc": b"machine x"}, {"root/.wh..netrc": b""}])
    leaks = [str(leak) for leak in find_leaks(read_layout(tmp_path / "layout"), [])]
    assert leaks == ["layer 1: root/.netrc has the name of a file with credentials (.netrc)"]


def test_the_base_s_own_files_are_not_ours(tmp_path: Path) -> None:
    assert found(tmp_path, [{"usr/share/dns/root.key": b"public"}, {"opt/a.py": b""}]) == []


@pytest.mark.parametrize(
    ("name", "leaks"),
    [
        ("home/ci/.pypirc", True),
        ("opt/server.key", True),
        ("root/.docker/config.json", True),
        ("config.json", False),
        ("opt/my.docker/config.json", False),
        ("site-packages/certifi/cacert.pem", False),
        ("site-packages/keyring/key.py", False),
    ],
)
def test_names_of_credentials(tmp_path: Path, name: str, leaks: bool) -> None:
    assert bool(found(tmp_path, [{name: b""}])) is leaks


def test_a_short_value_is_not_looked_for(tmp_path: Path) -> None:
    write_layout(tmp_path / "layout", [{"a": b"on"}])
    assert find_leaks(read_layout(tmp_path / "layout"), [("FLAG", "on")]) == []


@given(value=st.text(min_size=SHORTEST, max_size=40), before=st.binary(max_size=200), after=st.binary(max_size=200))
def test_any_value_is_found_wherever_it_stands(
    tmp_path_factory: pytest.TempPathFactory, value: str, before: bytes, after: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    write_layout(folder / "layout", [{"a": before + value.encode("utf-8", "surrogateescape") + after}])
    assert find_leaks(read_layout(folder / "layout"), [("X", value)])
