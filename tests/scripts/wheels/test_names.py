"""File names of wheels, and how they carry the axes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.errors import ShuntyardError
from shuntyard.wheels import names
from shuntyard.wheels.names import WheelName, axes_label, read_sdist, read_wheel, stamped

PLAIN = read_wheel("mini_plugin-0.3.0-cp312-cp312-manylinux_2_28_x86_64.whl")
PART = st.from_regex(r"[A-Za-z0-9_.]{1,12}", fullmatch=True)
VALUES = st.from_regex(r"[a-z0-9]{1,4}(\.[a-z0-9]{1,4}){0,3}", fullmatch=True)


@given(PART, PART, st.from_regex(r"[0-9][a-z0-9_.]{0,8}", fullmatch=True) | st.just(""), PART, PART, PART)
def test_a_name_is_its_parts(distribution: str, version: str, build: str, python: str, abi: str, platform: str) -> None:
    name = WheelName(
        distribution=distribution, version=version, build=build, python=python, abi=abi, platform=platform
    )  # fmt: skip
    assert read_wheel(str(name)) == name


@pytest.mark.parametrize(
    "text",
    ["a-1-cp311-cp311.whl", "a-1-x1-cp311-cp311-any.whl", "a/../b-1-py3-none-any.whl", "a-1-py3-none-any.zip", ""],
)
def test_what_is_no_wheel(text: str) -> None:
    with pytest.raises(ShuntyardError, match="not the name of a wheel"):
        read_wheel(text)


@given(VALUES, VALUES)
def test_no_two_rocm_versions_share_a_name(one: str, other: str) -> None:
    for naming in ("local", "build"):
        made = {str(stamped(PLAIN, axes_label({"rocm": value}), naming)) for value in (one, other)}
        assert len(made) == len({one, other})


@given(st.dictionaries(st.sampled_from(["rocm", "gpu", "os"]), VALUES, min_size=1))
def test_stamping_twice_is_stamping_once(axes: dict[str, str]) -> None:
    label = axes_label(axes)
    for naming in ("local", "build"):
        once = stamped(PLAIN, label, naming)
        assert read_wheel(str(once)) == once
        assert stamped(once, label, "none") == once


def test_where_the_label_goes() -> None:
    label = axes_label({"rocm": "7.2.0", "python": "3.12"})
    assert label == "rocm7.2.0"
    assert str(stamped(PLAIN, label, "local")).startswith("mini_plugin-0.3.0+rocm7.2.0-cp312-")
    assert str(stamped(PLAIN, label, "build")).startswith("mini_plugin-0.3.0-1rocm7.2.0-cp312-")
    nightly = read_wheel("a-1.0+git.abc-py3-none-any.whl")
    assert stamped(nightly, label, "local").version == "1.0+git.abc.rocm7.2.0"
    assert stamped(PLAIN, "", "local") == PLAIN


def test_a_name_without_the_label_collides() -> None:
    with pytest.raises(ShuntyardError, match=r"does not say that it is for rocm7\.2\.0"):
        stamped(PLAIN, "rocm7.2.0", "none")
    own = read_wheel("a-1.0+rocm7.2.0-py3-none-any.whl")
    assert stamped(own, "rocm7.2.0", "none") == own
    with pytest.raises(ShuntyardError):
        stamped(own, "rocm7.2", "none")


def test_a_value_that_no_version_can_hold() -> None:
    with pytest.raises(ShuntyardError, match="label"):
        axes_label({"rocm": "7.2; rm"})


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("a-1-cp312-cp312-linux_x86_64.whl", "3.12"),
        ("a-1-cp39-abi3-linux_x86_64.whl", ""),
        ("a-1-py3-none-any.whl", ""),
        ("a-1-cp313-cp313t-linux_x86_64.whl", "3.13"),
    ],
)
def test_the_python_of_a_wheel(name: str, version: str) -> None:
    assert read_wheel(name).python_version == version


def test_source_distributions() -> None:
    assert read_sdist("mini_plugin-0.3.0.tar.gz") == ("mini-plugin", "0.3.0")
    assert read_sdist("a-b-1.0+x.tar.gz") == ("a-b", "1.0+x")
    with pytest.raises(ShuntyardError):
        read_sdist("mini_plugin.tar.gz")
    assert names.normal("Mini_Plugin.x") == "mini-plugin-x"
