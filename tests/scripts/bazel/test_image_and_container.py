"""The image by its digest, and a container that is described right. tests/rbe runs one where an engine works."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from shuntyard.bazel import container as contained
from shuntyard.bazel.image import Image, check_platform, choose_image
from shuntyard.bazel.inputs import CERT as CERT_NAME
from shuntyard.bazel.inputs import KEY as KEY_NAME
from shuntyard.bazel.job import CERTIFICATE, Job, read_job
from shuntyard.engine import Container, Prepared
from shuntyard.errors import ShuntyardError
from tests.scripts.bazel.samples import (
    CERT,
    KEY,
    SECRET_LINES,
    Bench,
    dying,
    failing,
    given,
    make_bench,
    passing,
    unit_text,
)
from tests.scripts.runner_samples import SCRIPTS

DIGEST, OTHER = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
IMAGE = f"rocm/tensorflow-build@{DIGEST}"


@dataclass
class Engine:
    """Runs a container's command on this machine: its mounts become paths of this machine. All else is as meant."""

    name: str = "docker"
    digest: str = DIGEST
    faults: int = 0
    instead: list[str] = field(default_factory=list)
    ran: list[Container] = field(default_factory=list)
    gone: int = 0

    def pull(self, image: str) -> str:
        if self.faults:
            self.faults -= 1
            raise ShuntyardError(f"the image {image} cannot be pulled: 503")
        return self.digest

    @contextlib.contextmanager
    def prepared(self, container: Container) -> Iterator[Prepared]:
        self.ran.append(container)
        places = {mount.target: str(mount.source) for mount in container.mounts}

        def here(text: str) -> str:
            for target, source in places.items():
                text = text.replace(target, source) if text.startswith(target) else text
            return text

        try:
            argv = self.instead or [here(word) for word in container.argv]
            inside = {name: here(value) for name, value in container.env.items()}
            yield Prepared(
                argv=argv, env={"PATH": os.environ["PATH"], "TMPDIR": os.environ.get("TMPDIR", "/tmp"), **inside}
            )
        finally:
            self.gone += 1


def contain(bench: Bench, engine: Engine, env: Mapping[str, str] | None = None, **inputs: str) -> Job:
    """Runs a row in a container of the engine, from the checkout."""
    texts = given(
        unit=unit_text(), results=str(bench.results), time_limit="1", backoff="0", pipeline="p",
        bazel=str(bench.bin / "bazel"), wheelhouse="wheels", rbe_cert=CERT, rbe_key=KEY, **inputs,
    )  # fmt: skip
    before = Path.cwd()
    os.chdir(bench.checkout)
    try:
        job = read_job(texts, {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(bench.temp), **(env or {})})
        image = Image(name=IMAGE, engine=engine, python=sys.executable, options=("--device=/dev/kfd",))
        contained.run_contained(job, image, texts, SCRIPTS / "run_bazel.py", sleep=lambda _: None)
    finally:
        os.chdir(before)
    return job


def test_the_script_itself_runs_inside_and_its_results_lie_outside(tmp_path: Path) -> None:
    bench, engine = make_bench(tmp_path), Engine()
    contain(bench, engine, {"GITHUB_REPOSITORY": "o/r", "GITHUB_TOKEN": "t", CERT_NAME: CERT})
    assert (bench.result().outcome, bench.result().key.repository) == ("passed", "o/r")
    assert bench.outcomes() == {"//a:x_test::x_test::one": "passed", "//a:x_test::x_test::two": "passed"}
    (ran,) = engine.ran
    assert list(ran.argv) == [sys.executable, "-SE", "/shuntyard/scripts/run_bazel.py"]
    assert {mount.target: mount.writable for mount in ran.mounts} == {
        "/shuntyard/scripts": False, "/shuntyard/results": True, "/shuntyard/credentials": False,
        str(bench.checkout): True,
    }  # fmt: skip
    assert list(ran.options) == ["--device=/dev/kfd", f"--mount=type=tmpfs,destination={bench.checkout}/wheels"]
    assert (ran.image, ran.workdir, engine.gone) == (IMAGE, str(bench.checkout), 1)
    assert not {"INPUT_IMAGE", "INPUT_RBE_KEY", "GITHUB_TOKEN", CERT_NAME, KEY_NAME} & set(ran.env)
    assert (ran.env["INPUT_ENGINE"], ran.env[CERTIFICATE]) == ("none", "/shuntyard/credentials")
    assert not [row for row in SECRET_LINES if row in json.dumps([ran.env, list(ran.argv), list(ran.options)])]
    assert bench.left_behind() == []


