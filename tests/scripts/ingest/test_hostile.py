"""Files that want to hurt: each gives an error row in bounded time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shuntyard.ingest.combine import combine
from shuntyard.ingest.files import find
from shuntyard.ingest.source import read_all, read_source
from tests.scripts.ingest.samples import brief, case, ingest, junit, read, told

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"
# Reads one file with at most so much address space, and says what came of it.
CONFINED = """
import json, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]) * 2**20,) * 2)
from pathlib import Path
from shuntyard.ingest.source import read_source
started = time.process_time()
source = read_source(Path(sys.argv[1]), "x")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
print(json.dumps([source.told.problem, len(source.told.cases), time.process_time() - started, peak]))
"""


def confined(path: Path, mib: int = 1500) -> tuple[str, int, float]:
    """Problem, number of cases, and seconds of processor time."""
    command = [sys.executable, "-c", CONFINED, str(path), str(mib)]
    env = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=300)
    problem, cases, seconds, _ = json.loads(done.stdout)
    return problem, cases, seconds


BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "document",
    [
        f'<?xml version="1.0"?><!DOCTYPE t [<!ENTITY a0 "ha">{BOMB}]><testsuite><testcase name="&a11;"/></testsuite>',
        '<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite><testcase>&x;</testcase></testsuite>',
        '<!DOCTYPE testsuite SYSTEM "http://127.0.0.1:9/x.dtd"><testsuite/>',
        '<!DOCTYPE t [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]><testsuite/>',
    ],
)
def test_entities_are_refused(document: str) -> None:
    found = told(document.encode())
    assert found.cases == [] and "document type" in found.problem


def test_names_of_100_kb_stay_apart_and_short() -> None:
    long = "n" * 50_000
    names = [f"{long}{middle}{long}" for middle in "abc"]
    xml = told(junit(*map(case, names)))
    assert len({each.case for each in xml.cases}) == 3
    assert all(len(each.case) == 1000 and each.case.startswith("nnn") for each in xml.cases)
    lines = [{"nodeid": n, "when": "call", "outcome": "passed", "$report_type": "TestReport"} for n in names]
    log = read(b"\n".join(json.dumps(line).encode() for line in lines), kind="pytest-reportlog").told
    assert {each.case for each in log.cases} == {each.case for each in xml.cases}


def test_deep_nesting() -> None:
    assert "nested" in told(b"<testsuites>" * 10_000).problem
    assert "nested too deep" in told(b'{"testsuites": ' + b"[" * 200_000).problem
    deep = b'{"id": {"testResult": ' + b"[" * 200_000
    assert "nested too deep" in told(b'{"id": {"started": {}}}\n' + deep).problem


@pytest.mark.parametrize("number", ["nan", "inf", "1e999", "-1", "1e300", "9" * 5000, "0x10", "1_0", "٣"])
def test_odd_numbers_are_no_time_that_a_reader_would_refuse(number: str) -> None:
    (found,) = told(junit(case("a", time=number))).cases
    assert 0 <= found.call_s <= 1e9


def test_times_that_add_up_to_more_than_a_life_stay_readable() -> None:
    (found,) = combine([read(junit(*(case("a", time="900000000") for _ in range(5))))]).cases
    assert found.call_s == 1e9


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xml")
    (tmp_path / "folder.xml").mkdir()
    started = time.monotonic()
    for name in ("pipe.xml", "folder.xml", "missing.xml"):
        assert read_source(tmp_path / name, name).told.problem
    assert read_source(Path("/dev/zero"), "zero").told.problem == "is no regular file"
    assert read_source(Path("a\0b"), "nul").told.problem
    assert time.monotonic() - started < 5


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_bytes(junit(case("secret")))
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "link.xml").symlink_to(secret)
    (folder / "up").symlink_to(tmp_path)
    (folder / "a.xml").write_bytes(junit(case("a")))
    assert brief(ingest("results", base=tmp_path).cases) == ["a passed"]
    assert brief(ingest("results/link.xml", base=tmp_path).cases) == ["secret passed"]


def test_500_mb_are_not_read(tmp_path: Path) -> None:
    big = tmp_path / "big.xml"
    with big.open("wb") as file:
        file.write(b"<testsuites>")
        file.truncate(500_000_000)
    (tmp_path / "a.xml").write_bytes(junit(case("a")))
    started = time.monotonic()
    found = ingest("big.xml", "a.xml", base=tmp_path)
    assert brief(found.cases) == ["a passed", "big.xml::(file) error"]
    assert found.problems == ("big.xml: has 477 MiB; junit is read up to 256 MiB",)
    assert time.monotonic() - started < 5


def write(path: Path, head: bytes, piece: bytes, size: int, tail: bytes = b"") -> Path:
    with path.open("wb") as file:
        file.write(head)
        block = piece * max(1, 2**20 // len(piece))
        while file.tell() < size:
            file.write(block)
        file.write(tail)
    return path


SIZE = 250 * 2**20
HEAVY = {
    "millions of cases": (b"<testsuites>", b"<testcase/>", b"", "more than 500,000 cases"),
    "millions of empty elements": (b"<testsuites>", b"<x/>", b"", "more than 5,000,000 elements"),
    "one endless attribute": (b'<testsuites><testcase name="', b"n", b"", "a tag or a comment of more than"),
    "one endless comment": (b"<testsuites><!--", b"n", b"", "a tag or a comment of more than"),
    "one endless message": (b"<testsuites><testcase><failure>", b"message ", b"</failure></testcase></testsuites>", ""),
    "millions of attributes": (b"<testsuites><testcase ", b"a='' ", b"", "a tag or a comment of more than"),
    "an endless line": (b'{"id": {"started": {}}}\n{"test": "', b"n", b"", "has more than"),
    "millions of broken lines": (b'{"id": {"started": {}}}\n', b'{"test\n', b"", "too many"),
    "millions of empty lines": (b'{"id": {"started": {}}}\n', b"\n", b"", "too many"),
    "millions of small records": (b'{"$report_type": "SessionStart"}\n', b"{}\n", b"", "too many"),
    "millions of targets": (
        b'{"id": {"started": {}}}\n{"id": {"targetCompleted": {}}, "children": [',
        b'{"testResult":{}},',
        b"{}]}",
        "has more than",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HEAVY)
def test_250_mb_of_it_take_bounded_time_and_memory(tmp_path: Path, name: str) -> None:
    head, piece, tail, problem = HEAVY[name]
    path = write(tmp_path / "x", head, piece, SIZE, tail)
    told_problem, _, seconds = confined(path)
    path.unlink()  # pytest keeps what is left for days
    assert problem in told_problem and bool(problem) == bool(told_problem)
    assert seconds < 60


@pytest.mark.slow
def test_60_mb_of_json_values_take_bounded_memory(tmp_path: Path) -> None:
    path = write(tmp_path / "x", b'{"testsuites": [', b"{},", 60 * 2**20, b"{}]}")
    assert confined(path, 700)[0].startswith("holds more than 5,000,000 values")


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Path]:
    for number in range(3000):
        (tmp_path / f"{number}.xml").write_bytes(junit(case(f"a{number}")) if number % 2 else b"<testsuites><testc")
    yield tmp_path


def test_thousands_of_files_every_other_one_broken(many: Path) -> None:
    found = ingest(".", base=many)
    assert len(found.problems) == 1500 and len(found.cases) == 3000
    sources, others = read_all(find(["."], many))
    assert len(sources) == 3000 and others == []
