"""run-bazel as a runner calls it, with a stand-in for Bazel that does what each test says. tests/rbe: a real one."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.scripts.bazel.samples import (
    CERT,
    KEY,
    ROW,
    SECRET_LINES,
    SECRETS,
    Bench,
    command,
    dying,
    failing,
    finished,
    lines_of,
    make_bench,
    passing,
    started,
    unit_text,
)

GONE = "grpc://127.0.0.1:1"  # nobody listens there


def test_a_row_that_passes(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    files = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    done = bench.run(env=files, targets="//a:all\n-//a:slow", tag_filters="gpu,-manual", jobs="200")
    assert done.returncode == 0, done.stderr
    (call,) = bench.calls()
    assert call.targets == "//a:all\n-//a:slow\n"
    assert lines_of(call.rc) == [
        'build "--color=no"',
        'build "--curses=no"',
        'build "--jobs=200"',
        'test "--keep_going"',
        'test "--test_tag_filters=gpu,-manual"',
    ]
    assert (call.rc_mode, call.folder_mode) == ("0o600", "0o700")
    assert len(" ".join(call.argv)) < 500
    result = bench.result()
    assert (result.outcome, result.exit_code, result.ran, result.key.row_id) == ("passed", 0, "local", ROW)
    assert bench.outcomes() == {"//a:x_test::x_test::one": "passed", "//a:x_test::x_test::two": "passed"}
    assert bench.left_behind() == []
    assert "outcome<<" in Path(files["GITHUB_OUTPUT"]).read_text()
    assert "| `jax.py312` | ✅ passed | 2 | 0 | 0 | 1 |" in Path(files["GITHUB_STEP_SUMMARY"]).read_text()
    kept = {path.relative_to(bench.folder()).as_posix() for path in bench.folder().rglob("*") if path.is_file()}
    assert kept == {
        "1-test.bazelrc", "1-test.events.json", "1-test.log.txt", "bazel-testlogs/a/x_test/test.log",
        "bazel-testlogs/a/x_test/test.xml", "bazel.json", "log.txt", "result.json", "summary.md",
    }  # fmt: skip


def test_cached_and_remote_are_told_apart(tmp_path: Path) -> None:
    ways: dict[str, dict[str, Any]] = {
        "//a:remote": {"executionInfo": {"strategy": "remote"}},
        "//a:here": {"executionInfo": {"strategy": "linux-sandbox"}},
        "//a:remote_cache": {"executionInfo": {"strategy": "remote cache hit", "cachedRemotely": True}},
        "//a:local_cache": {"cachedLocally": True},
    }
    plans = [passing(label, **way) for label, way in ways.items()]
    plan = {
        "events": [started(), *(plan["events"][1] for plan in plans), finished(0, "SUCCESS")],
        "files": {name: text for plan in plans for name, text in plan["files"].items()},
    }
    bench = make_bench(tmp_path, plan)
    assert bench.run().returncode == 0
    assert bench.sidecar()["results"] == {"remote": 1, "local": 1, "remote cache": 1, "local cache": 1}
    assert bench.sidecar()["targets"]["//a:remote_cache"] == ["remote cache"]
    metrics = {case.case.partition("::")[0]: case.metrics for case in bench.result().cases}
    assert metrics == {
        "//a:remote": {"remote": 1.0}, "//a:here": {}, "//a:remote_cache": {"cached": 1.0},
        "//a:local_cache": {"cached": 1.0},
    }  # fmt: skip


def test_tests_that_fail_fail_the_row_and_are_not_tried_again(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, failing("//a:x_test"))
    done = bench.run(env={"GITHUB_ACTIONS": "true"}, retries="5")
    assert done.returncode == 1
    assert len(bench.calls()) == 1
    assert (bench.result().outcome, bench.result().exit_code, bench.result().error) == ("failed", 3, "")
    assert bench.outcomes() == {"//a:x_test::x_test::bad": "failed"}
    assert "::error title=jax.py312::jax.py312: tests failed (1 test, 1 bad" in done.stdout
    assert "1 is not 2" in (bench.folder() / "summary.md").read_text()
    assert (bench.folder() / "bazel-testlogs/a/x_test/test.log").read_text() == "1 is not 2\n"


def test_a_build_that_fails_is_no_tests_failure_and_not_tried_again(tmp_path: Path) -> None:
    unbuilt = {
        "id": {"targetCompleted": {"label": "//a:x_test"}},
        "completed": {"success": False, "failureDetail": {"message": "cc failed", "spawn": {"code": "NON_ZERO_EXIT"}}},
    }
    bench = make_bench(tmp_path, dying(1, "BUILD_FAILURE", unbuilt, say="ERROR: //a:x_test: cc failed"))
    assert bench.run(retries="5").returncode == 1
    assert len(bench.calls()) == 1
    assert bench.sidecar()["verdict"] == "build failed"
    assert bench.result().error == "the build failed (exit code 1): //a:x_test: cc failed"
    assert bench.outcomes() == {"//a:x_test": "error"}


@pytest.mark.parametrize(
    ("code", "outcome", "exit_code", "verdict"),
    [(4, "empty", 1, "no tests found"), (2, "error", 2, "usage"), (8, "error", 1, "interrupted")],
)
def test_other_ends(tmp_path: Path, code: int, outcome: str, exit_code: int, verdict: str) -> None:
    bench = make_bench(tmp_path, dying(code, "X"))
    done = bench.run()
    assert bench.sidecar()["verdict"] == verdict
    assert (bench.result().outcome, done.returncode) == (outcome, 130 if code == 8 else exit_code)


def test_the_infrastructure_is_tried_again(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, dying(34), dying(39, "REMOTE_CACHE_EVICTED"), passing())
    done = bench.run(retries="2")
    assert done.returncode == 0, done.stdout
    assert [run["verdict"] for run in bench.sidecar()["runs"]] == ["infrastructure", "infrastructure", "passed"]
    assert bench.result().outcome == "passed"
    assert {"1-test.log.txt", "2-test.events.json", "3-test.bazelrc"} <= {
        path.name for path in bench.folder().iterdir()
    }
    assert "retry 2 of 2 in 0 s: the remote cache lost files that it had (exit code 39)" in done.stdout


def test_an_infrastructure_that_stays_broken_is_an_error(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, dying(34, say="ERROR: UNAVAILABLE: io exception"))
    done = bench.run(env={"GITHUB_ACTIONS": "true"}, retries="1")
    assert (done.returncode, len(bench.calls())) == (1, 2)
    assert bench.result().outcome == "error"
    assert bench.result().error.endswith("failed (exit code 34): UNAVAILABLE: io exception")
    assert "::error title=jax.py312::jax.py312: infrastructure" in done.stdout


def test_a_failed_test_beside_a_broken_infrastructure_is_not_tried_again(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, failing("//a:x_test", exit_code=38, name="PUBLISH_ERROR"), passing())
    assert bench.run().returncode == 1
    assert (len(bench.calls()), bench.result().outcome) == (1, "failed")


def test_an_executor_out_of_reach_fails_at_once(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    done = bench.run(remote_executor=GONE, wheel_command="touch wheels")
    assert (done.returncode, bench.calls()) == (1, [])
    assert bench.result().outcome == "error"
    assert bench.result().error == f"the remote executor {GONE} is out of reach: Connection refused"
    assert not (bench.checkout / "wheels").exists()


def test_or_the_row_runs_here_and_says_so(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    done = bench.run(env={"GITHUB_ACTIONS": "true"}, remote_executor=GONE, unreachable="local", spawn_strategy="remote")
    assert done.returncode == 0, done.stdout
    rc = bench.calls()[0].rc
    assert GONE not in rc
    assert 'build "--spawn_strategy=local"' in rc
    note = f"ran on this machine, not remotely: the remote executor {GONE} is out of reach: Connection refused"
    assert bench.sidecar()["notes"] == [note]
    assert (bench.sidecar()["where"], bench.result().ran) == ("local", "local")
    assert note in (bench.folder() / "summary.md").read_text()
    assert f"::warning title=jax.py312::{note}" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("choice", "verdict", "calls"), [("fail", "infrastructure", 1), ("local", "passed", 2)])
def test_an_executor_that_goes_away_meanwhile(tmp_path: Path, choice: str, verdict: str, calls: int) -> None:
    bench = make_bench(tmp_path, {**dying(34), "sleep": 1}, passing())
    with socket.create_server(("127.0.0.1", 0)) as server:
        inputs = {"remote-executor": f"grpc://127.0.0.1:{server.getsockname()[1]}", "unreachable": choice}
        process = subprocess.Popen(command(), cwd=bench.checkout, env=bench.env(inputs), stdout=subprocess.DEVNULL)
        wait_for(bench.bin / "ready")
    assert process.wait(60) == (0 if verdict == "passed" else 1)
    assert (bench.sidecar()["verdict"], len(bench.calls())) == (verdict, calls)
    runs = [(run["where"], run["verdict"]) for run in bench.sidecar()["runs"]]
    lost = ("remote", "infrastructure")
    assert runs == ([lost, ("local", "passed")] if choice == "local" else [lost, lost, lost])


def test_wheels_are_built_first_by_an_argument_vector(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    make = (
        "import pathlib, sys; d = pathlib.Path('wheels'); d.mkdir(); "
        "(d / 'p-1.whl').write_text(sys.argv[1]); print(sys.argv[2:])"
    )
    build = f"python3 -c \"{make}\" {{python}} '; touch pwned' --rc={{bazelrc}}"
    done = bench.run(wheel_command=build, wheelhouse="wheels", build_targets="//w:wheel")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (bench.checkout / "pwned").exists()
    assert [call.command for call in bench.calls()] == ["build", "test"]
    assert [run["what"] for run in bench.sidecar()["runs"]] == ["wheels", "build", "test"]
    (wheel,) = bench.sidecar()["wheels"]
    assert (wheel["name"], wheel["size"]) == ("p-1.whl", 4)
    assert "shuntyard-bazel-" in done.stdout  # where the options' file was


def test_wheels_that_cannot_be_built_end_the_row(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    assert bench.run(wheel_command="python3 -c 'import sys; sys.exit(9)'").returncode == 1
    assert (bench.calls(), bench.result().outcome) == ([], "error")
    assert bench.result().error == "the wheels could not be built: python3: exit code 9"


# Credentials: seen by Bazel as files and by nobody else, gone on every way out.


def test_credentials_are_files_that_only_bazel_is_told_of(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server:
        executor = f"grpcs://127.0.0.1:{server.getsockname()[1]}"
        copies = {"RBE_CI_KEY": KEY, "SOME_COPY": CERT}
        done = bench.run(env={**SECRETS, **copies}, remote_executor=executor)
    assert done.returncode == 0, done.stdout + done.stderr
    (call,) = bench.calls()
    assert sorted(Path(name).name for name in call.tls) == ["ci-cert.crt", "ci-cert.key"]
    assert (set(call.tls.values()), call.folder_mode) == ({"0o600"}, "0o700")
    assert not Path(call.rc_folder).is_relative_to(bench.checkout)
    assert not [name for name in call.env if name.startswith("INPUT_")]
    assert not [row for row in SECRET_LINES if row in "\n".join([*call.env.values(), *call.argv, call.rc])]
    assert "tls_client" not in (bench.folder() / "1-test.bazelrc").read_text()
    assert bench.left_behind() == []


@pytest.mark.parametrize("code", [0, 1, 3, 34])
def test_a_bazel_that_prints_them_shows_stars_and_they_are_gone(tmp_path: Path, code: int) -> None:
    leaking = {**passing(), "exit": code, "leak": True}
    leaking["files"] = {name: text.replace("all is well", KEY) for name, text in leaking["files"].items()}
    leaking["files"]["out/testlogs/a/x_test/test.xml"] = (
        f'<testsuite><testcase name="x"><failure message="{SECRET_LINES[0]}">{KEY}</failure></testcase></testsuite>'
    )
    bench = make_bench(tmp_path, leaking)
    with socket.create_server(("127.0.0.1", 0)) as server:
        executor = f"grpcs://127.0.0.1:{server.getsockname()[1]}"
        done = bench.run(env=SECRETS, remote_executor=executor, retries="0")
    told = done.stdout + done.stderr
    assert "***" in told
    assert not [row for row in SECRET_LINES if row in told]
    for path in bench.checkout.rglob("test.*"):  # what the test itself wrote is not ours
        path.unlink()
    assert bench.left_behind() == []
    assert "***" in (bench.folder() / "bazel-testlogs/a/x_test/test.xml").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_bazel_and_its_children_removes_them_and_keeps_the_logs(
    tmp_path: Path, number: signal.Signals
) -> None:
    bench = make_bench(
        tmp_path, {**passing(), "say": "Testing //a:x_test", "sleep": 60, "children": True, "leak": True}
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        inputs = {"remote-executor": f"grpcs://127.0.0.1:{server.getsockname()[1]}"}
        process = subprocess.Popen(
            command(), cwd=bench.checkout, env=bench.env(inputs, SECRETS), stdout=subprocess.PIPE, text=True
        )
        wait_for(bench.bin / "ready")
        assert list(bench.temp.rglob("ci-cert.key"))
        process.send_signal(number)
        told, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert not [row for row in SECRET_LINES if row in told]
    assert bench.left_behind() == []
    assert not is_alive(int((bench.bin / "child").read_text()))
    assert (bench.sidecar()["verdict"], bench.result().outcome) == ("interrupted", "error")
    assert "Testing //a:x_test" in (bench.folder() / "log.txt").read_text()


@pytest.mark.slow
def test_a_signal_during_a_pause_counts_too(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, dying(34))
    process = subprocess.Popen(
        command(), cwd=bench.checkout, env=bench.env({"backoff": "50"}, SECRETS), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    while "retry 1" not in (row := process.stdout.readline()):
        assert row, "it ended before the pause"
    process.terminate()
    process.communicate(timeout=30)
    assert (process.returncode, bench.left_behind()) == (130, [])
    assert bench.sidecar()["verdict"] == "interrupted"


def test_a_missing_secret_is_named(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    done = bench.run(env={"INPUT_RBE_CERT": CERT, "GITHUB_ACTIONS": "true"}, remote_executor="grpcs://rbe.example")
    assert done.returncode == 2
    assert "::error::the secret RBE_CI_KEY is missing; grpcs://rbe.example needs it" in done.stderr
    assert not [row for row in SECRET_LINES if row in done.stdout + done.stderr]
    assert bench.left_behind() == []


def test_secrets_have_no_option(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    done = subprocess.run(
        [*command(), "--rbe-key", KEY], cwd=bench.checkout, env=bench.env({}), capture_output=True, check=False
    )
    assert done.returncode == 2


@pytest.mark.slow
def test_a_test_that_hangs_is_ended_with_its_children_and_named(tmp_path: Path) -> None:
    running = "[8 / 9] 1 / 2 tests; Testing //a:hang_test; 1s remote"
    bench = make_bench(tmp_path, {"say": running, "sleep": 600, "children": True, "events": [started()]})
    began = time.monotonic()
    done = bench.run(time_limit="0.03")
    assert time.monotonic() - began < 30
    assert done.returncode == 1
    assert not is_alive(int((bench.bin / "child").read_text()))
    assert (bench.bin / "shutdown").exists()
    assert "its time limit; was running: //a:hang_test" in bench.result().error
    assert (bench.sidecar()["verdict"], bench.result().outcome) == ("out of time", "error")


HOSTILE = ["//a:x\n--remote_executor=grpc://evil", "//a:$(touch pwned)", "//a:x;touch pwned", "-c opt"]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_targets_are_never_more_than_targets(tmp_path: Path, value: str) -> None:
    bench = make_bench(tmp_path)
    done = bench.run(targets=value)
    assert not list(bench.checkout.rglob("pwned"))
    for call in bench.calls():
        assert done.returncode == 0
        assert "evil" not in call.rc
        assert call.targets == f"{value}\n"
    assert bench.calls() or done.returncode == 2


def test_a_hostile_test_cannot_write_a_command_of_the_runner(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, failing("//a:x_test"))
    plan = (bench.bin / "plan.json").read_text()
    (bench.bin / "plan.json").write_text(plan.replace("1 is not 2", "::set-output name=x::y | &lt;img&gt; @team"))
    bench.run(env={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")})
    shown = (tmp_path / "summary").read_text()
    assert "```text\n::set-output" in shown  # inside a fence nothing of it is more than text
    assert "<img>" not in shown.replace("```text\n::set-output name=x::y | <img> @team\n```", "")


def test_earlier_results_do_not_count(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, passing(), dying(34))
    bench.run()
    bench.run(retries="0")
    assert bench.result().outcome == "error"
    assert bench.outcomes() == {}


def test_tests_of_an_earlier_build_are_left_out(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    old = bench.checkout / "out/testlogs/a/old_test/test.xml"
    old.parent.mkdir(parents=True)
    old.write_text('<testsuite><testcase name="x"><failure/></testcase></testsuite>')
    assert bench.run().returncode == 0
    assert not list(bench.folder().rglob("old_test"))


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"unit": "null"}, "input 'unit' is missing"),
        ({"working-directory": ".."}, "input 'working-directory' is '..'"),
        ({"wheelhouse": "/etc"}, "input 'wheelhouse' is '/etc'"),
        ({"bazel": "no-such-bazel"}, "'no-such-bazel' is not there"),
        ({"image": "ubuntu:24.04"}, "'ubuntu:24.04' in input 'image'"),
        ({"instance": "a--b"}, "input 'instance' is 'a--b'"),
    ],
)
def test_wrong_inputs_are_named(tmp_path: Path, inputs: dict[str, str], says: str) -> None:
    bench = make_bench(tmp_path)
    done = bench.run(env=None, **inputs)
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr


def test_a_full_disk_is_told_and_cleared_away(tmp_path: Path) -> None:
    """/dev/full stands for a file of the results: every write to it finds the disk full."""
    bench = make_bench(tmp_path)
    watcher = (
        f"import os, time, pathlib; p = pathlib.Path({str(bench.folder())!r}, 'log.txt'); p.symlink_to('/dev/full')"
    )
    done = bench.run(env=SECRETS, wheel_command=f'python3 -c "{watcher}"')
    assert done.returncode == 1
    assert "error: the disk is full" in done.stderr
    assert "bug" not in done.stderr
    assert bench.left_behind() == []


def test_bazelisk_is_taken_before_bazel(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    (bench.bin / "bazelisk").symlink_to("bazel")
    (bench.bin / "bazel").rename(bench.bin / "real")
    (bench.bin / "bazelisk").unlink()
    (bench.bin / "real").rename(bench.bin / "bazelisk")
    assert bench.run().returncode == 0


def test_the_whole_unit_must_be_one_row(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    done = bench.run(unit=unit_text().replace('"rows": [', '"rows": [], "x": ['))
    assert done.returncode == 2


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_for(path: Path) -> None:
    for _ in range(300):
        if path.exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{path} did not come")


def test_the_bench_tells_of_a_secret_that_stays(tmp_path: Path) -> None:
    """The tests above would prove nothing if it did not."""
    bench: Bench = make_bench(tmp_path)
    (bench.results / "log").write_text(f"x{SECRET_LINES[1]}y")
    assert bench.left_behind() == [str(bench.results / "log")]
