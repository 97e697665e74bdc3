"""Credentials: which are needed, how they lie there, and that they are gone afterwards."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
import traceback
from pathlib import Path

import pytest

from shuntyard.bazel.credentials import (
    check_secrets,
    private_folder,
    remove,
    without_secrets,
    write_certificate,
)
from shuntyard.bazel.inputs import CERT as CERT_NAME
from shuntyard.bazel.inputs import KEY as KEY_NAME
from shuntyard.engine.private import write_private
from shuntyard.errors import ShuntyardError
from tests.scripts.bazel.samples import CERT, KEY, SECRET_LINES
from tests.scripts.runner_samples import SCRIPTS

BOTH = {CERT_NAME: CERT, KEY_NAME: KEY}


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("checkout", "temp"):
        (tmp_path / name).mkdir()
    return tmp_path / "checkout", tmp_path / "temp"


@pytest.mark.parametrize(
    ("given", "executor", "says"),
    [
        ({}, "grpcs://rbe:443", f"the secret {CERT_NAME} is missing; grpcs://rbe:443 needs it"),
        ({CERT_NAME: CERT}, "grpcs://rbe:443", f"the secret {KEY_NAME} is missing; grpcs://rbe:443 needs it"),
        ({KEY_NAME: KEY}, "", f"the secret {CERT_NAME} is missing, and {KEY_NAME} is there"),
        ({CERT_NAME: "\n", KEY_NAME: KEY}, "", f"the secret {CERT_NAME} is missing, and {KEY_NAME} is there"),
        ({CERT_NAME: KEY, KEY_NAME: KEY}, "", f"the secret {CERT_NAME} is not PEM"),
        ({CERT_NAME: CERT, KEY_NAME: "c2VjcmV0IHNlY3JldCBzZWNyZXQ="}, "", f"the secret {KEY_NAME} is not PEM"),
    ],
)
def test_what_is_missing_or_wrong_is_named_and_never_shown(given: dict[str, str], executor: str, says: str) -> None:
    with pytest.raises(ShuntyardError) as raised:
        check_secrets(given, executor)
    assert raised.value.message == says
    told = "".join(traceback.format_exception(raised.value)) + raised.value.hint
    assert not [row for row in SECRET_LINES if row in told]


def test_without_an_executor_that_asks_none_is_needed() -> None:
    assert check_secrets({}, "") == {}
    assert check_secrets(BOTH, "grpcs://rbe:443") == BOTH
    assert "secret" in repr(check_secrets(BOTH, ""))
    assert SECRET_LINES[0] not in f"{check_secrets(BOTH, '')!r} {check_secrets(BOTH, '')}"


def test_files_are_for_this_user_alone_and_outside_the_checkout(places: tuple[Path, Path]) -> None:
    checkout, temp = places
    before = os.umask(0)
    try:
        with private_folder(checkout, {"RUNNER_TEMP": str(temp)}) as folder:
            certificate = write_certificate(folder, BOTH)
            assert certificate is not None
            modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder, *certificate)]
            assert modes == [0o700, 0o600, 0o600]
            assert [path.read_text() for path in certificate] == [CERT, KEY]
            assert folder.parent == temp
    finally:
        os.umask(before)
    assert list(temp.iterdir()) == []


def test_a_folder_inside_the_checkout_is_not_taken(places: tuple[Path, Path]) -> None:
    checkout, _ = places
    (checkout / "tmp").mkdir()
    with private_folder(checkout, {"RUNNER_TEMP": str(checkout / "tmp")}) as folder:
        assert not folder.is_relative_to(checkout)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_they_are_gone_after_any_error(places: tuple[Path, Path], error: type[BaseException]) -> None:
    checkout, temp = places
    with pytest.raises(error), private_folder(checkout, {"RUNNER_TEMP": str(temp)}) as folder:
        write_certificate(folder, BOTH)
        raise error
    assert list(temp.iterdir()) == []


def test_nothing_is_written_over_or_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        write_private(tmp_path / "link", KEY)
    assert not (tmp_path / "elsewhere").exists()


def test_credentials_go_first_even_where_the_rest_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_certificate(tmp_path, BOTH)
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)
    remove(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_children_see_no_input_and_no_secret_under_any_name() -> None:
    env = {"PATH": "/bin", "INPUT_X": "1", CERT_NAME: "old", "COPY": f"x{KEY}", "SAFE": "y"}
    assert without_secrets(env, BOTH) == {"PATH": "/bin", "SAFE": "y"}


HOLDING = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from shuntyard.bazel.credentials import private_folder, write_certificate
with private_folder(Path(sys.argv[2]), {"RUNNER_TEMP": sys.argv[3]}) as folder:
    write_certificate(folder, {"RBE_CI_CERT": "cert", "RBE_CI_KEY": "key"})
    print(folder, flush=True)
    time.sleep(60)
"""


def hold(checkout: Path, temp: Path) -> tuple[subprocess.Popen[str], Path]:
    argv = [sys.executable, "-c", HOLDING, str(SCRIPTS), str(checkout), str(temp)]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_they_are_gone_after_a_signal(places: tuple[Path, Path], number: signal.Signals) -> None:
    process, folder = hold(*places)
    with process:
        assert (folder / "ci-cert.key").exists()
        process.send_signal(number)
        assert process.wait(10) != 0
    assert list(places[1].iterdir()) == []


def test_what_a_killed_run_left_goes_with_the_next_and_what_a_living_one_holds_stays(places: tuple[Path, Path]) -> None:
    checkout, temp = places
    killed, left = hold(checkout, temp)
    living, held = hold(checkout, temp)
    with killed, living:
        killed.kill()
        killed.wait(10)
        assert (left / "ci-cert.key").exists()
        with private_folder(checkout, {"RUNNER_TEMP": str(temp)}) as folder:
            assert sorted(temp.iterdir()) == sorted([held, folder])
            assert (held / "ci-cert.key").exists()
        living.terminate()
    assert list(temp.iterdir()) == []


def test_signals_are_as_before_afterwards(places: tuple[Path, Path]) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]
    with private_folder(places[0], {"RUNNER_TEMP": str(places[1])}), pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(1)
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)] == before
