"""From a script's inputs to an order: labels, times, engine, credentials, and what must not be in the image."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from shuntyard import handover, wire
from shuntyard.contract import Value
from shuntyard.engine import Builder
from shuntyard.engine.choose import choose
from shuntyard.engine.client import digest_in
from shuntyard.errors import EXIT_PROBLEMS, ShuntyardError
from shuntyard.human import memory
from shuntyard.images.build import Order, build_image, created
from shuntyard.images.context import axes_of, check_program
from shuntyard.images.record import RECORD, ImageRecord
from shuntyard.images.registry import Credentials, Registry, check_repository, check_tag, host, open_registry
from shuntyard.markdown import code, table_head, table_row
from shuntyard.passed import read_axes

_LABEL = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
_OCI = "org.opencontainers.image."


def build(inputs: Mapping[str, Value], env: Mapping[str, str], here: Path) -> tuple[ImageRecord, Path]:
    """Builds what the inputs ask for; returns its record and the folder of the hand-over. Raises ShuntyardError."""
    text = {name: str(value) for name, value in inputs.items()}
    credentials = Credentials(username=text["registry-username"], password=text["registry-password"])
    order = read_order(text, env, here)
    with open_registry(env, {login_host(order): credentials} if login_host(order) else {}) as registry:
        if _is_in_registry(order.base) and not digest_in(order.base):
            order = at_digest(order, registry)
        login = {"REGISTRY_AUTH_FILE": str(registry.authfile)} if registry.authfile else {}
        folder = build_image(order, _engine(text["engine"], {**env, **login}), registry).folder
    return wire.decode(ImageRecord, json.loads((folder / RECORD).read_text(encoding="utf-8"))), folder


def login_host(order: Order) -> str:
    """The one registry that the credentials are for: where the image is pushed, else where its base is."""
    return next((host(place) for place in (order.push, order.base) if _is_in_registry(place)), "")


def read_order(text: Mapping[str, str], env: Mapping[str, str], here: Path) -> Order:
    """The order. Raises ShuntyardError for whatever in the inputs cannot be meant."""
    folders = [here / item.strip() for item in text["wheels"].splitlines() if item.strip()]
    wheels = tuple(handover.read(folder, kind="wheels") for folder in folders)
    axes = axes_of(wheels, read_axes(text["axes"]))
    base = read_base(text["base"], axes, follow_tag=text["follow-tag"] == "True")
    repository, colon, tag = _split(text["push"])
    if text["push"]:
        check_repository(repository)
    if colon:
        check_tag(tag)
    epoch = _epoch(env)
    credentials = [("REGISTRY_PASSWORD", text["registry-password"]), ("IMAGE_BUILD_SECRET", text["build-secret"])]
    watched = (*credentials, ("IMAGE_INDEX_URL", text["index-url"]), *_in_address(text["index-url"]))
    order = Order(
        wheels=wheels,
        axes=axes,
        base=base,
        python=check_program(text["python"]),
        epoch=int(time.time()) if epoch is None else epoch,
        reproducible=epoch is not None,
        labels={},
        output=here / text["output"],
        timeout_s=float(text["timeout-minutes"]) * 60,
        containerfile=here / text["containerfile"] if text["containerfile"] else None,
        suite=here / text["suite"] if text["suite"] else None,
        index=text["index-url"] or _open_index(text["index"]),
        build_secret=text["build-secret"],
        push=text["push"],
        watched=tuple((name, value) for name, value in watched if value),
        facts={"run-id": env.get("GITHUB_RUN_ID", ""), "revision": env.get("GITHUB_SHA", "")},
    )
    return with_labels(order, text, env)


def with_labels(order: Order, text: Mapping[str, str], env: Mapping[str, str]) -> Order:
    """The order with its labels: those of the OCI image specification, the axes, and the caller's own over them."""
    server, repository = env.get("GITHUB_SERVER_URL", ""), env.get("GITHUB_REPOSITORY", "")
    base, digest = order.base.partition("@")[0], digest_in(order.base)
    known = {
        "created": created(order.epoch),
        "revision": env.get("GITHUB_SHA", ""),
        "source": f"{server}/{repository}" if server and repository else "",
        "version": text["version"],
        "base.name": base if digest else "",
        "base.digest": digest,
    }
    labels = {f"{_OCI}{name}": value for name, value in known.items() if value}
    labels |= {f"shuntyard.axis.{name}": value for name, value in order.axes.items()}
    return replace(order, labels={**labels, **read_labels(text["labels"])})


