"""What is in an image, as a CycloneDX bill of materials. Pure.

Source: CycloneDX 1.5 (ECMA-424 is 1.6), JSON; package-url specification, types pypi, deb and rpm.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from shuntyard.wheels.names import normal

_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # URLs, RFC 4122, appendix C


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A Python distribution that is installed."""

    name: str
    version: str
    license: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package of the operating system."""

    kind: str
    name: str
    version: str
    architecture: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What inventory.py found."""

    python: str
    platform: str
    distributions: tuple[Distribution, ...]
    os: dict[str, str]
    packages: tuple[Package, ...]

    def version_of(self, name: str) -> str:
        """The installed version of a distribution; empty where it is not installed."""
        return next((item.version for item in self.distributions if normal(item.name) == normal(name)), "")


def bill(
    inventory: Inventory, *, name: str, digest: str, created: str, sha256: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The bill: the same for the same image. `sha256` are the wheels that were handed over, by `name==version`."""
    hashes = sha256 or {}
    python = [_python(item, hashes.get(f"{normal(item.name)}=={item.version}", "")) for item in inventory.distributions]
    system = [_system(item, inventory.os) for item in inventory.packages]
    components = list({item["bom-ref"]: item for item in [*python, *system]}.values())
    own = {"type": "container", "bom-ref": digest, "name": name, "version": digest}
    own["hashes"] = [{"alg": "SHA-256", "content": digest.partition(":")[2]}]  # type: ignore[assignment]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'{name}@{digest}')}",
        "version": 1,
        "metadata": {
            "timestamp": created,
            "tools": {"components": [{"type": "application", "name": "shuntyard build-image"}]},
            "component": own,
            "properties": [{"name": "python", "value": inventory.python}],
        },
        "components": components,
        "dependencies": [{"ref": digest, "dependsOn": [item["bom-ref"] for item in components]}],
    }


def _python(item: Distribution, sha256: str) -> dict[str, Any]:
    purl = f"pkg:pypi/{quote(normal(item.name))}@{quote(item.version)}"
    component: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": item.name, "version": item.version}
    component["purl"] = purl
    if sha256:
        component["hashes"] = [{"alg": "SHA-256", "content": sha256}]
    if item.license:
        component["licenses"] = [{"license": {"name": item.license}}]
    return component


def _system(item: Package, release: Mapping[str, str]) -> dict[str, Any]:
    vendor = quote(release.get("id", "")) or ("debian" if item.kind == "deb" else "redhat")
    distro = f"{vendor}-{release['version']}" if release.get("version") else ""
    qualifiers = [("arch", item.architecture), ("distro", distro)]
    query = "&".join(f"{key}={quote(value)}" for key, value in qualifiers if value)
    purl = f"pkg:{quote(item.kind)}/{vendor}/{quote(item.name)}@{quote(item.version)}" + (f"?{query}" if query else "")
    return {"type": "library", "bom-ref": purl, "name": item.name, "version": item.version, "purl": purl}
