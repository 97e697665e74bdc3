"""A container registry through skopeo: push, copy, ask; with the credentials of one call and no other's.

Source: skopeo-copy(1), containers-auth.json(5); OCI Distribution Specification, "Error Codes".
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shuntyard.contract import Input
from shuntyard.engine.client import inherited, loopback, undone
from shuntyard.engine.private import write_private
from shuntyard.errors import EXIT_PROBLEMS, ShuntyardError
from shuntyard.text import line

_TRIES, _PAUSE_S, _LONGEST_S = 4, 2.0, 3600.0
_REFERENCE = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_REFUSED = re.compile(r"unauthorized|authentication required|status(?: code)?:? 401|401 \(unauthorized", re.IGNORECASE)
_FORBIDDEN = re.compile(r"denied|forbidden|\b403\b", re.IGNORECASE)
_MISSING = re.compile(r"manifest unknown|name unknown|\b404\b|not found", re.IGNORECASE)
_BRIEFLY = re.compile(
    r"connection (refused|reset)|no such host|timeout|deadline|unexpected EOF|\b(429|50[0234])\b|unavailable"
    r"|unreachable",
    re.IGNORECASE,
)


LOGIN = (
    Input(
        name="registry-username",
        default="",
        secret="REGISTRY_USERNAME",  # noqa: S106 - a name
        help="optional: for the registry, where it asks for a password and this machine is not logged in",
    ),
    Input(
        name="registry-password",
        default="",
        secret="REGISTRY_PASSWORD",  # noqa: S106 - a name
        help="optional: goes with REGISTRY_USERNAME",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """For one registry; empty where the machine is logged in already, or nobody has to. `names` are the secrets."""

    username: str = ""
    password: str = ""
    names: tuple[str, str] = ("REGISTRY_USERNAME", "REGISTRY_PASSWORD")

    def __post_init__(self) -> None:
        if bool(self.username) != bool(self.password):
            missing = self.names[0] if self.password else self.names[1]
            hint = "set both, or neither where the registry asks for no password or this machine is logged in"
            raise ShuntyardError(
                f"the secret {missing} is missing, and {' and '.join(self.names)} go together", hint=hint
            )


def check_repository(text: str) -> str:
    """`registry.example/team/image`, without a tag. Raises ShuntyardError."""
    if not _REFERENCE.fullmatch(text):
        hint = "such as registry.example/team/image: a host, a path in small letters, no tag"
        raise ShuntyardError(f"{text[:200]!r} is no place for an image in a registry", hint=hint)
    return text


def check_tag(text: str) -> str:
    """The tag. Raises ShuntyardError."""
    if not _TAG.fullmatch(text):
        raise ShuntyardError(f"{text[:200]!r} is no tag of an image", hint="letters, digits, _ . and -, at most 128")
    return text


def host(repository: str) -> str:
    """The registry's host and port."""
    return repository.partition("/")[0]


