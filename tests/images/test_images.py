"""Images for real: buildah in a chroot, a registry on loopback, skopeo; and what goes wrong with them."""

from __future__ import annotations

import json
import signal
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from shuntyard import handover, wire
from shuntyard.engine import Container
from shuntyard.engine.choose import choose
from shuntyard.images.build import reference_of
from shuntyard.images.layout import read_layout
from shuntyard.images.record import ImageRecord
from shuntyard.report import Report, RowReport, RunOrigin
from tests.images.conftest import Ran, Scripts, command_lines, make_wheels
from tests.images.engines import Storage, storage
from tests.images.registry import PASSWORD, USER, RunningRegistry, registry

LOGIN = {"registry_username": USER, "registry_password": PASSWORD}


def record_of(ran: Ran) -> ImageRecord:
    assert ran.code == 0, ran.said
    path = Path(ran.outputs["image"], "image.json")
    return wire.decode(ImageRecord, json.loads(path.read_text(encoding="utf-8")))


def write_report(path: Path, *outcomes: str, run_id: str = "7", rocm: str = "7.2.0") -> Path:
    rows = tuple(
        RowReport(id=f"row{number}", unit="u", config="c", arm="", values={"rocm": rocm, "gpus": str(number)},
                  outcome=outcome, tests=3)  # type: ignore[arg-type]
        for number, outcome in enumerate(outcomes)
    )  # fmt: skip
    report = Report(pipeline="p", run=RunOrigin(run_id=run_id), verdict="passed", headline="", rows=rows)
    path.write_text(json.dumps(wire.encode(report)), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _nothing_left(store: Storage) -> Iterator[None]:
    """Whatever a test does, no container, no image of a build and no temporary file outlives it."""
    yield
    assert store.left_behind() == []
    assert [line for line in command_lines() if str(store.folder) in line] == []


def build_mini(scripts: Scripts, base: str, push: str) -> Ran:
    """An image of two wheels and a suite, pushed to where it waits for its tests."""
    suite = scripts.folder / "suite"
    suite.mkdir()
    (suite / "test_import.py").write_text("import mini_plugin\n\ndef test_it() -> None: ...\n", encoding="utf-8")
    return scripts.also(GITHUB_RUN_ID="7", GITHUB_SHA="c0ffee").run(
        "build_image.py",
        wheels=str(make_wheels(scripts.folder / "wheels")),
        base=base,
        suite="suite",
        version="2.0.0",
        labels="org.opencontainers.image.title=mini\nteam=yard",
        push=push,
    )


@pytest.fixture(scope="module")
def built(store: Storage, base: str, server: RunningRegistry, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    scripts = Scripts(store=store, folder=tmp_path_factory.mktemp("built"))
    return build_mini(scripts, base, f"{server.host}/staging/mini")


def run_inside(store: Storage, image: str, *argv: str) -> str:
    engine = choose("buildah", store.env)
    assert engine is not None
    assert engine.pull(image)
    with engine.prepared(Container(image=image, argv=argv, name="inside", env={"WHO": "it's me"})) as prepared:
        return subprocess.check_output(prepared.argv, env=prepared.env, text=True)


def test_what_is_pushed_is_what_is_handed_over(built: Ran, server: RunningRegistry, base: str) -> None:
    record = record_of(built)
    handed = handover.read(Path(built.outputs["image"]), kind="image")
    manifest = server.manifest("staging/mini", record.digest)
    assert record.reference == handed.fact("image") == f"{server.host}/staging/mini@{record.digest}"
    assert handed.axes == {"rocm": "7.2.0"}
    assert handed.fact("digest") == built.outputs["digest"] == record.digest
    notes = manifest["annotations"]
    assert notes["org.opencontainers.image.created"] == record.created == "2023-11-14T22:13:20Z"
    assert notes["org.opencontainers.image.revision"] == "c0ffee"
    assert notes["org.opencontainers.image.base.digest"] == base.partition("@")[2]
    assert (notes["team"], notes["shuntyard.axis.rocm"]) == ("yard", "7.2.0")
    assert [layer.new for layer in record.layers] == [False, True]
    assert sum(layer["size"] for layer in manifest["layers"]) < record.size
    assert [wheel.name for wheel in record.wheels] == ["mini-pjrt", "mini-plugin"]


def test_it_runs_with_the_wheels_and_the_suite(built: Ran, store: Storage) -> None:
    image = record_of(built).reference
    code = "import mini_plugin, os; print(mini_plugin.mini_pjrt.VERSION, os.environ['WHO'], os.listdir('/opt/suite'))"
    assert run_inside(store, image, "python3", "-c", code) == "1.0+rocm7.2.0 it's me ['test_import.py']\n"


def test_the_bill_of_materials_is_of_what_is_installed(built: Ran, store: Storage) -> None:
    bill = json.loads(Path(built.outputs["sbom"]).read_text(encoding="utf-8"))
    purls = {item["purl"] for item in bill["components"]}
    assert "pkg:pypi/mini-plugin@2.0%2Brocm7.2.0" in purls
    listed = run_inside(store, record_of(built).reference, "dpkg-query", "--show", "--showformat=${Package}\\n")
    debs = {item["name"] for item in bill["components"] if item["purl"].startswith("pkg:deb/")}
    assert debs == set(listed.split())
    (own,) = [item for item in bill["components"] if item["name"] == "mini_plugin"]
    handed = handover.read(Path(built.outputs["image"]).parent / "wheels")
    assert own["hashes"][0]["content"] in {file.sha256 for file in handed.files}


def test_twice_the_same_is_the_same_digest(built: Ran, scripts: Scripts, base: str, server: RunningRegistry) -> None:
    again = record_of(build_mini(scripts, base, f"{server.host}/staging/again:tagged"))
    assert (again.digest, again.reproducible) == (record_of(built).digest, True)
    assert server.tags("staging/again") == ["tagged"]


def test_without_a_registry_the_hand_over_holds_the_image(
    scripts: Scripts, wheels: Path, base: str, store: Storage
) -> None:
    output = "_temp/Image"  # a path that no engine would take for a name
    ran = scripts.run("build_image.py", wheels=str(wheels), base=base, output=output)
    assert record_of(ran).reference == "oci:layout"
    handed = handover.read(Path(ran.outputs["image"]))
    image = reference_of(handed)
    assert run_inside(store, image, "python3", "-c", "import mini_plugin; print(mini_plugin.VERSION)") == "2.0\n"
    layout = read_layout(handed.folder / "layout")
    with tarfile.open(layout.blob(layout.layers[-1].digest)) as layer:
        names = [name for name in layer.getnames() if ".whl" in name or "pip.conf" in name]
    assert names == []
    upon = scripts.run("build_image.py", wheels=str(wheels), base=image, output="upon")
    assert [layer.new for layer in record_of(upon).layers] == [False, False, True]
    assert record_of(upon).base_digest == record_of(ran).digest
    refused = scripts.run(
        "promote_image.py", image=str(handed.folder), report=str(write_report(scripts.folder / "r", "passed")),
        to="127.0.0.1:1/x", tags="a",
    )  # fmt: skip
    assert (refused.code, "give build-image a push" in refused.said) == (2, True)


def test_promotion_copies_what_was_tested(built: Ran, scripts: Scripts, guarded: RunningRegistry) -> None:
    report = str(write_report(scripts.folder / "report.json", "passed", "passed"))
    target = f"{guarded.host}/release/mini"
    given = {"image": built.outputs["image"], "report": report, "to": target, **LOGIN}
    planned = scripts.run("promote_image.py", version="v2.0.0", dry_run="true", **given)
    assert (planned.code, planned.outputs["references"]) == (0, "[]"), planned.said
    ran = scripts.run("promote_image.py", version="v2.0.0", night="2026-11-22", latest="true", **given)
    assert ran.code == 0, ran.said
    assert json.loads(ran.outputs["references"]) == [
        f"{target}:{tag}-rocm7.2.0" for tag in ("2.0.0", "nightly-2026-11-22", "latest")
    ]
    again = scripts.run("promote_image.py", version="v2.0.0", latest="true", **given)
    assert again.code == 0 and again.said.count("already") == 2
    assert PASSWORD not in ran.said + again.said


def test_a_version_never_gets_another_image(
    built: Ran, scripts: Scripts, wheels: Path, base: str, server: RunningRegistry
) -> None:
    other = scripts.run("build_image.py", wheels=str(wheels), base=base, push=f"{server.host}/staging/other")
    report = str(write_report(scripts.folder / "report.json", "passed"))
    given = {"report": report, "to": f"{server.host}/release/fixed", "latest": "true"}
    first = scripts.run("promote_image.py", version="1.0.0", image=built.outputs["image"], **given)
    assert first.code == 0, first.said
    second = scripts.run("promote_image.py", version="1.0.0", image=other.outputs["image"], **given)
    assert (second.code, "never given to another image" in second.said) == (1, True)
    assert server.manifest("release/fixed", "latest-rocm7.2.0") == server.manifest(
        "staging/mini", record_of(built).digest
    )
    third = scripts.run("promote_image.py", version="1.0.1", image=other.outputs["image"], **given)
    assert (third.code, "moved" in third.said) == (0, True)
    assert server.manifest("release/fixed", "latest-rocm7.2.0") == server.manifest(
        "staging/other", record_of(other).digest
    )


@pytest.mark.parametrize(
    ("outcomes", "more", "said"),
    [
        (("passed", "failed"), {}, "not passed: row1"),
        ((), {}, "no row that tested it"),
        (("passed",), {"rocm": "7.1.1"}, "no row that tested it"),
        (("passed",), {"run_id": "8"}, "the report is of run 8"),
    ],
)
def test_what_was_not_tested_is_not_promoted(
    outcomes: tuple[str, ...], more: dict[str, str], said: str, built: Ran, scripts: Scripts, server: RunningRegistry
) -> None:
    report = str(write_report(scripts.folder / "report.json", *outcomes, **more))
    to = f"{server.host}/release/untested"
    ran = scripts.run("promote_image.py", image=built.outputs["image"], report=report, to=to, latest="true")
    assert (ran.code, said in ran.said) == (1, True), ran.said
    assert server.tags("release/untested") == []


@pytest.mark.parametrize(
    ("login", "said"),
    [
        ({"registry_username": USER, "registry_password": "wrong wrong"}, "does not take the user and password"),
        ({}, "asks who this is (401)"),
        ({"registry_username": USER}, "the secret REGISTRY_PASSWORD is missing"),
    ],
)
def test_a_wrong_password_names_the_secret(
    login: dict[str, str], said: str, built: Ran, scripts: Scripts, guarded: RunningRegistry
) -> None:
    report = str(write_report(scripts.folder / "report.json", "passed"))
    to = f"{guarded.host}/release/refused"
    ran = scripts.run("promote_image.py", image=built.outputs["image"], report=report, to=to, latest="true", **login)
    assert (ran.code, said in ran.said) == (2 if len(login) == 1 else 1, True), ran.said
    assert "REGISTRY_USERNAME and REGISTRY_PASSWORD" in ran.said
    assert "wrong wrong" not in ran.said


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[RunningRegistry]:
    with registry(tmp_path / "read-only", data=tmp_path / "data") as running:
        yield running


def test_a_registry_that_refuses_is_named(
    scripts: Scripts, wheels: Path, base: str, read_only: RunningRegistry
) -> None:
    ran = scripts.run("build_image.py", wheels=str(wheels), base=base, push=f"{read_only.host}/staging/mini")
    assert (ran.code, f"the registry {read_only.host} did not take" in ran.said) == (1, True), ran.said
    assert not (scripts.folder / "image").exists()


LEAKS = """\
RUN --mount=type=secret,id=build cp /run/secrets/build /etc/token && chmod 644 /etc/token
RUN --mount=type=secret,id=build base64 -w0 /run/secrets/build > /etc/encoded
RUN echo '[pypi]' > /etc/.pypirc
ENV TOKEN=hunter2-hunter2
"""


def test_a_secret_in_a_layer_stops_it(scripts: Scripts, wheels: Path, base: str, server: RunningRegistry) -> None:
    pip = "python3 -m pip install --no-index --break-system-packages"
    install = f"RUN --mount=type=bind,source=wheels,target=/w {pip} /w/*.whl"
    (scripts.folder / "Containerfile").write_text(f"ARG BASE\nFROM ${{BASE}}\n{install}\n{LEAKS}", encoding="utf-8")
    ran = scripts.run(
        "build_image.py", wheels=str(wheels), base=base, containerfile="Containerfile",
        build_secret="hunter2-hunter2", push=f"{server.host}/staging/leaky",
    )  # fmt: skip
    assert ran.code == 1
    _, _, told = ran.said.partition("error: ")
    assert told.splitlines()[:5] == [
        "the image would give secrets away:",
        "  the image: configuration holds the value of IMAGE_BUILD_SECRET",
        "  layer 2: etc/.pypirc has the name of a file with credentials (.pypirc)",
        "  layer 2: etc/encoded holds the value of IMAGE_BUILD_SECRET in base64",
        "  layer 2: etc/token holds the value of IMAGE_BUILD_SECRET",
    ]
    assert "hunter2" not in told
    assert server.tags("staging/leaky") == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("RUN true", "the image has no mini-pjrt, and mini_pjrt-1.0+rocm7.2.0-py3-none-any.whl was handed over"),
        ("RUN exit 5", "buildah could not build the image"),
        ("RUN rm /usr/bin/python3*", "the image cannot say what is installed"),
    ],
)
def test_a_containerfile_that_does_not_do_it(lines: str, said: str, scripts: Scripts, wheels: Path, base: str) -> None:
    (scripts.folder / "Containerfile").write_text(f"ARG BASE\nFROM ${{BASE}}\n{lines}\n", encoding="utf-8")
    ran = scripts.run("build_image.py", wheels=str(wheels), base=base, containerfile="Containerfile")
    assert (ran.code, said in ran.said) == (1, True), ran.said
    assert not (scripts.folder / "image").exists()


