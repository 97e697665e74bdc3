"""One file to an index, with twine: uploaded, refused, or out of reach. Secrets travel in the environment."""

from __future__ import annotations

import html
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shuntyard.proc.log import read_tail
from shuntyard.proc.run import Finished, run
from shuntyard.text import clip, line
from shuntyard.wheels.login import Login

Result = Literal["uploaded", "conflict", "denied", "refused", "down"]
_STATUS = re.compile(r"HTTPError: ([1-5][0-9]{2})\b")
_DOWN = ("ConnectionError", "Max retries exceeded", "Connection aborted", "ReadTimeout", "Connection refused")
_TIMEOUT_S = 1800
_PAUSE_S, _LONGEST_PAUSE_S = 2.0, 60.0
_BUSY = 429
_RECEIVED = "Response from "
_READ = 8000  # characters of an answer: its end is in twine's own words, and looking for tags takes the square


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came of it; `told` is what the index or twine said, without secrets."""

    result: Result
    told: str = ""


def send(
    file: Path, login: Login, env: Mapping[str, str], *, tries: int, pause: Callable[[float], object] = time.sleep
) -> Sent:
    """Uploads; an index that is out of reach or answers 5xx is tried again, after longer and longer pauses."""
    wait = _PAUSE_S
    for left in range(tries - 1, -1, -1):
        sent = _send(file, login, env)
        if sent.result != "down" or not left:
            break
        print(f"{file.name}: {line(sent.told.splitlines()[-1])}; another try in {wait:g} s", flush=True)
        pause(wait)
        wait = min(wait * 2, _LONGEST_PAUSE_S)
    return sent


def _send(file: Path, login: Login, env: Mapping[str, str]) -> Sent:
    with tempfile.TemporaryDirectory(prefix="twine-") as empty:  # as home: no .pypirc and no keyring of this machine
        log = Path(empty, "log")
        full = {
            "PATH": env.get("PATH", os.defpath),
            **{name: value for name, value in env.items() if name.lower() in _NETWORK},
            "HOME": empty,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "TWINE_REPOSITORY_URL": login.url,
            "TWINE_USERNAME": login.username,
            "TWINE_PASSWORD": login.password,
            "NO_COLOR": "1",
            "COLUMNS": "300",
        }
        options = ["--non-interactive", "--disable-progress-bar", "--verbose"]
        command = [sys.executable, "-I", "-m", "twine", "upload", *options, str(file.absolute())]
        finished = run(command, env=full, cwd=Path(empty), log=log, timeout_s=_TIMEOUT_S)
        said = login.hide(re.sub(r"\x1b\[[0-9;]*m", "", read_tail(log)))
    return read_answer(finished, said)


def _gist(said: str) -> str:
    """twine's last word, after what the index wrote in its answer, which is often a whole page of HTML."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    fault = next((line for line in reversed(lines) if _STATUS.search(line)), lines[-1] if lines else "")
    _, received, body = said.rpartition(_RECEIVED)
    page = body.partition("HTTPError: ")[0].rpartition("\n")[0].partition("\n")[2] if received else ""
    text = html.unescape(re.sub(r"<(style|script|title).*?</\1>|<[^>]*>", " ", page[:_READ], flags=re.DOTALL))
    return "\n".join(filter(None, (clip(" ".join(text.split()), 500), fault)))


_NETWORK = ("http_proxy", "https_proxy", "no_proxy", "requests_ca_bundle", "ssl_cert_file", "ssl_cert_dir")


def read_answer(finished: Finished, said: str) -> Sent:
    """What came of one attempt, from twine's exit code and what it said."""
    if finished.interrupted:
        raise KeyboardInterrupt
    if finished.exit_code == 0 and not finished.timed_out:
        return Sent(result="uploaded")
    told = _gist(said) or finished.error or f"twine ended with {finished.exit_code}"
    statuses = _STATUS.findall(said)
    status = int(statuses[-1]) if statuses else 0
    if finished.timed_out or status >= 500 or status == _BUSY or (not status and any(word in said for word in _DOWN)):
        return Sent(result="down", told=told)
    if status in (401, 403):
        return Sent(result="denied", told=told)
    return Sent(result="conflict" if status in (400, 409) else "refused", told=told)