def at_digest(order: Order, registry: Registry) -> Order:
    """The order on what its base's tag names now, looked up once: the build and its record mean the same.

    Raises ShuntyardError where the registry has no such image.
    """
    digest = registry.digest(order.base)
    if not digest:
        raise ShuntyardError(f"there is no base {order.base}", hint="see input 'base'", exit_code=EXIT_PROBLEMS)
    print(f"{order.base} is {digest} now", flush=True)
    labels = {f"{_OCI}base.name": order.base, f"{_OCI}base.digest": digest}
    return replace(order, base=f"{_split(order.base)[0]}@{digest}", labels={**labels, **order.labels})


def read_labels(text: str) -> dict[str, str]:
    """`name=value`, one a line. Raises ShuntyardError."""
    labels = {}
    for item in filter(None, map(str.strip, text.splitlines())):
        name, equals, value = item.partition("=")
        if not equals or not _LABEL.fullmatch(name):
            hint = "write name=value, one a line; a name is small letters, digits, dots and dashes"
            raise ShuntyardError(f"the label {item[:200]!r} is not understood", hint=hint)
        labels[name] = value
    return labels


def summary(record: ImageRecord) -> str:
    """The record for a step summary."""
    rows = [["digest", record.digest], ["reference", record.reference], ["base", record.base]]
    rows += [["size", memory(record.size / 1e6)], ["engine", f"{record.engine} {record.engine_version}"]]
    rows += [["wheel", f"{wheel.name} {wheel.version}"] for wheel in record.wheels]
    lines = [table_row([name, code(value, 300)]) for name, value in rows]
    return "\n".join(["### Image", "", table_head(["", ""]), *lines, ""])


def in_one_line(record: ImageRecord) -> str:
    """`registry.example/team/jax@sha256:…  512 MB, 7 layers, by buildah`."""
    return f"{record.reference}  {memory(record.size / 1e6)}, {len(record.layers)} layers, by {record.engine}"


def outputs(record: ImageRecord, folder: Path) -> dict[str, str]:
    """What build-image tells the jobs that follow."""
    told = {"image": str(folder), "digest": record.digest, "reference": record.reference}
    return {**told, "sbom": str(folder / record.sbom), "size": str(record.size), "engine": record.engine}


def _engine(wanted: str, env: Mapping[str, str]) -> Builder:
    engine = choose(wanted, env)
    if engine is None:
        hint = "install docker, podman or buildah; on Debian and Ubuntu: apt-get install buildah"
        raise ShuntyardError("no container engine works here, and an image cannot be built without one", hint=hint)
    return engine


def _epoch(env: Mapping[str, str]) -> int | None:
    """SOURCE_DATE_EPOCH, in seconds since 1970; None where it is not set. Raises ShuntyardError."""
    text = env.get("SOURCE_DATE_EPOCH", "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 12):
        raise ShuntyardError(f"SOURCE_DATE_EPOCH is {text[:100]!r}", hint="whole seconds since 1970")
    return int(text) if text else None


def read_base(text: str, axes: Mapping[str, str], *, follow_tag: bool = False) -> str:
    """The one base, or the first of several lines whose axes are the image's. Raises ShuntyardError.

    It must have its digest, unless `follow_tag` says that its tag is to be looked up.
    """
    lines = [line.split() for line in text.splitlines() if line.strip()]
    fitting = [line[-1] for line in lines if line and read_axes(" ".join(line[:-1])).items() <= axes.items()]
    if not fitting:
        values = " ".join(f"{name}={value}" for name, value in sorted(axes.items()))
        raise ShuntyardError(f"no base is for {values or 'an image without axes'}", hint="add a line to input 'base'")
    base = fitting[0]
    if not (base.startswith(("oci:", "localhost/")) or digest_in(base.partition("@")[2])):
        repository, colon, tag = _split(base)
        if not follow_tag:
            hint = "write registry.example/team/image@sha256:…, or set 'follow-tag': what a tag means changes"
            raise ShuntyardError(f"the base {base[:200]!r} has no digest", hint=hint)
        check_repository(repository)
        if colon:
            check_tag(tag)
    return base


def _open_index(index: str) -> str:
    if "@" in urlsplit(index).netloc:
        raise ShuntyardError("input 'index' holds a password", hint="give it as the secret IMAGE_INDEX_URL")
    return index


def _in_address(url: str) -> list[tuple[str, str]]:
    """The password in an index's address, as it is and as pip sends it."""
    password = urlsplit(url).password or ""
    return [("IMAGE_INDEX_URL's password", item) for item in dict.fromkeys((password, unquote(password)))]


def _is_in_registry(place: str) -> bool:
    return bool(place) and not place.startswith(("oci:", "localhost/"))


def _split(push: str) -> tuple[str, str, str]:
    """Repository, colon and tag: a colon before the last slash is a port's."""
    head, slash, last = push.rpartition("/")
    name, colon, tag = last.partition(":")
    return f"{head}{slash}{name}", colon, tag
