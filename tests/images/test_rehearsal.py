"""The whole of nightly-integration under act, in a stranger's repository: real wheels, images, registry and index."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from generator.rehearse.outcome import Rehearsal
from shuntyard import handover
from tests.generator.rehearse.acting import jobs, rehearsed, row, rows
from tests.generator.rehearse.small import git
from tests.images.base import ROOT
from tests.images.engines import Storage
from tests.images.guarded import Guarded
from tests.images.index import PASSWORD as INDEX_PASSWORD
from tests.images.index import Index, images_python, serve
from tests.images.jax_base import image_python, make_jax_base
from tests.images.registry import PASSWORD, USER, RunningRegistry

EXAMPLE = ROOT / "examples" / "plugin-mini"
CALLER = Path(".github/workflows/nightly-integration.yml")
NO_IMAGE = f"registry.example/team/jax@sha256:{'0' * 64}"
ROCM, TRIAL = "7.1.1", "7.2.0"


@dataclass(frozen=True, kw_only=True)
class Yard:
    """What the pipeline works with: `base` is an image with JAX in the registry, `python` its Python."""

    store: Storage
    registry: Guarded
    base: str
    python: str
    images_python: str

    def blob(self, repository: str, digest: str) -> bytes:
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        url = f"http://{self.registry.host}/v2/{repository}/blobs/{digest}"
        request = urllib.request.Request(url, headers={"Authorization": f"Basic {login}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            data: bytes = answer.read()
        return data


@dataclass(frozen=True, kw_only=True)
class Run:
    """One rehearsal, and where it left what."""

    verdict: Rehearsal
    home: Path
    index: Index

    @property
    def output(self) -> Path:
        return Path(self.verdict.output)

    def artifact(self, name: str) -> Path:
        return self.output / "artifacts" / f"nightly-integration-{name}"

    def report(self) -> Any:
        return json.loads((self.artifact("report") / "report.json").read_text(encoding="utf-8"))

    def log(self) -> str:
        return (self.output / "act.jsonl").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def yard(store: Storage, guarded: RunningRegistry, base: str) -> Yard:
    python = image_python(store, base)
    name, digest = make_jax_base(store, base, python), store.folder / "jax-digest"
    target = f"{guarded.host}/team/jax"
    options = ["--quiet", "--tls-verify=false", f"--creds={USER}:{PASSWORD}", f"--digestfile={digest}"]
    store.buildah("push", *options, name, f"docker://{target}:1")
    made = f"{target}@{digest.read_text(encoding='utf-8').strip()}"
    return Yard(store=store, registry=Guarded(guarded, store), base=made, python=python, images_python=images_python())


def rehearse(yard: Yard, home: Path, index: Index, *globs: str, edits: Mapping[str, tuple[str, str]]) -> Run:
    """A stranger's checkout with the edits, file → (old, new), and the pipeline in it."""
    caller = home / "plugin-mini"
    shutil.copytree(EXAMPLE, caller, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    text = (caller / CALLER).read_text(encoding="utf-8")
    known = {NO_IMAGE: yard.base, "registry.example": yard.registry.host, "history: mysql": f"history: {home}/history"}
    for old, new in known.items():
        assert old in text
        text = text.replace(old, new)
    (caller / CALLER).write_text(text, encoding="utf-8")
    for file, (old, new) in edits.items():
        before = (caller / file).read_text(encoding="utf-8")
        assert old in before
        (caller / file).write_text(before.replace(old, new), encoding="utf-8")
    git(caller, "init", "--quiet", "--initial-branch=main")
    git(caller, "remote", "add", "origin", "https://github.com/stranger/plugin-mini")
    git(caller, "add", "--all")
    git(caller, "commit", "--quiet", "--message", "as it is")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTAINERS_STORAGE_CONF", yard.store.env["CONTAINERS_STORAGE_CONF"])
        wishes: dict[str, Any] = {
            "jobs_at_once": 2,
            "rows": globs,
            "runners": ("rocm-1", "rocm-4"),
            "secrets": secrets(home, index),
            "timeout_s": 900.0,
        }
        verdict = rehearsed(ROOT, caller, "nightly-integration", **wishes)
    return Run(verdict=verdict, home=home, index=index)


def secrets(home: Path, index: Index) -> Path:
    file = home / "secrets"
    values = {"REGISTRY_USERNAME": USER, "REGISTRY_PASSWORD": PASSWORD, "TWINE_USERNAME": "publisher"}
    values |= {"TWINE_PASSWORD": INDEX_PASSWORD, "TWINE_REPOSITORY_URL": index.url}
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def good(yard: Yard, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Both rows of a stable stack, and one of an experimental stack that has no base image yet."""
    home = tmp_path_factory.mktemp("good")
    globs = (f"{yard.python}.{ROCM}.*", f"{yard.python}.{TRIAL}.single")
    with serve(yard.images_python, home / "index") as index:
        yield rehearse(yard, home, index, *globs, edits={})


def test_what_is_stable_passes_and_what_is_experimental_blocks_nothing(good: Run, yard: Yard) -> None:
    found, (single, multi, trial) = good.verdict, names(yard)
    assert found.verdict == "passed", found
    assert {name: verdict for name, verdict in rows(found).items() if verdict != "skipped"} == {
        single: "passed", multi: "passed", trial: "error",
    }  # fmt: skip
    assert row(found, single).tests == row(found, multi).tests > 120
    assert jobs(found)["gate"] == "passed"
    report = good.report()
    assert report["verdict"] == "passed"
    assert {each["id"]: (each["outcome"], each["stage"]) for each in report["rows"]} == {
        single: ("passed", ""), multi: ("passed", ""), trial: ("error", "experimental"),
    }  # fmt: skip
    assert f"no base is for python={yard.python} rocm={TRIAL}" in good.log()


def test_the_index_has_the_wheels_that_were_tested(good: Run) -> None:
    handed = handover.read(good.artifact(f"handover-wheels-{ROCM}"), kind="wheels")
    assert len(handed.files) == 2
    assert {file.path: file.sha256 for file in handed.files} == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in good.index.packages.iterdir()
    }


def test_what_is_promoted_is_what_every_row_ran_in(good: Run, yard: Yard) -> None:
    handed = handover.read(good.artifact(f"handover-image-{yard.python}-{ROCM}"), kind="image")
    (tag,) = yard.registry.tags("team/mini")
    assert tag == f"nightly-{handed.fact('created')[:10]}-python{yard.python}-rocm{ROCM}"
    digest = yard.registry.digest(f"team/mini:{tag}")
    assert digest == handed.fact("digest")
    for name in names(yard)[:2]:
        tested = json.loads((good.artifact(f"-{name}") / name / "r1" / "tested.json").read_text(encoding="utf-8"))
        assert (tested["digest"], tested["engine"]) == (digest, "buildah")


def test_no_secret_is_in_a_log_an_artifact_or_a_layer(good: Run, yard: Yard) -> None:
    kept = [path for folder in ("output", "history", "plugin-mini") for path in (good.home / folder).rglob("*")]
    files = {str(path): path.read_bytes() for path in kept if path.is_file() and not path.is_symlink()}
    assert any(name.endswith("act.jsonl") for name in files)
    assert any(name.endswith(".parquet") for name in files)
    (tag,) = yard.registry.tags("team/mini")
    manifest, base = (
        json.loads(yard.registry.raw(f"team/mini:{tag}")),
        json.loads(yard.registry.raw(yard.base.partition("/")[2])),
    )
    known = {layer["digest"] for layer in base["layers"]}
    new = [each["digest"] for each in [*manifest["layers"], manifest["config"]] if each["digest"] not in known]
    assert len(new) >= 2
    for digest in new:
        blob = yard.blob("team/mini", digest)
        files[digest] = gzip.decompress(blob) if blob[:2] == b"\x1f\x8b" else blob
    for secret in (PASSWORD, INDEX_PASSWORD):
        forms = (secret.encode(), base64.b64encode(secret.encode()), base64.b64encode(f"{USER}:{secret}".encode()))
        assert [name for name, data in files.items() if any(form in data for form in forms)] == []


def test_a_wheel_that_lacks_a_file_stays_here_and_the_row_says_why(
    yard: Yard, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Nobody has said what the wheel must hold, so it is built; the suite in the image misses the module."""
    home = tmp_path_factory.mktemp("bad")
    edits = {
        "plugin/setup.py": ('("_linalg", "_prng")', '("_linalg",)'),
        str(CALLER): ("mini_plugin._linalg mini_plugin._prng", "mini_plugin._linalg"),
    }
    before = yard.registry.tags("team/mini")
    with serve(yard.images_python, home / "index") as index:
        bad = rehearse(yard, home, index, f"{yard.python}.{ROCM}.single", edits=edits)
        assert index.files() == []
    assert yard.registry.tags("team/mini") == before
    name = names(yard)[0]
    assert bad.verdict.verdict == "failed"
    assert row(bad.verdict, name).verdict == "failed"
    told = jobs(bad.verdict)
    assert [told[job] for job in ("wheels", "image", "test", "report", "publish", "promote", "record", "gate")] == [
        "passed", "passed", "failed", "passed", "skipped", "skipped", "passed", "failed",
    ]  # fmt: skip
    (found,) = bad.report()["rows"]
    assert (found["id"], found["outcome"]) == (name, "failed")
    failures = {case["case"]: case["message"] for case in found["runs"][0]["cases"] if case["outcome"] == "failed"}
    assert "_prng" in failures["test_installation.py::test_the_plugin_imports"]
    figures = status(bad)
    assert (figures["answer"]["tone"], figures["answer"]["word"]) == ("bad", "Import failure")
    (night,) = (each for each in figures["nights"] if each["class"] != "nothing ran")
    assert {sign["row"] for sign in night["pipelines"]["nightly-integration"]["signs"]} == {name}


def names(yard: Yard) -> tuple[str, str, str]:
    """The rows: on one card and on several, and the experimental one."""
    return f"{yard.python}.{ROCM}.single", f"{yard.python}.{ROCM}.multi", f"{yard.python}.{TRIAL}.single"


def status(run: Run) -> Any:
    """The figures of the nightly status page, from the history that the run was recorded in."""
    page = run.home / "status.html"
    argv = [sys.executable, str(ROOT / "scripts" / "build_status.py"), "--history", str(run.home / "history")]
    done = subprocess.run([*argv, "--output", str(page)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
