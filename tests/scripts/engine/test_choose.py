"""Which engine is taken: what is asked for, else the first that works."""

from __future__ import annotations

from pathlib import Path

import pytest

from shuntyard.engine.choose import choose
from shuntyard.errors import ShuntyardError
from tests.scripts.engine.standins import stand_in

DOWN = {"version": (1, "Cannot connect to the Docker daemon")}


def test_the_first_that_works_is_taken(tmp_path: Path) -> None:
    found = choose("", stand_in(tmp_path, "podman", "docker").env)
    assert found is not None
    assert found.name == "docker"


def test_docker_without_its_daemon_is_passed_over(tmp_path: Path) -> None:
    programs = stand_in(tmp_path, "docker", "podman", answers=DOWN)
    found = choose("", programs.env)
    assert found is not None
    assert found.name == "podman"
    with pytest.raises(ShuntyardError, match="docker does not work here: Cannot connect to the Docker daemon"):
        choose("docker", programs.env)


def test_none_where_there_is_none_or_none_is_wanted(tmp_path: Path) -> None:
    programs = stand_in(tmp_path, "docker", answers=DOWN)
    assert choose("", programs.env) is None
    assert choose("", {"PATH": ""}) is None
    assert choose("none", programs.env) is None


@pytest.mark.parametrize(("name", "said"), [("podman", "podman is not installed here"), ("lxc", "no container engine")])
def test_what_is_asked_for_must_be_there(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(ShuntyardError, match=said):
        choose(name, stand_in(tmp_path, "docker").env)