def test_credentials_reach_bazel_inside_and_are_starred_out(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    bench = make_bench(tmp_path, {**failing("//a:x_test"), "leak": True})
    contain(bench, Engine(), bazel_options="--define=a=b", remote_cache="grpcs://cache:443")
    (call,) = bench.calls()
    assert set(call.tls.values()) == {"0o600"}
    assert bench.result().outcome == "failed"
    told = capfd.readouterr()
    assert "***" in told.out
    assert not [row for row in SECRET_LINES if row in told.out + told.err]
    assert bench.left_behind() == []


def test_a_container_that_ends_without_a_result_is_the_infrastructures(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    contain(bench, Engine(instead=["sh", "-c", "echo no python3 here; exit 125"]))
    assert bench.result().outcome == "error"
    assert bench.result().error == "the container ended without a result: exit code 125"
    assert "no python3 here" in (bench.folder() / "log.txt").read_text()


def test_a_link_that_a_test_leaves_among_the_results_is_not_followed(tmp_path: Path) -> None:
    """The step summary and the artifact would show a file that only this machine should read."""
    bench = make_bench(tmp_path)
    (tmp_path / "private").write_text("of this machine")
    summary = bench.folder() / "summary.md"
    contain(bench, Engine(instead=["ln", "-s", str(tmp_path / "private"), str(summary)]))
    assert not summary.is_symlink()
    assert "of this machine" not in summary.read_text()
    assert bench.result().error == "the container ended without a result: exit code 0"


def test_an_image_that_cannot_be_pulled_is_tried_again(tmp_path: Path) -> None:
    bench, engine = make_bench(tmp_path), Engine(faults=2)
    contain(bench, engine)
    assert bench.result().outcome == "passed"


@pytest.mark.parametrize(
    ("engine", "says"),
    [
        (Engine(faults=9), f"no container could be started: the image {IMAGE} cannot be pulled: 503"),
        (Engine(digest=OTHER), f"no container could be started: {IMAGE} came as {OTHER}"),
    ],
)
def test_or_it_is_an_error(tmp_path: Path, engine: Engine, says: str) -> None:
    bench = make_bench(tmp_path)
    contain(bench, engine)
    assert (bench.result().outcome, bench.result().error, engine.ran) == ("error", says, [])
    assert bench.sidecar()["verdict"] == "infrastructure"


def test_a_failure_inside_is_the_rows(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, dying(34))
    contain(bench, Engine(), retries="1")
    assert [run["verdict"] for run in bench.sidecar()["runs"]] == ["infrastructure"] * 2


def test_buildah_has_no_memory_for_wheels(tmp_path: Path) -> None:
    bench, engine = make_bench(tmp_path, passing()), Engine(name="buildah")
    contain(bench, engine)
    assert list(engine.ran[0].options) == ["--device=/dev/kfd"]


def job_of(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.chdir(bench.checkout)
    return read_job(given(unit=unit_text(), results=str(bench.results)), {"PATH": str(bench.bin)})


def test_without_an_engine_the_row_runs_on_the_machine_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_of(make_bench(tmp_path), monkeypatch)
    assert choose_image(job, given()) == Image()
    assert choose_image(job, given(image=IMAGE)).notes == (
        f"ran on the machine itself, not in {IMAGE}: no container engine works here",
    )
    assert choose_image(job, given(image=IMAGE, engine="none")).engine is None
    with pytest.raises(ShuntyardError, match="podman is not installed"):
        choose_image(job, given(image=IMAGE, engine="podman"))


@pytest.mark.parametrize(
    "image", ["ubuntu:24.04", f"x@{DIGEST}0", f"x@{DIGEST[:-1]}", f"-v /:/x@{DIGEST}", f"{IMAGE}\n"]
)
def test_an_image_is_named_by_its_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, image: str) -> None:
    job = job_of(make_bench(tmp_path), monkeypatch)
    if image.endswith("\n"):  # what surrounds it does no harm
        assert choose_image(job, given(image=image, engine="none")).notes
        return
    with pytest.raises(ShuntyardError, match="in input 'image'"):
        choose_image(job, given(image=image))


def test_the_platform_has_the_same_digest(tmp_path: Path) -> None:
    check_platform(IMAGE, f"docker://registry.example/other-name@{DIGEST}", tmp_path)
    with pytest.raises(ShuntyardError) as raised:
        check_platform(IMAGE, f"docker://rocm/tensorflow-build@{OTHER}", tmp_path)
    assert IMAGE in raised.value.message
    assert f"rocm/tensorflow-build@{OTHER}" in raised.value.message


def test_the_platform_is_read_where_it_is_declared(tmp_path: Path) -> None:
    declare = 'exec_properties = {{"container-image": "docker://{}", "OSFamily": "Linux"}},\n'
    (tmp_path / "BUILD").write_text(declare.format(IMAGE))
    check_platform(IMAGE, "BUILD", tmp_path)
    (tmp_path / "BUILD").write_text(declare.format(IMAGE) + declare.format("rocm/tensorflow-build:latest"))
    with pytest.raises(ShuntyardError, match="declares rocm/tensorflow-build:latest"):
        check_platform(IMAGE, "BUILD", tmp_path)
    (tmp_path / "BUILD").write_text("nothing")
    with pytest.raises(ShuntyardError, match="declares no container-image"):
        check_platform(IMAGE, "BUILD", tmp_path)
    with pytest.raises(ShuntyardError, match="image-platform"):
        check_platform(IMAGE, "../BUILD", tmp_path)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_what_root_made_inside_belongs_to_the_checkouts_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = make_bench(tmp_path)
    os.chown(bench.checkout, 12345, 12345)
    (bench.checkout / "wheels").mkdir()
    (bench.checkout / "wheels/link").symlink_to("/etc/passwd")
    job = job_of(bench, monkeypatch)
    contained.give_back(job)
    assert (bench.checkout / "wheels").stat().st_uid == 0  # on the machine itself, nothing is ours to give
    contained.give_back(replace(job, inside=IMAGE))
    assert {path.lstat().st_uid for path in bench.checkout.rglob("*")} == {12345}
    assert Path("/etc/passwd").stat().st_uid == 0
