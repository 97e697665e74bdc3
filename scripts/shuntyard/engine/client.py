"""What every engine's module needs: asking its program, checking a container, undoing whatever happens."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType

from shuntyard.engine import Container
from shuntyard.errors import EXIT_PROBLEMS, ShuntyardError
from shuntyard.text import line

_ASK_S = 1800.0  # an image of 30 GB is pulled in this time at 17 MB/s
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+\[\]-]*")
_LOCAL = re.compile(r"(docker://)?(127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+/")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def inherited(env: Mapping[str, str]) -> dict[str, str]:
    """The environment for an engine's program: ours without a script's inputs, which may be secrets."""
    return {name: value for name, value in env.items() if not name.startswith("INPUT_")}


def ask(argv: Sequence[str], env: Mapping[str, str], *, what: str, timeout_s: float = _ASK_S) -> str:
    """What the program prints, without the white space around it.

    It runs in a session of its own, so that Ctrl-C stops us and not what we clean up with. Raises ShuntyardError that
    says `what` could not be done, and the last lines that the program said.
    """
    try:
        done = subprocess.run(
            argv,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            start_new_session=True,
            check=False,
        )
    except OSError as error:
        raise ShuntyardError(f"{what}: {argv[0]} could not be started: {error.strerror or error}") from error
    except subprocess.TimeoutExpired as error:
        raise ShuntyardError(f"{what}: {argv[0]} took more than {timeout_s:.0f} s", exit_code=EXIT_PROBLEMS) from error
    if done.returncode != 0:
        said = told(done.stderr or done.stdout) or f"exit code {done.returncode}"
        raise ShuntyardError(f"{what}: {said}", exit_code=EXIT_PROBLEMS)
    return done.stdout.decode("utf-8", errors="replace").strip()


def told(output: bytes) -> str:
    """The last lines of what a program said, on one line."""
    return line(" / ".join(output.decode("utf-8", errors="replace").strip().splitlines()[-3:]), 600)


def loopback(image: str) -> bool:
    """Whether the image's registry is this machine's own: those speak plain HTTP."""
    return bool(_LOCAL.match(image))


def digest_in(text: str) -> str:
    """The first `sha256:…` in a text; empty where there is none."""
    found = _DIGEST.search(text)
    return found[0] if found else ""


def check_image(image: str) -> str:
    """The image's name. Raises ShuntyardError for what no engine could take, or would take for an option."""
    if not _IMAGE.fullmatch(image):
        raise ShuntyardError(
            f"{image[:200]!r} is no name of an image", hint="such as registry.example/team/image@sha256:…"
        )
    return image


def check(container: Container) -> None:
    """Raises ShuntyardError for what could not be passed on as it is meant."""
    check_image(container.image)
    if not _NAME.fullmatch(container.name):
        raise ShuntyardError(f"{container.name[:200]!r} is no name of a container", hint="letters, digits, _ . and -")
    if not container.argv or not container.argv[0]:
        raise ShuntyardError(f"the container {container.name} has no command")
    for name, value in container.env.items():
        if not _VARIABLE.fullmatch(name) or "\0" in value:
            raise ShuntyardError(f"{name[:200]!r} cannot be an environment variable of a container")
    for option in container.options:
        if not option.startswith("-"):
            raise ShuntyardError(f"the engine's option {option[:200]!r} has no dash", hint="such as --device=/dev/kfd")


@contextlib.contextmanager
def undone(undo: Callable[[], object]) -> Iterator[None]:
    """Calls `undo` on leaving, whatever happened, SIGTERM included: it interrupts what runs, as Ctrl-C does.

    A runner sends SIGINT, 7.5 s later SIGTERM; while `undo` is at work, neither stops it. Off the main thread, where
    Python hands out no signals, only exceptions lead to `undo`.
    """
    if threading.current_thread() is not threading.main_thread():
        try:
            yield
        finally:
            undo()
        return
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            undo()
        finally:
            signal.signal(signal.SIGTERM, before[0] or signal.SIG_DFL)
            signal.signal(signal.SIGINT, before[1] or signal.SIG_DFL)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