def test_an_image_for_another_python(scripts: Scripts, wheels: Path, base: str) -> None:
    ran = scripts.run("build_image.py", wheels=str(wheels), base=f"rocm=7.2.0 {base}", axes="python=2.7")
    assert (ran.code, "the image is for python 2.7, and its python3 is 3." in ran.said) == (1, True), ran.said


def test_a_wheel_whose_dependency_is_missing(scripts: Scripts, base: str) -> None:
    wheels = make_wheels(scripts.folder / "wheels", needs="mini-runtime>=3")
    ran = scripts.run("build_image.py", wheels=str(wheels), base=base)
    assert (ran.code, "mini-runtime" in ran.said) == (1, True), ran.said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_killed_while_building_leaves_nothing(
    number: signal.Signals, scripts: Scripts, wheels: Path, base: str
) -> None:
    naptime = f"sleep 9{number:03d}"
    (scripts.folder / "Containerfile").write_text(f"ARG BASE\nFROM ${{BASE}}\nRUN {naptime}\n", encoding="utf-8")
    process, out = scripts.start("build_image.py", wheels=str(wheels), base=base, containerfile="Containerfile")
    ran = scripts.interrupt(process, out, when=naptime, number=number)
    assert ran.code == 130, ran.said
    assert subprocess.run(["pgrep", "-f", f"^{naptime}"], check=False).returncode == 1


def test_a_full_disk_is_said_and_cleared(
    tmp_path: Path, wheels: Path, base: str, store: Storage, server: RunningRegistry
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=700m", "none", str(disk)], check=True)
    try:
        small = storage(disk)
        (tmp_path / "Containerfile").write_text(
            "ARG BASE\nFROM ${BASE}\nRUN dd if=/dev/zero of=/big bs=1M count=1000\n", encoding="utf-8"
        )
        ran = Scripts(store=small, folder=tmp_path).run(
            "build_image.py", wheels=str(wheels), base=base, containerfile="Containerfile"
        )
        assert (ran.code, "the disk is full" in ran.said) == (1, True), ran.said
        assert small.left_behind() == []
        small.buildah("rmi", "--all")
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
