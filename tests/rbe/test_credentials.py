"""run-bazel with credentials and a real Bazel: nothing of them is left anywhere, however the run ends.

Debian's Bazel speaks no TLS (its Netty is built without ALPN), so the executor here takes a client without looking at
its certificate.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.rbe.calls import Checkout
from tests.rbe.programs import installed
from tests.rbe.servers import Executor
from tests.rbe.waiting import commands, wait_until

QUICK, SLOW = "@jax//tests:sharding_test", "@jax//tests:slow_test"


@pytest.fixture
def credentials(tmp_path: Path) -> dict[str, str]:
    """A certificate and its key, by the names of the inputs."""
    cert, key = tmp_path / "crt", tmp_path / "key"
    new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=nightly"]
    command = [installed("openssl", "openssl"), *new, "-keyout", str(key), "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True)
    return {"rbe-cert": cert.read_text(), "rbe-key": key.read_text()}


def holding(folder: Path, secret: str) -> list[Path]:
    """The files that hold a part of the secret."""
    part = secret.splitlines()[1].encode()
    return [path for path in folder.rglob("*") if path.is_file() and part in path.read_bytes()]


def test_nothing_of_the_credentials_is_left(work: Checkout, remote: Executor, credentials: dict[str, str]) -> None:
    inputs = {"remote-executor": remote.address, "test-options": "--nocache_test_results", **credentials}
    called = work.call(QUICK, **inputs)
    assert called.exit_code == 0, called.output
    assert not holding(work.folder.parent, credentials["rbe-key"])
    assert not holding(remote.folder, credentials["rbe-key"])


def test_nothing_of_the_credentials_or_of_bazel_is_left_after_sigterm(
    work: Checkout, remote: Executor, credentials: dict[str, str]
) -> None:
    before = len(remote.actions(SLOW))
    inputs = {"remote-executor": remote.address, "test-options": "--nocache_test_results", **credentials}
    process, place = work.start(SLOW, **inputs)
    wait_until(lambda: remote.running() and "bazel test" in (place / "log").read_text())
    assert holding(place, credentials["rbe-key"])
    process.terminate()
    called = work.finish(process, place)
    assert called.exit_code == 130
    assert called.result.outcome == "error"
    assert not holding(work.folder.parent, credentials["rbe-key"])
    assert not any(f"--output_user_root={work.output_root}" in command for command in commands())
    wait_until(lambda: len(remote.actions(SLOW)) > before)  # the executor ends it in its own time


@pytest.mark.parametrize("missing", ["RBE_CI_CERT", "RBE_CI_KEY"])
def test_a_missing_secret_is_named_before_anything_runs(
    work: Checkout, remote: Executor, credentials: dict[str, str], missing: str
) -> None:
    del credentials["rbe-cert" if missing == "RBE_CI_CERT" else "rbe-key"]
    before = len(remote.actions())
    called = work.call(QUICK, **{"remote-executor": remote.address.replace("grpc:", "grpcs:"), **credentials})
    assert called.exit_code == 2
    assert missing in called.output
    assert len(remote.actions()) == before
