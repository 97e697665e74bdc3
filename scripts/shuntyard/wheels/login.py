"""Where to upload and as whom, from secrets: a .pypirc with a named repository, or a URL, a name and a password."""

# ruff: noqa: S105, S106 - the names of secrets, not their values
from __future__ import annotations

import base64
import configparser
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from shuntyard.contract import Input, Value
from shuntyard.errors import ShuntyardError

_WHERE = "set it under Settings, Secrets and variables, Actions, and pass it on with 'secrets:'"
_NEEDED = f"it is needed, unless the secret PYPIRC has all of it; {_WHERE}"
_HIDDEN = "***"

INPUTS = (
    Input(
        name="repository", help="The name of a repository in the secret PYPIRC, where there are several.", default=""
    ),
    Input(
        name="pypirc",
        secret="PYPIRC",
        help="A .pypirc with the repository; optional, stands for the three others.",
        default="",
    ),
    Input(
        name="repository-url", secret="TWINE_REPOSITORY_URL", help="Where to upload; needed without PYPIRC.", default=""
    ),
    Input(name="username", secret="TWINE_USERNAME", help="Whose upload; optional with a token.", default="__token__"),
    Input(name="password", secret="TWINE_PASSWORD", help="The password or token; needed without PYPIRC.", default=""),
    Input(
        name="index-url",
        secret="TWINE_INDEX_URL",
        help="Where pip finds what was uploaded; optional, else simple/ below the repository's URL.",
        default="",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A repository. Its password is in no representation of it; `index` is where pip looks."""

    url: str
    username: str
    password: str = field(repr=False)
    index: str
    password_secret: str

    def hide(self, text: str) -> str:
        """The text without the password, and without the URL, which may be as secret. An index may answer with what it
        was sent, so the password goes in the form that a request has it in as well."""
        for secret in filter(None, (self.basic, self.password, self.url.rstrip("/"), self.index.rstrip("/"))):
            text = text.replace(secret, _HIDDEN)
        return text

    @property
    def basic(self) -> str:
        """Name and password as a request has them (RFC 7617)."""
        return base64.b64encode(f"{self.username}:{self.password}".encode()).decode()

    def is_ours(self, url: str) -> bool:
        """Whether a URL is on the repository's own server, which alone gets the password."""
        return urlsplit(url)[:2] in (urlsplit(self.url)[:2], urlsplit(self.index)[:2])


def read_login(inputs: Mapping[str, Value]) -> Login:
    """The login. Raises ShuntyardError that names the secret that is missing, and what it is for."""
    url, username, password, secret = (
        *(str(inputs[name]) for name in ("repository-url", "username", "password")),
        "TWINE_PASSWORD",
    )
    if inputs["pypirc"]:
        url, username, password = _from_file(str(inputs["pypirc"]), str(inputs["repository"]))
        secret = "PYPIRC"
    elif inputs["repository"]:
        raise ShuntyardError(
            f"the repository {inputs['repository']!r} is named in no .pypirc: the secret PYPIRC is missing",
            hint=f"it is optional, TWINE_REPOSITORY_URL does without it; {_WHERE}",
        )
    if not url:
        raise ShuntyardError("the secret TWINE_REPOSITORY_URL is missing, where to upload to", hint=_NEEDED)
    if not password:
        lacks = "has no password" if inputs["pypirc"] else "is missing"
        raise ShuntyardError(f"the secret {secret} {lacks}, and uploading needs a password", hint=_NEEDED)
    index = str(inputs["index-url"]) or _below(url)
    for what, each in (("TWINE_REPOSITORY_URL", url), ("TWINE_INDEX_URL", index)):
        _check_url(what, each)
    return Login(url=url, username=username, password=password, index=index, password_secret=secret)


def _from_file(text: str, repository: str) -> tuple[str, str, str]:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
        listed = [name for name in parser.sections() if name != "distutils"]
        name = repository or (listed[0] if len(listed) == 1 else "")
        section = parser[name]
    except KeyError as error:
        hint = f"set input 'repository' to one of {', '.join(listed)}"
        raise ShuntyardError(f"the secret PYPIRC has no repository {repository!r}", hint=hint) from error
    except configparser.Error:  # its text quotes lines of the file, which may hold the password
        raise ShuntyardError("the secret PYPIRC is not a .pypirc", hint=_WHERE) from None
    return section.get("repository", ""), section.get("username", "__token__"), section.get("password", "")


def _below(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/simple/", query="", fragment=""))


def _check_url(secret: str, url: str) -> None:
    """A password goes out by https only, but to this machine itself."""
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname))
        )
        open_ = parts.username is not None or parts.password is not None
    except ValueError:
        sound, open_ = False, False
    if not sound:
        raise ShuntyardError(f"the secret {secret} is not an https:// URL", hint=_WHERE)
    if open_:
        raise ShuntyardError(
            f"the secret {secret} has a name or password in its URL", hint="use TWINE_USERNAME and TWINE_PASSWORD"
        )


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
