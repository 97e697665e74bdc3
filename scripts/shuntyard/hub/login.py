"""Which GitHub, which repository, whose token: all from the environment, so that no command line ever shows a token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from shuntyard.errors import ShuntyardError

API = "https://api.github.com"
TOKENS = ("GH_TOKEN", "GITHUB_TOKEN")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9._-]+")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Where and as whom. The token shows in no representation of it."""

    api: str
    repository: str
    token: str = field(repr=False)


def read_login(env: Mapping[str, str], repository: str = "", api: str = "") -> Login:
    """From GITHUB_API_URL, GITHUB_REPOSITORY and the first of GH_TOKEN and GITHUB_TOKEN; arguments win.

    Raises ShuntyardError for what is missing, and for an address that would send the token in the clear.
    """
    api = (api or env.get("GITHUB_API_URL", "") or API).rstrip("/")
    address = urlsplit(api)
    if address.scheme != "https" and not (address.scheme == "http" and address.hostname in _LOOPBACK):
        raise ShuntyardError("the API's address is not https", hint=f"set GITHUB_API_URL, such as {API}")
    if address.username or address.password:
        raise ShuntyardError("the API's address carries a login", hint="set GH_TOKEN instead")
    repository = repository or env.get("GITHUB_REPOSITORY", "")
    if not _REPOSITORY.fullmatch(repository) or repository.endswith(("/.", "/..")):
        shown = f"{repository[:100]!r} is no repository" if repository else "no repository is named"
        raise ShuntyardError(shown, hint="set GITHUB_REPOSITORY to owner/name")
    token = next((env[name].strip() for name in TOKENS if env.get(name, "").strip()), "")
    if not token:
        raise ShuntyardError("there is no token for GitHub", hint=f"set {TOKENS[0]}; in a workflow, to github.token")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ShuntyardError(f"{TOKENS[0]} holds what no token has", hint="set it to the token and nothing else")
    return Login(api=api, repository=repository, token=token)
