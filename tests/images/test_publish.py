"""Publication to a real index on loopback: what passed goes out once, and an index's faults are told apart."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from shuntyard import handover, wire
from shuntyard.report import Report, RowReport
from tests.images.index import PASSWORD, Index, images_python, serve
from tests.images.test_wheels import Done, call

pytestmark = [pytest.mark.images, pytest.mark.slow]
NAMES = ("mini_one-0.3.0+rocm7.2.0-py3-none-any.whl", "mini_two-0.3.0+rocm7.2.0-py3-none-any.whl")


@pytest.fixture(scope="module")
def python() -> str:
    return images_python()


@pytest.fixture
def index(python: str, tmp_path: Path) -> Iterator[Index]:
    with serve(python, tmp_path / "index") as running:
        yield running


def wheel(name: str, content: str) -> bytes:
    distribution, version = name.split("-")[:2]
    info, data = f"{distribution}-{version}.dist-info", io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(f"{distribution}.py", content)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n\n")
        tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        archive.writestr(f"{info}/WHEEL", tags)
        archive.writestr(f"{info}/RECORD", f"{distribution}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return data.getvalue()


def packages(home: Path, content: str = "VALUE = 42\n") -> Path:
    folder = home / "wheels"
    folder.mkdir(exist_ok=True)
    for name in NAMES:
        (folder / name).write_bytes(wheel(name, content))
    handover.write(folder, kind="wheels", axes={"rocm": "7.2.0"})
    return folder


def report(home: Path, outcomes: Mapping[str, str]) -> Path:
    """A report with a row for each ROCm version."""
    rows = [
        RowReport(
            id=f"integration-{rocm}",
            unit=rocm,
            config="integration",
            arm="",
            values={"rocm": rocm},
            outcome=outcome,  # type: ignore[arg-type]
            tests=5,
            skipped=5 if outcome == "passed" and rocm.endswith("skipped") else 1,
        )
        for rocm, outcome in outcomes.items()
    ]
    value = Report(pipeline="nightly", verdict="passed", headline="", rows=tuple(rows))
    (home / "report.json").write_text(json.dumps(wire.encode(value)))
    return home / "report.json"


def publish(python: str, index: Index, home: Path, *arguments: str, password: str = PASSWORD, **more: str) -> Done:
    secrets = {
        "INPUT_REPOSITORY_URL": index.url,
        "INPUT_USERNAME": "publisher",
        "INPUT_PASSWORD": password,
        **more,
    }
    given = ["--packages", str(home / "wheels"), "--axes", "rocm=7.2.0", "--tries", "2", *arguments]
    if "--report" not in given:
        given += ["--report", str(report(home, {"7.2.0": "passed", "7.1.1": "failed"}))]
    outputs = home / "outputs"
    outputs.unlink(missing_ok=True)
    done = call(python, "publish_packages", home, *given, GITHUB_OUTPUT=str(outputs), **secrets)
    assert not password or password not in done.text + json.dumps(done.outputs)
    return done


def test_what_passed_is_uploaded_and_can_be_installed(python: str, index: Index, tmp_path: Path) -> None:
    packages(tmp_path)
    done = publish(python, index, tmp_path)
    assert done.code == 0, done.text
    assert done.outputs == {"published": "true", "reason": "", "uploaded": "2", "already": "0"}
    assert index.files() == sorted(NAMES)
    env = tmp_path / "env"
    subprocess.run([python, "-m", "venv", str(env)], check=True)
    pip = [str(env / "bin" / "pip"), "install", "--quiet", "--index-url", f"{index.url}simple/"]
    subprocess.run([*pip, "mini-one==0.3.0+rocm7.2.0"], check=True)
    told = subprocess.run(
        [str(env / "bin" / "python"), "-c", "import mini_one; print(mini_one.VALUE)"], capture_output=True, check=False
    )
    assert told.stdout == b"42\n"


def test_twice_is_once(python: str, index: Index, tmp_path: Path) -> None:
    packages(tmp_path)
    publish(python, index, tmp_path)
    done = publish(python, index, tmp_path)
    assert done.code == 0
    assert done.outputs == {"published": "true", "reason": "", "uploaded": "0", "already": "2"}


def test_an_index_that_does_not_tell_refuses_a_duplicate_that_differs(
    python: str, index: Index, tmp_path: Path
) -> None:
    packages(tmp_path)
    publish(python, index, tmp_path)
    packages(tmp_path, "VALUE = 43\n")
    done = publish(python, index, tmp_path, INPUT_INDEX_URL=f"{index.url}nowhere/")
    assert done.code == 1
    assert "the index refuses mini_one" in done.text
    assert "already exists" in done.text
    assert "400 Bad Request" in done.text
    assert "<" not in done.text


def test_another_file_of_that_name_stops_everything(python: str, index: Index, tmp_path: Path) -> None:
    (index.packages / NAMES[1]).write_bytes(wheel(NAMES[1], "VALUE = 1\n"))
    packages(tmp_path)
    done = publish(python, index, tmp_path)
    assert done.code == 1
    assert f"the index has another file called {NAMES[1]}" in done.text
    assert index.files() == [NAMES[1]]


def test_a_password_that_is_wrong(python: str, index: Index, tmp_path: Path) -> None:
    packages(tmp_path)
    done = publish(python, index, tmp_path, password="not-the-password")
    assert done.code == 2
    assert "the index refuses the login" in done.text
    assert "403" in done.text
    assert "TWINE_PASSWORD" in done.text


@pytest.mark.parametrize(
    ("variable", "secret"), [("PASSWORD", "TWINE_PASSWORD"), ("REPOSITORY_URL", "TWINE_REPOSITORY_URL")]
)
def test_a_secret_that_is_missing(variable: str, secret: str, python: str, index: Index, tmp_path: Path) -> None:
    packages(tmp_path)
    done = publish(python, index, tmp_path, **{f"INPUT_{variable}": ""})
    assert done.code == 2
    assert f"the secret {secret} is missing" in done.text
    assert "it is needed, unless the secret PYPIRC has all of it" in done.text


def test_an_index_that_recovers(python: str, index: Index, tmp_path: Path) -> None:
    packages(tmp_path)
    index.misbehave("503 6")  # twine itself tries five times
    done = publish(python, index, tmp_path, "--tries", "3")
    assert done.code == 0, done.text
    assert index.files() == sorted(NAMES)


def test_an_index_that_dies_half_way(python: str, index: Index, tmp_path: Path) -> None:
    packages(tmp_path)
    index.misbehave("die 1")
    done = publish(python, index, tmp_path)
    assert done.code == 4
    assert "the index is out of reach (1 uploaded, 0 there before, 1 not uploaded)" in done.text
    assert "published\n" not in done.text
    (index.home / "fault").unlink(missing_ok=True)
    with serve(python, index.home) as again:
        done = publish(python, again, tmp_path)
    assert done.outputs == {"published": "true", "reason": "", "uploaded": "1", "already": "1"}


@pytest.mark.parametrize(
    ("outcomes", "reason"),
    [
        ({"7.2.0": "failed", "7.1.1": "passed"}, "not passed: integration-7.2.0"),
        ({"7.1.1": "passed"}, "the report has no row that tested it"),
    ],
)
def test_what_did_not_pass_stays_here(
    outcomes: dict[str, str], reason: str, python: str, index: Index, tmp_path: Path
) -> None:
    packages(tmp_path)
    done = publish(python, index, tmp_path, "--report", str(report(tmp_path, outcomes)))
    assert done.code == 0
    assert done.outputs["published"] == "false"
    assert reason in done.outputs["reason"]
    assert index.files() == []


def test_a_file_that_changed_on_the_way(python: str, index: Index, tmp_path: Path) -> None:
    folder = packages(tmp_path)
    with (folder / NAMES[0]).open("ab") as file:
        file.write(b"\0")
    done = publish(python, index, tmp_path)
    assert done.code == 2
    assert "were handed over" in done.text
    assert index.files() == []


def test_wheels_for_another_axis(python: str, index: Index, tmp_path: Path) -> None:
    handover.write(packages(tmp_path), kind="wheels", axes={"rocm": "7.1.1"})
    done = publish(python, index, tmp_path)
    assert done.code == 2
    assert "the hand-over is for rocm 7.1.1, not 7.2.0" in done.text


def test_only_checking_uploads_nothing(python: str, index: Index, tmp_path: Path) -> None:
    packages(tmp_path)
    done = publish(python, index, tmp_path, "--check-only", "true")
    assert done.code == 0, done.text
    assert done.outputs == {"published": "false", "reason": "only checked", "uploaded": "0", "already": "0"}
    assert index.files() == []


def test_a_pypirc_names_the_repository(python: str, index: Index, tmp_path: Path) -> None:
    packages(tmp_path)
    section = f"repository = {index.url}\nusername = publisher\npassword = {PASSWORD}\n"
    rc = f"[distutils]\nindex-servers = team other\n[team]\n{section}[other]\nrepository = https://other.example/\n"
    plain = {"INPUT_REPOSITORY_URL": "", "INPUT_PASSWORD": "", "INPUT_PYPIRC": rc}
    done = publish(python, index, tmp_path, "--repository", "team", **plain)
    assert done.code == 0, done.text
    done = publish(python, index, tmp_path, **plain)
    assert done.code == 2
    assert "team, other" in done.text
