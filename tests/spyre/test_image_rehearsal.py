"""The runtime image's workflow under act, for each of its events: real engine, registry and package."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from shuntyard import handover
from tests.generator.rehearse.small import commit, git, put
from tests.images.conftest import base as plain
from tests.images.conftest import guarded, server, store
from tests.images.engines import Storage
from tests.images.guarded import Guarded
from tests.images.jax_base import image_python
from tests.images.registry import PASSWORD, USER, RunningRegistry
from tests.spyre.runtime import CONTAINERFILE, make_base, put_suite
from tests.spyre.steps import MINI, toolkit_at
from tests.spyre.stranger import IGNORED, NAME, Rehearsed, Stranger

__all__ = ["guarded", "plain", "server", "store"]  # fixtures of the tests of images
STAGE = 1
SUITE, STAGING, RELEASES = "ci/in-image", "team/staging", "team/torch-spyre"
# Here is no card to hand to the container.
NO_CARD = ("      container-options: --device=/dev/vfio\n", "")


@pytest.fixture(scope="module")
def registry(guarded: RunningRegistry, store: Storage) -> Guarded:
    return Guarded(guarded, store)


@pytest.fixture(scope="module")
def python(store: Storage, plain: str) -> str:
    return image_python(store, plain)


@pytest.fixture(scope="module")
def stranger(
    store: Storage, plain: str, python: str, registry: Guarded, tmp_path_factory: pytest.TempPathFactory
) -> Stranger:
    """The example as it is, with a suite and a Containerfile that need no PyTorch, and what its callers name."""
    folder = tmp_path_factory.mktemp("stranger").resolve()
    image = {r"^  image: .*$": f"  image: {{suite: {SUITE}, containerfile: ci/Containerfile}}"}
    toolkit = toolkit_at(STAGE, folder / "toolkit", python, image)
    made = Stranger(folder=folder, toolkits={STAGE: toolkit}, upstream=folder, python=Path(python))
    shutil.copytree(MINI, made.project, ignore=IGNORED)
    put(made.project, "ci/Containerfile", CONTAINERFILE)
    put_suite(made.project / SUITE)
    caller = made.project / ".github" / "workflows" / "image.yml"
    text = caller.read_text(encoding="utf-8")
    assert NO_CARD[0] in text
    caller.write_text(text.replace(*NO_CARD), encoding="utf-8")
    git(made.project, "init", "--quiet", "--initial-branch=main")
    git(made.project, "remote", "add", "origin", f"https://github.com/{NAME}.git")
    commit(made.project)

    target = f"{registry.host}/team/base"
    options = ["--quiet", "--tls-verify=false", f"--creds={USER}:{PASSWORD}"]
    store.buildah("push", *options, make_base(store, plain, python), f"docker://{target}:latest")
    variables = {
        "RUNTIME_BASE": f"{target}:latest",
        "STAGING_IMAGE": f"{registry.host}/{STAGING}",
        "RELEASE_IMAGE": f"{registry.host}/{RELEASES}",
    }
    write(folder / "variables", variables)
    write(folder / "secrets", {"REGISTRY_USERNAME": USER, "REGISTRY_PASSWORD": PASSWORD})
    return made


def write(file: Path, values: dict[str, str]) -> None:
    file.touch(mode=0o600)
    file.write_text("".join(f'{name}="{value}"\n' for name, value in values.items()), encoding="utf-8")


def rehearse(stranger: Stranger, store: Storage, event: str, *words: str) -> Rehearsed:
    given = ["--variables", str(stranger.folder / "variables"), "--secrets", str(stranger.folder / "secrets")]
    env = {"CONTAINERS_STORAGE_CONF": store.env["CONTAINERS_STORAGE_CONF"]}
    return stranger.rehearse("torch-spyre-image", event, STAGE, "--runner", "spyre", *given, *words, **env)


@pytest.fixture(scope="module")
def pushed(stranger: Stranger, store: Storage) -> Rehearsed:
    return rehearse(stranger, store, "push")


@pytest.fixture(scope="module")
def released(stranger: Stranger, store: Storage) -> Rehearsed:
    return rehearse(stranger, store, "release", "--tag", "v0.1.0")


def image_of(run: Rehearsed, python: str) -> handover.Handover:
    return handover.read(run.artifact(f"handover-image-{python}"), kind="image")


def told_of(run: Rehearsed, python: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run.artifact(f"-{python}") / python / "r1" / "tested.json").read_text("utf-8"))
    return found


def test_a_push_to_main_builds_and_tests_the_image(pushed: Rehearsed, registry: Guarded, python: str) -> None:
    assert (pushed.exit_code, pushed.verdict) == (0, "passed"), pushed.said
    assert pushed.rows == {python: "passed"}
    assert pushed.jobs == {
        **dict.fromkeys(("select", "wheels", "image", "test", "report", "gate"), "passed"), "promote": "skipped",
    }  # fmt: skip
    assert len(pushed.cases()) > 10
    assert {outcome for outcome, _ in pushed.cases().values()} == {"passed"}
    digest = image_of(pushed, python).fact("digest")
    assert registry.digest(f"{STAGING}@{digest}") == digest
    assert registry.tags(RELEASES) == []
    assert (told_of(pushed, python)["digest"], told_of(pushed, python)["engine"]) == (digest, "buildah")


def test_the_newest_base_is_found_by_its_tag_and_kept_by_its_digest(
    pushed: Rehearsed, registry: Guarded, python: str
) -> None:
    now = registry.digest("team/base:latest")
    record = json.loads((image_of(pushed, python).folder / "image.json").read_text(encoding="utf-8"))
    assert record["base"] == f"{registry.host}/team/base@{now}"
    assert record["labels"]["org.opencontainers.image.base.name"] == f"{registry.host}/team/base:latest"
    assert record["labels"]["org.opencontainers.image.base.digest"] == now


def test_a_night_s_image_is_promoted_by_its_day(
    pushed: Rehearsed, stranger: Stranger, store: Storage, registry: Guarded, python: str
) -> None:
    found = rehearse(stranger, store, "schedule")
    assert (found.exit_code, found.verdict, set(found.jobs.values())) == (0, "passed", {"passed"}), found.said
    image = image_of(found, python)
    (tag,) = registry.tags(RELEASES)
    assert tag == f"nightly-{image.fact('created')[:10]}-python{python}"
    assert registry.digest(f"{RELEASES}:{tag}") == image.fact("digest")


def test_a_release_gives_its_version_to_what_was_tested(
    pushed: Rehearsed, released: Rehearsed, registry: Guarded, python: str
) -> None:
    assert (released.exit_code, released.verdict) == (0, "passed"), released.said
    assert released.told["event"] == "release (published tag v0.1.0)"
    assert set(released.jobs.values()) == {"passed"}
    digest = image_of(released, python).fact("digest")
    assert digest == told_of(released, python)["digest"]
    assert registry.digest(f"{RELEASES}:0.1.0-python{python}") == digest


def test_a_release_whose_tests_fail_reaches_no_one(
    released: Rehearsed, stranger: Stranger, store: Storage, registry: Guarded, python: str
) -> None:
    before = registry.tags(RELEASES)
    put(stranger.project, f"{SUITE}/test_broken.py", "def test_broken() -> None:\n    assert not 'a card'\n")
    try:
        found = rehearse(stranger, store, "release", "--tag", "v0.2.0")
    finally:
        (stranger.project / SUITE / "test_broken.py").unlink()
    assert (found.exit_code, found.verdict, found.rows) == (1, "failed", {python: "failed"}), found.said
    assert [found.jobs[name] for name in ("image", "test", "report", "promote", "gate")] == [
        "passed", "failed", "passed", "skipped", "failed",
    ]  # fmt: skip
    assert registry.tags(RELEASES) == before


def test_no_secret_is_in_a_log_or_an_artifact(pushed: Rehearsed, released: Rehearsed) -> None:
    files = [path for run in (pushed, released) for path in run.folder.rglob("*") if path.is_file()]
    assert any(path.name == "act.jsonl" for path in files)
    assert [path for path in files if PASSWORD.encode() in path.read_bytes()] == []
