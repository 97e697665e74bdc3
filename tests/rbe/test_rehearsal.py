"""nightly-rbe as a stranger's repository calls it: under act, with a real Bazel and a real remote executor."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.generator.rehearse.small import commit
from tests.rbe.postgres import Postgres
from tests.rbe.programs import installed
from tests.rbe.servers import Executor, executor
from tests.rbe.stranger import WORKFLOW, Rehearsed, Stranger, make_stranger, write_secrets
from tests.rbe.waiting import commands

PYTHON = f"3.{sys.version_info.minor}"
ONE, EIGHT, NEW = (f"{PYTHON}.7.1.1.single", f"{PYTHON}.7.1.1.multi", f"{PYTHON}.7.2.0.single")
JAX, DRIVER = "@jax//tests:", "//plugin:driver_test"


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A certificate and its key, by the names of the secrets."""
    folder = tmp_path_factory.mktemp("pem")
    new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=nightly"]
    command = [installed("openssl", "openssl"), *new, "-keyout", str(folder / "key"), "-out", str(folder / "crt")]
    subprocess.run(command, check=True, capture_output=True)
    return {"RBE_CI_CERT": (folder / "crt").read_text(), "RBE_CI_KEY": (folder / "key").read_text()}


@pytest.fixture(scope="module")
def remote(database: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Executor]:
    """An executor of these tests alone: what others left in its cache would not run again, and the reverse."""
    with executor(database, tmp_path_factory.mktemp("executors") / "rehearsal") as running:
        yield running


@pytest.fixture(scope="module")
def stranger(remote: Executor, tmp_path_factory: pytest.TempPathFactory) -> Stranger:
    return make_stranger(tmp_path_factory.mktemp("stranger").resolve(), remote.address)


