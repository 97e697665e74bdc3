"""The runtime image with the package in it: built, pushed, tested and promoted, with a real engine and registry."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from shuntyard import handover
from shuntyard.evidence import artifact_name
from tests.images.conftest import base as plain
from tests.images.conftest import server, store
from tests.images.engines import Storage
from tests.images.jax_base import image_python
from tests.images.registry import RunningRegistry
from tests.spyre.conftest import STAGE, Published
from tests.spyre.runtime import CONTAINERFILE, make_base, put_suite
from tests.spyre.steps import MINI, Ran, Steps, toolkit_at

__all__ = ["plain", "server", "store"]  # fixtures of the tests of images
PIPELINE = "torch-spyre-image"


@pytest.fixture(scope="module")
def python(store: Storage, plain: str) -> str:
    """The Python of the base, such as 3.11."""
    return image_python(store, plain)


@pytest.fixture(scope="module")
def yard(python: str, tmp_path_factory: pytest.TempPathFactory) -> Steps:
    """A toolkit whose matrix has that Python alone: the image is for it."""
    return Steps(toolkit=toolkit_at(STAGE, tmp_path_factory.mktemp("toolkit") / "yard", python))


@pytest.fixture(scope="module")
def base(store: Storage, plain: str, python: str) -> str:
    return make_base(store, plain, python)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "Containerfile").write_text(f"{CONTAINERFILE}COPY suite/ /opt/suite/\n", encoding="utf-8")
    put_suite(folder / "suite")
    return folder


@pytest.fixture(scope="module")
def built(
    yard: Steps, store: Storage, server: RunningRegistry, base: str, published: Published, home: Path, python: str
) -> Ran:
    ran = yard.run(
        "build_image", home, env=store.env, wheels=str(published.wheels), base=base, containerfile="Containerfile",
        suite="suite", version="0.1.0", push=f"{server.host}/staging/torch-spyre", axes=f"python={python}",
    )  # fmt: skip
    assert ran.code == 0, ran.said
    return ran


@pytest.fixture(scope="module")
def plan(yard: Steps, home: Path) -> tuple[dict[str, Any], str]:
    units, plan = yard.selected(PIPELINE, home, "release")
    (unit,) = units.values()
    return unit, plan


def try_suite(
    yard: Steps, store: Storage, built: Ran, plan: tuple[dict[str, Any], str], suite: str
) -> tuple[Ran, Path]:
    """The suite in the image, and the report that follows from it."""
    home = Path(built.outputs["image"]).parent
    artifact = artifact_name(PIPELINE, "", plan[0]["id"])
    results, report = home / f"results-{Path(suite).name}", home / f"report-{Path(suite).name}"
    ran = yard.run(
        "test_image", home, env=store.env, unit=json.dumps(plan[0]), pipeline=PIPELINE, engine="buildah",
        handover=built.outputs["image"], suite=suite, platform="spyre", results=str(results / artifact),
    )  # fmt: skip
    told = yard.run("analyse_results", home, pipeline=PIPELINE, plan=plan[1], results=str(results), report=str(report))
    assert report.is_dir(), ran.said + told.said
    return ran, report


def promote(yard: Steps, store: Storage, server: RunningRegistry, built: Ran, report: Path) -> Ran:
    return yard.run(
        "promote_image", report.parent, env=store.env, image=built.outputs["image"], report=str(report),
        to=f"{server.host}/releases/torch-spyre", version="v0.1.0",
    )  # fmt: skip


def test_what_is_pushed_holds_the_package(built: Ran, server: RunningRegistry, python: str) -> None:
    handed = handover.read(Path(built.outputs["image"]), kind="image")
    manifest = server.manifest("staging/torch-spyre", built.outputs["digest"])
    assert manifest["annotations"]["org.opencontainers.image.version"] == "0.1.0"
    assert handed.axes == {"python": python}
    bill = json.loads(Path(built.outputs["sbom"]).read_text(encoding="utf-8"))
    assert "pkg:pypi/torch-spyre-mini@0.1.0" in {item["purl"] for item in bill["components"]}


def test_it_is_promoted_by_digest_once_its_tests_passed(
    yard: Steps, store: Storage, server: RunningRegistry, built: Ran, plan: tuple[dict[str, Any], str], python: str
) -> None:
    ran, report = try_suite(yard, store, built, plan, "/opt/suite")
    cases = ran.cases(plan[0]["rows"][0]["id"])
    assert (ran.code, {case.outcome for case in cases.values()}) == (0, {"passed"}), ran.said
    assert len(cases) > 10
    promoted = promote(yard, store, server, built, report)
    assert (promoted.code, promoted.outputs.get("digest")) == (0, built.outputs["digest"]), promoted.said
    (tag,) = server.tags("releases/torch-spyre")
    assert tag == f"0.1.0-python{python}"


def test_an_image_whose_tests_could_not_run_is_not_promoted(
    yard: Steps, store: Storage, server: RunningRegistry, built: Ran, plan: tuple[dict[str, Any], str]
) -> None:
    """The suite of the device needs PyTorch and a card; neither is here."""
    device = Path(built.outputs["image"]).parent / "device"
    shutil.copytree(MINI / "tests" / "device", device)
    before = server.tags("releases/torch-spyre")
    ran, report = try_suite(yard, store, built, plan, "device")
    assert ran.code == 1
    promoted = promote(yard, store, server, built, report)
    assert promoted.code == 1
    assert "is not promoted" in promoted.said
    assert server.tags("releases/torch-spyre") == before
