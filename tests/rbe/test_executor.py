"""The executor itself, driven by plain Bazel: what the other tests stand on."""

from __future__ import annotations

import subprocess

import pytest

from tests.rbe.calls import Checkout
from tests.rbe.servers import Executor
from tests.rbe.waiting import commands, wait_until


def build(work: Checkout, remote: Executor, *arguments: str) -> subprocess.CompletedProcess[str]:
    flags = (f"--remote_executor={remote.address}", "--spawn_strategy=remote", "--noremote_accept_cached")
    return work.bazel(*arguments[:1], *flags, "--remote_default_exec_properties=OSFamily=linux", *arguments[1:])


def test_an_action_gets_its_inputs_and_only_its_own_variables(work: Checkout, remote: Executor) -> None:
    package = work.folder / "inputs"
    (package / "deep/er").mkdir(parents=True)
    (package / "deep/er/data").write_text("x" * 3_000_000)  # more than one message holds
    (package / "tool.sh").write_text('#!/bin/sh\n[ -x "$0" ] && wc -c < "$1" && env | cut -d= -f1 | sort\n')
    (package / "tool.sh").chmod(0o755)
    (package / "BUILD").write_text(
        'genrule(name = "it", srcs = ["deep/er/data"], outs = ["out"], tools = ["tool.sh"],'
        ' cmd = "$(location tool.sh) $(location deep/er/data) > $@")\n'
    )
    done = build(work, remote, "build", "//inputs:it")
    assert done.returncode == 0, done.stderr
    size, *variables = (work.folder / "bazel-bin/inputs/out").read_text().split()
    assert size == "3000000"
    assert "PATH" in variables
    assert not {"HOME", "PGPASSWORD", "PYTHONPATH"} & set(variables)


def test_outputs_come_back_as_they_are(work: Checkout, remote: Executor) -> None:
    package = work.folder / "outputs"
    package.mkdir()
    (package / "tree.bzl").write_text(
        "def _tree(ctx):\n"
        "    folder = ctx.actions.declare_directory(ctx.label.name)\n"
        '    ctx.actions.run_shell(outputs = [folder], command = ("mkdir -p $1/a/b && cd $1 && echo 1 > a/b/file"\n'
        '        + " && chmod +x a/b/file && head -c 5000000 /dev/zero > large"), arguments = [folder.path])\n'
        "    return DefaultInfo(files = depset([folder]))\n"
        "tree = rule(implementation = _tree)\n"
    )
    (package / "BUILD").write_text('load(":tree.bzl", "tree")\ntree(name = "it")\n')
    done = build(work, remote, "build", "//outputs:it")
    assert done.returncode == 0, done.stderr
    made = work.folder / "bazel-bin/outputs/it"
    assert (made / "a/b/file").read_text() == "1\n"
    assert (made / "a/b/file").stat().st_mode & 0o111
    assert (made / "large").stat().st_size == 5_000_000


def test_a_build_that_fails_says_what_its_command_said(work: Checkout, remote: Executor) -> None:
    done = build(work, remote, "build", "//broken")
    assert done.returncode == 1
    assert "broken on purpose" in done.stderr
    assert remote.actions()[-1]["exit_code"] == 1


@pytest.mark.parametrize("how", ["at its time-out", "when it is cancelled"])
def test_nothing_of_an_action_outlives_it(work: Checkout, remote: Executor, how: str) -> None:
    limit = "2" if how == "at its time-out" else "60"
    command = work.command("test", f"--remote_executor={remote.address}", "--spawn_strategy=remote")
    command += ["--remote_default_exec_properties=OSFamily=linux", f"--test_timeout={limit}", "@jax//tests:hang_test"]
    process = subprocess.Popen(command, cwd=work.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: "sleep 3600" in commands())
    if how == "when it is cancelled":
        process.terminate()
        assert process.wait(30) == 8
        remote.cancel()
    wait_until(lambda: not remote.running() and "sleep 3600" not in commands(), 10)
    assert process.wait(30) == (3 if how == "at its time-out" else 8)
