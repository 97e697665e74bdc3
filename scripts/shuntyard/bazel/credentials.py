"""Secrets as files: of mode 0600, in a folder of mode 0700 outside the checkout, gone on every way out.

Only SIGKILL leaves them, and the next run on the machine removes what that left: whoever lives holds a lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType

from shuntyard.bazel.inputs import CERT, KEY
from shuntyard.bazel.rcfile import Certificate
from shuntyard.engine.private import write_private
from shuntyard.errors import ShuntyardError

_PREFIX = "shuntyard-bazel-"
_LOCK = "lock"
CERT_FILE, KEY_FILE = "ci-cert.crt", "ci-cert.key"
_STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Secrets(dict[str, str]):
    """The secrets that are there, by name. Never shown, not even in a traceback."""

    def __repr__(self) -> str:
        return f"<{len(self)} secrets>"

    __str__ = __repr__


def check_secrets(given: Mapping[str, str], needed_by: str) -> Secrets:
    """The secrets, when they are PEM and none lacks. `needed_by` is the executor that asks for them, or empty.

    Raises ShuntyardError that names the one that is missing or no PEM, and never shows any of it.
    """
    names = {CERT: "CERTIFICATE-----", KEY: "PRIVATE KEY-----"}
    secrets = Secrets({name: given[name].strip() + "\n" for name in names if given.get(name, "").strip()})
    where = "set it under Settings, Secrets and variables, Actions, and pass it on under `secrets:`"
    for name in names:
        if name in secrets:
            continue
        if needed_by:
            raise ShuntyardError(f"the secret {name} is missing; {needed_by} needs it", hint=where)
        if secrets:
            other = next(iter(secrets))
            hint = f"{where}; both are optional without an executor at grpcs://, but only together"
            raise ShuntyardError(f"the secret {name} is missing, and {other} is there", hint=hint)
    for name, text in secrets.items():
        if "-----BEGIN" not in text or names[name] not in text or "\0" in text:
            raise ShuntyardError(f"the secret {name} is not PEM", hint=f"it has a line -----BEGIN … {names[name]}")
    return secrets


def without_secrets(env: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    """The environment for children: no inputs, and no variable that holds a secret under whatever name."""
    texts = [text.strip() for text in secrets.values()]
    return {
        name: value
        for name, value in env.items()
        if not name.startswith("INPUT_") and name not in (CERT, KEY) and not any(text in value for text in texts)
    }


@contextlib.contextmanager
def private_folder(checkout: Path, env: Mapping[str, str]) -> Iterator[Path]:
    """A fresh folder that nobody else reads and nothing uploads; it is removed on leaving, and on SIGTERM, which from
    here on interrupts as Ctrl-C does. For the main thread."""
    parent = _parent(checkout, env)
    _sweep(parent)
    folder, lock = None, -1
    before = {number: signal.getsignal(number) for number in _STOPS}
    try:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)  # nothing comes between its making and its name
        folder, lock = _make(parent)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
        yield folder
    finally:
        for number in _STOPS:  # a second signal must not stop the clearing away
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
        if folder is not None:
            remove(folder)
            os.close(lock)
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def write_certificate(folder: Path, secrets: Mapping[str, str]) -> Certificate | None:
    """Writes the secrets below the folder; None where there are none."""
    if not secrets:
        return None
    certificate = Certificate(folder / CERT_FILE, folder / KEY_FILE)
    for path, name in zip(certificate, (CERT, KEY), strict=True):
        write_private(path, secrets[name])
    return certificate


def remove(folder: Path) -> None:
    """Removes the folder: the credentials first, whatever else it holds or cannot be removed."""
    for name in (KEY_FILE, CERT_FILE):
        with contextlib.suppress(OSError):
            (folder / name).unlink()
    import shutil  # noqa: PLC0415 - 5 ms, when all is done

    shutil.rmtree(folder, ignore_errors=True)


def _parent(checkout: Path, env: Mapping[str, str]) -> Path:
    """Where: the runner's own folder for what is passing, unless the checkout holds it."""
    for text in (env.get("RUNNER_TEMP", ""), tempfile.gettempdir()):
        path = Path(text).resolve()
        if text and path.is_dir() and not path.is_relative_to(checkout.resolve()):
            return path
    raise ShuntyardError("there is no folder for credentials outside the checkout", hint="set TMPDIR to one")


def _make(parent: Path) -> tuple[Path, int]:
    """A new folder and its lock. It gets the name that others sweep by only when the lock is held."""
    made = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}", dir=parent))
    lock = os.open(made / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return made.rename(made.with_name(made.name[1:])), lock


def _sweep(parent: Path) -> None:
    """Removes what runs that were killed have left: folders of ours whose lock nobody holds."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(folder)
            finally:
                os.close(descriptor)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