class Registry:
    """skopeo with the credentials of `open_registry`."""

    def __init__(self, env: Mapping[str, str], authfile: Path | None, names: Mapping[str, Credentials]) -> None:
        program = shutil.which("skopeo", path=env.get("PATH"))
        if program is None:
            raise ShuntyardError("skopeo is not installed here", hint="on Debian and Ubuntu: apt-get install skopeo")
        self._program, self._env, self._names = program, inherited(env), names
        self.authfile = authfile
        self._auth = [f"--authfile={authfile}"] if authfile else []
        self._pause: Callable[[float], None] = time.sleep

    def push(self, layout: Path, target: str) -> None:
        """Copies an image layout's image to `repository:tag`, byte for byte."""
        self._copy(f"oci:{layout}:image", f"docker://{target}", [], self._tls("dest", target), target)

    def copy(self, source: str, target: str) -> None:
        """Copies an image between repositories, byte for byte."""
        tls = [*self._tls("src", source), *self._tls("dest", target)]
        self._copy(f"docker://{source}", f"docker://{target}", ["--all"], tls, target)

    def digest(self, image: str) -> str:
        """The digest of what the registry has under this name, from its bytes; empty where it has nothing."""
        argv = ["inspect", "--raw", *self._auth, *self._tls("", image), f"docker://{image}"]
        code, out, said = self._tried(argv)
        if code == 0:
            return f"sha256:{hashlib.sha256(out).hexdigest()}"
        if _MISSING.search(said) and not _REFUSED.search(said):
            return ""
        raise self._refusal(image, said)

    def _copy(self, source: str, target: str, options: list[str], tls: list[str], image: str) -> None:
        argv = ["copy", "--quiet", "--preserve-digests", *options, *self._auth, *tls, source, target]
        code, _, said = self._tried(argv)
        if code != 0:
            raise self._refusal(image, said)

    def _tls(self, side: str, image: str) -> list[str]:
        return [f"--{side}-tls-verify=false" if side else "--tls-verify=false"] if loopback(image) else []

    def _tried(self, argv: list[str]) -> tuple[int, bytes, str]:
        """Exit code, output and complaint; what may be over soon is tried again."""
        for attempt in range(1, _TRIES + 1):
            try:
                done = subprocess.run(
                    [self._program, *argv],
                    env=self._env,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=_LONGEST_S,
                    start_new_session=True,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return 1, b"", f"timeout: it took more than {_LONGEST_S:.0f} s"
            said = done.stderr.decode("utf-8", errors="replace")
            if done.returncode == 0 or attempt == _TRIES or _REFUSED.search(said) or not _BRIEFLY.search(said):
                break
            self._pause(_PAUSE_S * 2 ** (attempt - 1))
        return done.returncode, done.stdout, said

    def _refusal(self, image: str, said: str) -> ShuntyardError:
        """What the registry's refusal means, and which secret it is about."""
        place = host(image)
        credentials = self._names.get(place, Credentials())
        names = " and ".join(credentials.names)
        last = line(_plain((said.strip().splitlines() or ["it says nothing"])[-1]), 500)
        if _REFUSED.search(said):
            given = f"does not take the user and password in {names}" if credentials.username else "asks who this is"
            hint = f"set the secrets {names} to an account that may use {image}"
            return ShuntyardError(f"the registry {place} {given} (401): {last}", hint=hint, exit_code=EXIT_PROBLEMS)
        if _FORBIDDEN.search(said):
            hint = f"give the account in {names} the right to write to {image}"
            return ShuntyardError(f"the registry {place} forbids it (403): {last}", hint=hint, exit_code=EXIT_PROBLEMS)
        if _BRIEFLY.search(said):
            hint = f"tried {_TRIES} times; run this again when the registry is up: what is done already stays"
            return ShuntyardError(f"the registry {place} is out of reach: {last}", hint=hint, exit_code=EXIT_PROBLEMS)
        return ShuntyardError(f"the registry {place} did not take {image}: {last}", exit_code=EXIT_PROBLEMS)


@contextlib.contextmanager
def open_registry(env: Mapping[str, str], credentials: Mapping[str, Credentials]) -> Iterator[Registry]:
    """A registry client that knows the credentials of each host, as `logged_in` has them.

    Raises ShuntyardError where skopeo is missing.
    """
    with logged_in(env, credentials) as file:
        yield Registry(env, file, credentials)


@contextlib.contextmanager
def logged_in(env: Mapping[str, str], credentials: Mapping[str, Credentials]) -> Iterator[Path | None]:
    """A file of the credentials of each host, as engines read them; it is gone on leaving, whatever happened.

    The file has mode 0600 and lies in a folder of mode 0700 outside the workspace. Without credentials there is none,
    and the machine's own login counts. It is called config.json: with its folder as DOCKER_CONFIG docker reads it, too.
    """
    known = {place: item for place, item in credentials.items() if item.username}
    folder = Path(tempfile.mkdtemp(prefix="registry-", dir=env.get("RUNNER_TEMP") or None))
    with undone(lambda: shutil.rmtree(folder, ignore_errors=True)):
        file = folder / "config.json"
        if known:
            auths = {place: {"auth": _basic(item)} for place, item in known.items()}
            write_private(file, json.dumps({"auths": auths}))
        yield file if known else None


def _plain(said: str) -> str:
    """A line of skopeo's log without its time, level and quotes."""
    _, found, message = said.partition('msg="')
    return message.removesuffix('"').replace('\\"', '"') if found else said


def _basic(item: Credentials) -> str:
    return base64.b64encode(f"{item.username}:{item.password}".encode()).decode()
