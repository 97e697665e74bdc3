"""Which GitHub, which repository, whose token."""

from __future__ import annotations

from pathlib import Path

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.hub.choose import open_hub
from shuntyard.hub.github import GitHubHub
from shuntyard.hub.local import LocalHub
from shuntyard.hub.login import read_login

ENV = {"GH_TOKEN": "secret-token", "GITHUB_REPOSITORY": "o/r"}


def test_the_environment_says_it_all() -> None:
    login = read_login({**ENV, "GITHUB_API_URL": "https://ghe.test/api/v3/", "GITHUB_TOKEN": "other"})
    assert (login.api, login.repository, login.token) == ("https://ghe.test/api/v3", "o/r", "secret-token")
    assert read_login(ENV).api == "https://api.github.com"


def test_arguments_win() -> None:
    login = read_login({**ENV, "GITHUB_API_URL": "https://a.test"}, "x/y", "http://127.0.0.1:1")
    assert (login.api, login.repository) == ("http://127.0.0.1:1", "x/y")


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"GH_TOKEN": "t"},
        {"GITHUB_REPOSITORY": "o/r"},
        {"GH_TOKEN": " ", "GITHUB_REPOSITORY": "o/r"},
        {"GH_TOKEN": "secret-token\nX-Evil: 1", "GITHUB_REPOSITORY": "o/r"},
        {"GH_TOKEN": "secret-token", "GITHUB_REPOSITORY": "o/r/../../user"},
        {"GH_TOKEN": "secret-token", "GITHUB_REPOSITORY": "o/.."},
        {**ENV, "GITHUB_API_URL": "http://api.test"},
        {**ENV, "GITHUB_API_URL": "ftp://api.test"},
        {**ENV, "GITHUB_API_URL": "https://me:secret-token@api.test"},
    ],
)
def test_what_is_missing_or_unsafe_is_said_without_the_token(env: dict[str, str]) -> None:
    with pytest.raises(ShuntyardError) as error:
        read_login(env)
    assert "secret-token" not in error.value.message + error.value.hint


def test_a_hub_by_its_name(tmp_path: Path) -> None:
    assert isinstance(open_hub("github", ENV), GitHubHub)
    local = open_hub(str(tmp_path), {})
    assert isinstance(local, LocalHub) and local.folder == tmp_path
