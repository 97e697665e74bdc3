"""What tools say, as findings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.wheels import repair
from shuntyard.wheels.checks import contents_findings
from shuntyard.wheels.expect import missing, read_expect
from shuntyard.wheels.install import disagreements
from shuntyard.wheels.names import read_wheel

MEMBERS = ["m/__init__.py", "m/_linalg.cpython-312-x86_64-linux-gnu.so", "m/data/a.json", "top.py", "m/_b.abi3.so"]


def test_what_is_expected_and_there() -> None:
    assert list(missing(MEMBERS, ["m", "m._linalg", "m._b", "top", "m/data/*.json", "m/_linalg*.so"])) == []


def test_what_is_expected_and_missing() -> None:
    assert list(missing(MEMBERS, ["m._prng", "m.lin", "data", "m/*.txt"])) == ["m._prng", "m.lin", "data", "m/*.txt"]


def test_expectations_are_read() -> None:
    assert read_expect("Mini_Plugin: m m._linalg\n\nother: a/b.json\nmini-plugin: top") == {
        "mini-plugin": ("m", "m._linalg", "top"),
        "other": ("a/b.json",),
    }
    for text in ("m m._linalg", "mini:", "mini: 1.2;x"):
        with pytest.raises(ShuntyardError, match="expect"):
            read_expect(text)


# What check-wheel-contents 0.6.3 said of the example's plugin, repaired by auditwheel 6.8, and of a broken one.
REPAIRED = """\
w.whl: W009: Wheel contains multiple toplevel library entries:
  mini_plugin/
  mini_plugin.libs/
w.whl: W010: Toplevel library directory contains no Python modules:
  mini_plugin.libs/
w.whl: W102: Wheel library contains files not in package tree:
  mini_plugin/_linalg.cpython-312-x86_64-linux-gnu.so
  mini_plugin.libs/libgomp-f9a9ad78.so.1.0.0
"""
BROKEN = """\
w.whl: W004: Module is not located at importable path: mini/x-y.py
w.whl: W009: Wheel contains multiple toplevel library entries:
  mini_plugin/
  mini_plugin.libs/
  tests/
w.whl: W101: Wheel library is missing files in package tree:
  mini_plugin/extra/__init__.py
"""


def test_what_auditwheel_puts_there_is_no_finding() -> None:
    assert list(contents_findings("w.whl", REPAIRED)) == []


def test_what_the_project_did_is() -> None:
    found = list(contents_findings("w.whl", BROKEN))
    assert [finding.rule for finding in found] == ["W004", "W009", "W101"]
    assert "tests/" in found[1].message
    assert ".libs" not in found[1].message
    assert "mini_plugin/extra/__init__.py" in found[2].message


def show(overall: str, symbols: str = "", libraries: tuple[str, ...] = ()) -> str:
    libs = {name: f"/lib/{name}" for name in libraries}
    return json.dumps({"overall_tag": overall, "sym_tag": symbols or overall, "external_libs": libs})


@pytest.mark.parametrize(
    ("tag", "told", "rule"),
    [
        ("manylinux_2_28_x86_64", show("manylinux_2_17_x86_64"), ""),
        ("manylinux2014_x86_64", show("manylinux_2_17_x86_64"), ""),
        ("manylinux_2_28_x86_64", show("manylinux_2_34_x86_64"), "platform-tag"),
        ("manylinux_2_28_x86_64", show("manylinux_2_28_aarch64"), "platform-tag"),
        ("musllinux_1_2_x86_64", show("manylinux_2_28_x86_64"), "platform-tag"),
        ("linux_x86_64", show("manylinux_2_17_x86_64"), "platform-tag"),
        ("manylinux_2_28_x86_64", show("linux_x86_64", "manylinux_2_28_x86_64", ("libgomp.so.1",)), "external-library"),
        ("manylinux_2_28_x86_64", show("linux_x86_64", "manylinux_2_28_x86_64", ("libamdhip64.so.7",)), ""),
        ("manylinux_2_28_x86_64", show("linux_x86_64", "manylinux_2_31_x86_64", ("libamdhip64.so.7",)), "platform-tag"),
        ("manylinux_2_28_x86_64", "Traceback", "unreadable"),
    ],
)
def test_a_tag_is_a_promise(tag: str, told: str, rule: str) -> None:
    found = repair.findings(Path(f"m-1-cp312-cp312-{tag}.whl"), told, exclude=["libamdhip64.so*"])
    assert [finding.rule for finding in found] == ([rule] if rule else [])


def test_wheels_of_one_release_agree() -> None:
    one, other = (read_wheel(f"m-1.0+rocm{v}-py3-none-any.whl") for v in ("7.1.1", "7.2.0"))
    assert disagreements([one, one]) == []
    (found,) = disagreements([one, other])
    assert "1.0+rocm7.1.1: m; 1.0+rocm7.2.0: m" in found.message
