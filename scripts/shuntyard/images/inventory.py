"""Prints what is installed in an image, as JSON; the image's own Python runs this file, alone. Python 3.8 or newer.

{"python": "3.11.2", "platform": "...", "distributions": [{name, version, license}],
 "os": {id, version}, "packages": [{kind, name, version, architecture}]}
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_RPM = "%{NAME}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\t%{ARCH}\n"


def distributions() -> list[dict[str, str]]:
    """Every distribution that this Python can import, once; the first one found is what an import takes."""
    found: dict[str, dict[str, str]] = {}
    for item in importlib.metadata.distributions():
        fields = dict(item.metadata.items())  # type: ignore[attr-defined] # an email.message.Message
        name = fields.get("Name")
        if name:
            licence = fields.get("License-Expression") or fields.get("License") or ""
            record = {"name": name, "version": item.version or "", "license": " ".join(licence.split())[:200]}
            found.setdefault(name.lower().replace("_", "-").replace(".", "-"), record)
    return [found[key] for key in sorted(found)]


def os_release() -> dict[str, str]:
    """ID and VERSION_ID of os-release(5); empty where there is none."""
    fields = {}
    for line in _lines("/etc/os-release"):
        key, _, value = line.partition("=")
        fields[key] = value.strip().strip("\"'")
    return {"id": fields.get("ID", ""), "version": fields.get("VERSION_ID", "")}


def debian() -> Iterator[dict[str, str]]:
    """The packages that dpkg has installed, from its own files: an image may not have the program."""
    stanzas: list[dict[str, str]] = []
    stanza: dict[str, str] = {}
    for path in [Path("/var/lib/dpkg/status"), *sorted(Path("/var/lib/dpkg/status.d").glob("*"))]:
        for line in [*_lines(path), ""]:
            if not line.strip():
                stanzas.append(stanza)
                stanza = {}
            elif not line[0].isspace():
                key, _, value = line.partition(":")
                stanza[key] = value.strip()
    for item in stanzas:
        if item.get("Package") and item.get("Status", "install ok installed").endswith(" installed"):
            yield _package("deb", item["Package"], item.get("Version", ""), item.get("Architecture", ""))


def red_hat() -> Iterator[dict[str, str]]:
    """The packages that rpm has installed."""
    try:
        done = subprocess.run(["rpm", "--query", "--all", "--queryformat", _RPM], capture_output=True, check=False)
    except OSError:
        return
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        name, version, architecture = line.split("\t")
        yield _package("rpm", name, version[2:] if version.startswith("0:") else version, architecture)


def _package(kind: str, name: str, version: str, architecture: str) -> dict[str, str]:
    return {"kind": kind, "name": name, "version": version, "architecture": architecture}


def _lines(path: str | Path) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


if __name__ == "__main__":
    packages = sorted([*debian(), *red_hat()], key=lambda item: (item["name"], item["architecture"]))
    inventory = {
        "python": platform.python_version(),
        "platform": platform.machine(),
        "distributions": distributions(),
        "os": os_release(),
        "packages": packages,
    }
    Path(sys.argv[1]).write_text(json.dumps(inventory), encoding="utf-8")
