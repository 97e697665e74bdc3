"""The bill of materials: valid CycloneDX, the same for the same image, and of what a real Python has installed."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shuntyard import wire
from shuntyard.images import inventory
from shuntyard.images.sbom import Distribution, Inventory, Package, bill

DIGEST = "sha256:" + "a" * 64


def made(**more: Any) -> dict[str, Any]:
    found = Inventory(
        python="3.12.1",
        platform="x86_64",
        distributions=(
            Distribution(name="Mini_Plugin", version="2.0+rocm7.2.0", license="Apache-2.0 WITH <odd> \"text\""),
            Distribution(name="numpy", version="2.1.0"),
        ),
        os={"id": "debian", "version": "12"},
        packages=(Package(kind="deb", name="libstdc++6", version="12.2.0-14", architecture="amd64"),),
    )  # fmt: skip
    return bill(found, name="mini", digest=DIGEST, created="2023-11-14T22:13:20Z", **more)


def test_it_is_valid_cyclonedx() -> None:
    try:
        schema = importlib.import_module("cyclonedx.schema")
        validation = importlib.import_module("cyclonedx.validation.json")
    except ImportError:
        why = "cyclonedx-python-lib is not installed; requirements/dev.txt has it"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    validator = validation.JsonStrictValidator(schema.SchemaVersion.V1_5)
    assert validator.validate_str(json.dumps(made(sha256={"mini-plugin==2.0+rocm7.2.0": "b" * 64}))) is None
    broken = made()
    broken["components"][0].pop("name")
    assert validator.validate_str(json.dumps(broken)) is not None


def test_addresses_of_packages() -> None:
    assert [item["purl"] for item in made()["components"]] == [
        "pkg:pypi/mini-plugin@2.0%2Brocm7.2.0",
        "pkg:pypi/numpy@2.1.0",
        "pkg:deb/debian/libstdc%2B%2B6@12.2.0-14?arch=amd64&distro=debian-12",
    ]


def test_a_wheel_s_hash_is_told() -> None:
    first = made(sha256={"mini-plugin==2.0+rocm7.2.0": "b" * 64})["components"][0]
    assert first["hashes"] == [{"alg": "SHA-256", "content": "b" * 64}]


def test_the_same_image_has_the_same_bill() -> None:
    assert made() == made()
    assert made()["serialNumber"].startswith("urn:uuid:")


def test_the_inventory_of_this_python_is_what_pip_says(tmp_path: Path) -> None:
    script, out = shutil.copy(inventory.__file__, tmp_path), tmp_path / "inventory.json"
    subprocess.run([sys.executable, "-E", script, str(out)], check=True, cwd=tmp_path)
    found = wire.decode(Inventory, json.loads(out.read_text(encoding="utf-8")))
    argv = [sys.executable, "-E", "-m", "pip", "list", "--format=json", "--disable-pip-version-check"]
    listed = json.loads(subprocess.run(argv, check=True, capture_output=True, text=True).stdout)
    assert {item["name"]: item["version"] for item in listed} == {d.name: d.version for d in found.distributions}
    assert found.version_of("PYTEST") == pytest.__version__