@pytest.fixture(scope="module")
def nightly(stranger: Stranger, pem: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    """A nightly of three rows, with the secrets."""
    secrets = write_secrets(tmp_path_factory.mktemp("secrets") / "secrets", **pem)
    return stranger.rehearse(ONE, EIGHT, NEW, secrets=secrets)


@pytest.fixture
def spoilt(stranger: Stranger) -> Iterator[Stranger]:
    """The stranger's repositories, to be spoilt: they are as before afterwards."""
    kept = {file: file.read_bytes() for file in (stranger.plugin / WORKFLOW, stranger.jax / "tests" / "layout_test.sh")}
    yield stranger
    for file, content in kept.items():
        if file.read_bytes() != content:
            file.write_bytes(content)
            commit(stranger.plugin if file.is_relative_to(stranger.plugin) else stranger.jax)


def test_rows_of_one_gpu_and_of_eight_pass_and_an_experimental_one_blocks_nothing(nightly: Rehearsed) -> None:
    assert nightly.exit_code == 0, nightly.said
    found = {name: (row["verdict"], row["experimental"], row["failed"]) for name, row in nightly.rows.items()}
    assert found == {ONE: ("passed", False, 0), EIGHT: ("passed", False, 0), NEW: ("failed", True, 1)}, nightly.said
    assert {name: nightly.jobs[name] for name in ("select", "test", "report", "gate")} == dict.fromkeys(
        ("select", "test", "report", "gate"), "passed"
    )
    assert nightly.told["verdict"] == "passed"
    assert "2 rows passed, 1 experimental row failed" in nightly.told["headline"]


def test_every_row_ran_on_the_worker_with_the_plugins_patch_in_jax(nightly: Rehearsed, remote: Executor) -> None:
    for name in (ONE, EIGHT, NEW):
        told = nightly.left(name, "bazel.json")
        assert told["results"]["local"] == 0 and told["results"]["remote"] > 0, told
        result = nightly.left(name, "result.json")
        cases = {case["case"]: case["outcome"] for case in result["cases"] if case["case"].startswith(JAX + "layout")}
        # Without the patch, the test is none of the suite's, and fails.
        assert len(cases) == 2 and set(cases.values()) == {"passed"}, cases
        assert ("collectives_test" in str(told["targets"])) == (name == EIGHT)
    ran = remote.actions(DRIVER)
    assert [each["exit_code"] for each in ran] == [0, 0, 1, 1, 1], "ROCm 7.1 twice; ROCm 7.2 in three attempts"
    assert len([each for each in remote.actions() if f"{JAX}nccl" in each["target"]]) == 0
    assert any("make_wheel.py" in word for each in remote.actions() for word in each["command"])


def test_the_report_says_what_failed_and_that_it_blocks_nothing(nightly: Rehearsed) -> None:
    report = nightly.report
    assert report["verdict"] == "passed"
    assert NEW in report["headline"] and "xperimental" in report["headline"]
    rows = {row["id"]: (row["outcome"], row["stage"], row["failed"]) for row in report["rows"]}
    assert rows == {ONE: ("passed", "", 0), EIGHT: ("passed", "", 0), NEW: ("failed", "experimental", 1)}
    [new] = [row for row in report["rows"] if row["id"] == NEW]
    cases = [case for run in new["runs"] for case in run["cases"] if DRIVER in case["case"]]
    said = [case["message"] for case in cases if case["outcome"] == "failed"]
    assert len(said) == 3 and all("not ported to ROCm 7.2.0" in message for message in said)
    flaky = nightly.left(EIGHT, "bazel.json")["flaky"]
    assert flaky == [f"{JAX}collectives_test"]


def test_nothing_of_the_secrets_and_no_process_is_left(
    nightly: Rehearsed, stranger: Stranger, remote: Executor, pem: dict[str, str]
) -> None:
    pieces = [line.encode() for text in pem.values() for line in text.splitlines() if len(line) > 8 and line[0] != "-"]
    assert len(pieces) > 6
    files = [file for folder in (stranger.folder, remote.folder) for file in folder.rglob("*") if file.is_file()]
    assert any(file.name == "act.jsonl" for file in files)
    assert not [file for file in files if any(piece in file.read_bytes() for piece in pieces)]
    assert not any(piece in nightly.said.encode() for piece in pieces)
    assert not any(f"--output_user_root={stranger.folder}" in command for command in commands())


def test_a_patch_that_fails_is_named_and_closes_the_gate(
    spoilt: Stranger, remote: Executor, pem: dict[str, str], tmp_path: Path
) -> None:
    spoilt.edit("jax/tests/layout_test.sh", "case_transposed()", "case_transposed_too()")
    before = len(remote.actions())
    found = spoilt.rehearse(ONE, secrets=write_secrets(tmp_path / "secrets", **pem))
    assert found.exit_code == 1
    assert found.rows[ONE]["verdict"] == "error"
    assert "the patch does not apply: tests/layout_test.sh, hunk at line 1" in found.rows[ONE]["reason"]
    assert "plugin/ci/patches/jax/0001-layouts-of-rocm.patch" in found.log
    assert found.jobs["gate"] == "failed"
    assert found.report["verdict"] == "error"
    assert len(remote.actions()) == before


def test_a_missing_secret_is_named_with_who_needs_it(
    spoilt: Stranger, remote: Executor, pem: dict[str, str], tmp_path: Path
) -> None:
    spoilt.edit(f"plugin/{WORKFLOW}", "grpc://", "grpcs://")
    before = len(remote.actions())
    found = spoilt.rehearse(ONE, secrets=write_secrets(tmp_path / "secrets", RBE_CI_CERT=pem["RBE_CI_CERT"]))
    assert found.exit_code == 1
    assert found.rows[ONE]["verdict"] == "error"
    address = remote.address.replace("grpc:", "grpcs:")
    assert f"the secret RBE_CI_KEY is missing; {address} needs it" in found.rows[ONE]["reason"]
    assert "RBE_CI_CERT is missing" not in found.log
    assert found.jobs["gate"] == "failed"
    assert len(remote.actions()) == before
