"""Docker and podman by what is asked of them: neither can run in a test, so stand-ins keep every command line."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from shuntyard.engine import Build, Builder, Container, Mount
from shuntyard.engine.choose import choose
from shuntyard.errors import ShuntyardError
from tests.scripts.engine.standins import DIGEST, StandIn, stand_in

IMAGE = f"registry.example/team/image@{DIGEST}"


@pytest.fixture(params=["docker", "podman"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Builder, StandIn]:
    programs = stand_in(tmp_path, request.param)
    found = choose(request.param, programs.env)
    assert found is not None
    assert found.name == request.param
    return found, programs


def container(**more: object) -> Container:
    return Container(image=IMAGE, argv=["python3", "-c", "print(1)"], name="row-1", **more)  # type: ignore[arg-type]


def test_a_command_runs_as_it_is_meant(engine: tuple[Builder, StandIn], tmp_path: Path) -> None:
    found, programs = engine
    mounts = [Mount(source=tmp_path, target="/src"), Mount(source=tmp_path, target="/out", writable=True)]
    env = {"TOKEN": "hush-hush", "PATH": "/opt/venv/bin", "DOCKER_HOST": "tcp://other"}
    whole = container(mounts=mounts, env=env, options=["--device=/dev/kfd"], workdir="/src")
    with found.prepared(whole) as prepared:
        subprocess.run(prepared.argv, env=prepared.env, check=True)
    (run,) = [call for call in programs.calls() if call.argv[0] == "run"]
    argv = [part for part in run.argv if not part.startswith("--env-file=")]
    assert argv == [
        "run", "--rm", "--init", "--pull=never", "--name", "row-1", "--env", "TOKEN",
        "--mount", f"type=bind,source={tmp_path},target=/src,readonly",
        "--mount", f"type=bind,source={tmp_path},target=/out",
        "--workdir", "/src", "--device=/dev/kfd", "--entrypoint", "python3", IMAGE, "-c", "print(1)",
    ]  # fmt: skip
    assert run.env["TOKEN"] == "hush-hush"
    assert run.env["PATH"] == programs.env["PATH"], "the client keeps its own"
    assert "DOCKER_HOST" not in run.env
    assert run.files == ["PATH=/opt/venv/bin\nDOCKER_HOST=tcp://other\n"]
    assert all("INPUT_PASSWORD" not in call.env for call in programs.calls())
    assert programs.commands()[-2:] == ["kill", "rm"]
    assert programs.calls()[-1].argv == ["rm", "--force", "--volumes", "row-1"]


def test_the_file_of_variables_is_private_and_removed(engine: tuple[Builder, StandIn]) -> None:
    with engine[0].prepared(container(env={"HOME": "/root"})) as prepared:
        (option,) = [part for part in prepared.argv if part.startswith("--env-file=")]
        path = Path(option.partition("=")[2])
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupt_removes_the_container(engine: tuple[Builder, StandIn], number: signal.Signals) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), engine[0].prepared(container()):
        os.kill(os.getpid(), number)
    assert engine[1].commands()[-2:] == ["kill", "rm"]
    assert signal.getsignal(signal.SIGTERM) == before


def test_an_image_that_is_not_here_is_pulled_once(tmp_path: Path) -> None:
    answers = {"image inspect": (1, "No such image"), "pull": (1, "pull access denied for team/image")}
    programs = stand_in(tmp_path, "docker", answers=answers)
    found = choose("docker", programs.env)
    assert found is not None
    with pytest.raises(ShuntyardError, match="cannot be pulled: pull access denied"):
        found.pull(IMAGE)
    assert [call.argv for call in programs.calls()[-1:]] == [["pull", "--quiet", IMAGE]]


def test_the_digest_is_the_repository_s_own(tmp_path: Path) -> None:
    other = "sha256:" + "e" * 64
    record = [{"RepoDigests": [f"elsewhere.example/x@{other}", f"registry.example:5000/team/image@{DIGEST}"]}]
    programs = stand_in(tmp_path, "docker", answers={"image inspect": (0, json.dumps(record))})
    found = choose("docker", programs.env)
    assert found is not None
    assert found.pull("registry.example:5000/team/image:1") == DIGEST


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"image": "--privileged"}, "no name of an image"),
        ({"image": "a b"}, "no name of an image"),
        ({"name": "-x"}, "no name of a container"),
        ({"argv": []}, "has no command"),
        ({"env": {"A=B": ""}}, "cannot be an environment variable"),
        ({"env": {"PATH": "a\nINJECTED=1"}}, "has several lines"),
        ({"options": ["alpine"]}, "has no dash"),
        ({"mounts": [Mount(source=Path("/a,readonly=false"), target="/b")]}, "cannot be mounted"),
        ({"mounts": [Mount(source=Path("relative"), target="/b")]}, "cannot be mounted"),
    ],
)
def test_what_could_mean_something_else_is_refused(
    engine: tuple[Builder, StandIn], wrong: dict[str, object], said: str
) -> None:
    whole: dict[str, object] = {"image": IMAGE, "argv": ["true"], "name": "row-1", **wrong}
    with pytest.raises(ShuntyardError, match=said), engine[0].prepared(Container(**whole)):  # type: ignore[arg-type]
        pass
    assert "run" not in engine[1].commands()


def build(tmp_path: Path) -> Build:
    file = tmp_path / "Containerfile"
    return Build(
        context=tmp_path,
        containerfile=file,
        base=IMAGE,
        tag="localhost/b",
        epoch=17,
        arguments={"PYTHON": "python3"},
        labels={"team": "yard"},
        secrets={"pip": tmp_path / "pip"},
    )


def test_docker_builds_with_buildkit(tmp_path: Path) -> None:
    found = choose("docker", stand_in(tmp_path, "docker").env)
    assert found is not None
    prepared = found.build(build(tmp_path))
    assert prepared.argv[1:] == [
        "build", "--pull=false", "--provenance=false", "--tag=localhost/b", "--build-arg=SOURCE_DATE_EPOCH=17",
        f"--build-arg=BASE={IMAGE}", "--build-arg=PYTHON=python3", "--label=team=yard",
        f"--secret=id=pip,src={tmp_path}/pip", f"--file={tmp_path}/Containerfile", str(tmp_path),
    ]  # fmt: skip
    assert prepared.env["DOCKER_BUILDKIT"] == "1"


def test_podman_builds_as_buildah_does(tmp_path: Path) -> None:
    listed = f"{'a' * 64} base-working-container\n{'b' * 64} someone-s-database"
    programs = stand_in(tmp_path, "podman", answers={"ps": (0, listed)})
    found = choose("podman", programs.env)
    assert found is not None
    argv = found.build(build(tmp_path)).argv
    assert {"--timestamp=17", "--force-rm", "--format=oci", "--annotation=team=yard", "--label=team=yard"} <= set(argv)
    assert found.containers(IMAGE) == {"a" * 64}
    assert f"ancestor={IMAGE}" in programs.calls()[-1].argv


def test_docker_s_archive_becomes_a_layout(tmp_path: Path) -> None:
    programs = stand_in(tmp_path, "docker", "skopeo")
    found = choose("docker", programs.env)
    assert found is not None
    (tmp_path / "made").mkdir()
    found.export("localhost/b", tmp_path / "made" / "layout")
    save, copy = (call.argv for call in programs.calls()[-2:])
    assert save[:2] == ["save", "--output"]
    assert copy == ["copy", "--quiet", f"docker-archive:{save[2]}", f"oci:{tmp_path}/made/layout:image"]
    assert list((tmp_path / "made").iterdir()) == []


@pytest.mark.parametrize(("name", "store"), [("docker", "docker-daemon"), ("podman", "containers-storage")])
def test_an_image_in_a_folder_is_loaded_under_a_name_of_its_own(tmp_path: Path, name: str, store: str) -> None:
    programs = stand_in(tmp_path, name, "skopeo")
    found = choose(name, programs.env)
    assert found is not None
    note = {"org.opencontainers.image.ref.name": "image"}
    index = {"manifests": [{"digest": "sha256:" + "e" * 64}, {"digest": DIGEST, "annotations": note}]}
    (tmp_path / "index.json").write_text(json.dumps(index), encoding="utf-8")
    image, known = f"oci:{tmp_path}:image", f"localhost/shuntyard-layout:{'d' * 32}"
    with found.prepared(Container(image=image, argv=["true"], name="x")) as prepared:
        assert prepared.argv[-2:] == ["true", known]
    assert ["copy", "--quiet", image, f"{store}:{known}"] in [call.argv for call in programs.calls()]
    assert found.pull(image) == DIGEST
    with pytest.raises(ShuntyardError, match="there is no image"):
        found.pull(f"oci:{tmp_path}:other")
