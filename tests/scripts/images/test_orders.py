"""From inputs to an order: labels, times, what is watched, what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from shuntyard import handover
from shuntyard.errors import ShuntyardError
from shuntyard.images.build import Order
from shuntyard.images.orders import at_digest, login_host, read_labels, read_order
from shuntyard.images.registry import Registry

BASE = "registry.example/base@sha256:" + "b" * 64


def order(folder: Path, environment: Mapping[str, str] | None = None, /, **given: str) -> Order:
    wheels = folder / "wheels"
    wheels.mkdir(exist_ok=True)
    (wheels / "a-1.0-py3-none-any.whl").touch()
    handover.write(wheels, kind="wheels", axes={"rocm": "7.2.0"})
    text = dict.fromkeys(
        (
            "axes",
            "containerfile",
            "suite",
            "index",
            "index-url",
            "build-secret",
            "registry-password",
            "labels",
            "version",
            "push",
        ),
        "",
    )
    text |= {"wheels": "\nwheels\n", "base": BASE, "python": "python3", "timeout-minutes": "60", "output": "image"}
    text["follow-tag"] = "False"
    return read_order(
        text | {name.replace("_", "-"): value for name, value in given.items()}, environment or {}, folder
    )


def test_labels_say_where_it_comes_from(tmp_path: Path) -> None:
    env = {
        "SOURCE_DATE_EPOCH": "0",
        "GITHUB_SHA": "c0ffee",
        "GITHUB_REPOSITORY": "a/b",
        "GITHUB_SERVER_URL": "https://g",
    }
    labels = order(tmp_path, env, version="1.2.3", labels="team=yard\norg.opencontainers.image.source=mine").labels
    assert labels == {
        "org.opencontainers.image.created": "1970-01-01T00:00:00Z",
        "org.opencontainers.image.revision": "c0ffee",
        "org.opencontainers.image.source": "mine",
        "org.opencontainers.image.version": "1.2.3",
        "org.opencontainers.image.base.name": "registry.example/base",
        "org.opencontainers.image.base.digest": "sha256:" + "b" * 64,
        "shuntyard.axis.rocm": "7.2.0",
        "team": "yard",
    }


def test_without_an_epoch_it_is_not_reproducible(tmp_path: Path) -> None:
    assert not order(tmp_path).reproducible
    assert order(tmp_path, {"SOURCE_DATE_EPOCH": "17"}).epoch == 17


def test_an_address_s_password_is_watched_as_it_is_sent(tmp_path: Path) -> None:
    watched = dict(order(tmp_path, index_url="https://ci:p%40ss@index.example").watched)
    assert watched["IMAGE_INDEX_URL"] == "https://ci:p%40ss@index.example"
    values = [value for _, value in order(tmp_path, index_url="https://ci:p%40ss@index.example").watched]
    assert {"p%40ss", "p@ss"} <= set(values)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"base": "registry.example/base:latest"}, "has no digest"),
        ({"base": "registry.example/Base:latest", "follow_tag": "True"}, "no place for an image"),
        ({"base": "registry.example/base:-q", "follow_tag": "True"}, "no tag of an image"),
        ({"base": f"rocm=7.1.1 {BASE}"}, r"no base is for rocm=7\.2\.0"),
        ({"axes": "rocm=7.1.1"}, r"is for rocm 7\.2\.0, and not 7\.1\.1"),
        ({"push": "registry.example/Team/image"}, "no place for an image"),
        ({"push": "registry.example/image:a b"}, "no tag of an image"),
        ({"python": "python3;id"}, "input 'python'"),
        ({"index": "https://ci:hush@index.example"}, "holds a password"),
        ({"labels": "Team"}, "is not understood"),
    ],
)
def test_what_cannot_be_meant(tmp_path: Path, given: dict[str, str], said: str) -> None:
    with pytest.raises(ShuntyardError, match=said) as error:
        order(tmp_path, **given)
    assert "hush" not in error.value.message


def test_a_base_for_each_value(tmp_path: Path) -> None:
    lines = "\n".join(f"rocm={rocm} python=3.12 {BASE[:-1]}{rocm[2]}" for rocm in ("7.1.1", "7.2.0"))
    found = order(tmp_path, axes="python=3.12", base=lines)
    assert (found.base, found.axes) == (f"{BASE[:-1]}2", {"python": "3.12", "rocm": "7.2.0"})


def test_an_epoch_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ShuntyardError, match="SOURCE_DATE_EPOCH is 'today'"):
        order(tmp_path, {"SOURCE_DATE_EPOCH": "today"})


def test_labels_are_data() -> None:
    assert read_labels("a=1=2\n\n b.c = x y ".replace(" b.c = ", "b.c=")) == {"a": "1=2", "b.c": "x y"}


class Holds(Registry):
    """A registry with one image."""

    def __init__(self, image: str, digest: str) -> None:
        self._held = {image: digest}

    def digest(self, image: str) -> str:
        return self._held.get(image, "")


@pytest.mark.parametrize("name", ["registry.example:5000/base:main", "registry.example/base"])
def test_a_tag_that_is_followed_becomes_its_digest(tmp_path: Path, name: str) -> None:
    asked = order(tmp_path, base=name, follow_tag="True", labels="team=yard")
    found = at_digest(asked, Holds(name, "sha256:" + "c" * 64))
    assert found.base == f"{name.removesuffix(':main')}@sha256:{'c' * 64}"
    assert found.labels == {
        **asked.labels,
        "org.opencontainers.image.base.name": name,
        "org.opencontainers.image.base.digest": "sha256:" + "c" * 64,
    }


def test_a_tag_that_names_nothing_is_told(tmp_path: Path) -> None:
    asked = order(tmp_path, base="registry.example/base:main", follow_tag="True")
    with pytest.raises(ShuntyardError, match=r"there is no base registry\.example/base:main"):
        at_digest(asked, Holds("registry.example/base:other", "sha256:" + "c" * 64))


def test_a_digest_stays_what_it_is(tmp_path: Path) -> None:
    assert order(tmp_path, base=BASE, follow_tag="True").base == BASE


@pytest.mark.parametrize(
    ("push", "base", "host"),
    [
        ("ghcr.example/me/staging", "quay.example/team/runtime@sha256:" + "b" * 64, "ghcr.example"),
        ("", "quay.example/team/runtime@sha256:" + "b" * 64, "quay.example"),
        ("ghcr.example/me/staging", "oci:layout:image", "ghcr.example"),
        ("", "localhost/base", ""),
    ],
)
def test_a_password_goes_to_the_registry_that_it_is_for(tmp_path: Path, push: str, base: str, host: str) -> None:
    assert login_host(order(tmp_path, push=push, base=base)) == host
