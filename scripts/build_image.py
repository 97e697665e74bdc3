"""build-image: builds a fresh image with wheels installed, describes it, and pushes it to where it is tested."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from shuntyard.ci import github
from shuntyard.contract import Contract, Input, Output, Value
from shuntyard.entry import Done, main
from shuntyard.images.orders import build, in_one_line, outputs, summary
from shuntyard.images.registry import LOGIN

CONTRACT = Contract(
    name="build-image",
    summary="Builds a fresh image with wheels installed: digest, labels, bill of materials, and no secret in a layer.",
    workspace=True,
    inputs=(
        Input(name="wheels", help="the hand-overs of wheels: folders, one a line"),
        Input(
            name="base",
            help="the image to build on, with its digest, or oci:<folder>:<name>; or a line a value of"
            " an axis: rocm=7.2.0 registry.example/rocm@sha256:…",
        ),
        Input(
            name="follow-tag",
            type="boolean",
            default="false",
            help="whether the base may be a tag; which image that is gets looked up once, and recorded",
        ),
        Input(name="axes", default="", help="what the image is for besides what its wheels are for: python=3.12"),
        Input(name="containerfile", default="", help="how to build; empty installs the wheels and copies the suite"),
        Input(name="suite", default="", help="a folder to copy to /opt/suite, such as the integration tests"),
        Input(name="python", default="python3", help="the Python in the image that gets the wheels"),
        Input(name="index", default="", help="where else packages come from: an address, or default for pip's own"),
        Input(name="labels", default="", help="further labels, one a line: name=value"),
        Input(name="version", default="", help="the version, for the label org.opencontainers.image.version"),
        Input(name="engine", default="", help="docker, podman or buildah; empty takes the first that works"),
        Input(name="push", default="", help="where to push it before its tests: repository[:tag]; empty keeps files"),
        Input(name="timeout-minutes", type="number", default="60", help="the longest that the build may take"),
        Input(name="output", default="image", help="the folder to hand over; it must not hold anything"),
        Input(
            name="index-url",
            default="",
            secret="IMAGE_INDEX_URL",  # noqa: S106 - a name
            help="optional: the address of a package index that holds a password; it takes the place of index",
        ),
        Input(
            name="build-secret",
            default="",
            secret="IMAGE_BUILD_SECRET",  # noqa: S106
            help="optional: what the Containerfile mounts with RUN --mount=type=secret,id=build",
        ),
        *LOGIN,
    ),
    outputs=(
        Output(
            name="image", help="the folder to hand over: image.json, the bill of materials, manifest.json, _SUCCESS"
        ),
        Output(name="digest", help="the image's digest, sha256:…"),
        Output(name="reference", help="repository@digest, or oci:layout where it was not pushed"),
        Output(name="sbom", help="the path of the bill of materials, CycloneDX JSON"),
        Output(name="size", help="what a pull of it moves, in bytes"),
        Output(name="engine", help="the engine that built it"),
    ),
    exits={
        0: "built, and pushed where that was asked for",
        1: "it could not be built or pushed, or would give a secret away; nothing is left behind",
        2: "wrong usage, or no engine works here",
        3: "a bug",
        130: "interrupted; nothing is left behind",
    },
)


def run(inputs: Mapping[str, Value], env: Mapping[str, str]) -> Done:
    """Builds, tells, hands over."""
    record, folder = build(inputs, env, Path.cwd())
    github.write_summary(env, summary(record))
    print(in_one_line(record))
    return Done(outputs=outputs(record, folder))


if __name__ == "__main__":
    sys.exit(main(CONTRACT, run))
