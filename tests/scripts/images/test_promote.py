"""Which names an image gets, and when it gets none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shuntyard import handover, wire
from shuntyard.errors import ShuntyardError
from shuntyard.handover import Handover
from shuntyard.images.promote import Move, Names, check_passed, promote, tags_of
from shuntyard.images.registry import Registry
from shuntyard.report import Report, RowReport
from shuntyard.result import Outcome

OLD, NEW = (f"sha256:{letter * 64}" for letter in "ab")


def tags(folder: Path, names: Names, **axes: str) -> list[str]:
    made = folder / "made"
    made.mkdir()
    (made / "image.json").touch()
    return tags_of(names, handover.write(made, kind="image", axes=axes, facts={"created": "2026-11-21T23:00:00Z"}))


def test_the_names(tmp_path: Path) -> None:
    every = ["lts", "1.4.0", "nightly-2026-11-22", "latest"]
    assert tags(tmp_path, Names("v1.4.0", "2026-11-22", latest=True, others=("lts",))) == every


def test_images_of_a_matrix_do_not_take_each_other_s_names(tmp_path: Path) -> None:
    names = tags(tmp_path, Names("1.4.0-rc.1"), rocm="7.2.0", python="3.12")
    assert names == ["1.4.0-rc.1-python3.12-rocm7.2.0"]


def test_without_a_name_it_is_a_nightly_of_its_own_day(tmp_path: Path) -> None:
    assert tags(tmp_path, Names()) == ["nightly-2026-11-21"]


@pytest.mark.parametrize(
    ("version", "night", "latest", "said"),
    [
        ("1.4", "", False, "not semantic"),
        ("01.4.0", "", False, "not semantic"),
        ("1.4.0+build", "", False, "not semantic"),
        ("1.4.0-rc.1", "", True, "a pre-release"),
        ("", "tonight", False, "no day"),
    ],
)
def test_names_that_are_none(version: str, night: str, latest: bool, said: str, tmp_path: Path) -> None:
    with pytest.raises(ShuntyardError, match=said):
        tags(tmp_path, Names(version, night, latest))


class Known(Registry):
    """A registry in memory; `stuck` is a tag that something else moves back at once."""

    def __init__(self, images: dict[str, str], stuck: str = "") -> None:
        self.images, self.stuck, self.copied = images, stuck, list[str]()

    def digest(self, image: str) -> str:
        return self.images.get(image, "")

    def copy(self, source: str, target: str) -> None:
        self.copied.append(target)
        if target != self.stuck:
            self.images[target] = source.partition("@")[2]


SOURCE = f"r.example/staging@{NEW}"


def test_every_name_gets_the_tested_digest() -> None:
    registry = Known({SOURCE: NEW, "r.example/x:latest": OLD, "r.example/x:1.0.0": NEW})
    moves = list(promote(registry, SOURCE, ["r.example/x:1.0.0", "r.example/x:lts", "r.example/x:latest"]))
    assert moves == [
        Move(reference="r.example/x:1.0.0", result="already"),
        Move(reference="r.example/x:lts", result="added"),
        Move(reference="r.example/x:latest", result="moved", before=OLD),
    ]
    assert set(registry.images.values()) == {NEW}


def test_nothing_is_written_when_one_name_may_not_move() -> None:
    registry = Known({SOURCE: NEW, "r.example/x:1.0.0": OLD})
    with pytest.raises(ShuntyardError, match="never given to another image"):
        list(promote(registry, SOURCE, ["r.example/x:latest", "r.example/x:1.0.0"]))
    assert registry.copied == []


def test_an_image_that_is_gone() -> None:
    with pytest.raises(ShuntyardError, match="the registry has no"):
        list(promote(Known({SOURCE: OLD}), SOURCE, ["r.example/x:latest"]))


def test_a_name_that_does_not_keep_the_digest() -> None:
    registry = Known({SOURCE: NEW, "r.example/x:latest": OLD}, stuck="r.example/x:latest")
    with pytest.raises(ShuntyardError, match=f"latest is {OLD} after the copy"):
        list(promote(registry, SOURCE, ["r.example/x:latest"]))


def test_a_dry_run_writes_nothing() -> None:
    registry = Known({SOURCE: NEW})
    assert [move.result for move in promote(registry, SOURCE, ["r.example/x:latest"], dry_run=True)] == ["planned"]
    assert registry.copied == []


def image(folder: Path) -> Handover:
    folder.mkdir()
    (folder / "image.json").touch()
    return handover.write(folder, kind="image", axes={"rocm": "7.2.0"}, facts={"digest": NEW, "run-id": "7"})


def row(id_: str, outcome: Outcome, rocm: str, gpus: str) -> RowReport:
    values = {"rocm": rocm, "gpus": gpus}
    return RowReport(id=id_, unit="u", config="c", arm="", values=values, outcome=outcome, tests=1)


def test_only_rows_of_its_values_count(tmp_path: Path) -> None:
    rows = (row("a", "passed", "7.2.0", "1"), row("b", "failed", "7.2.0", "8"), row("c", "failed", "7.1.1", "1"))
    report = Report(pipeline="p", verdict="failed", headline="", rows=rows)
    path = tmp_path / "report.json"
    path.write_text(json.dumps(wire.encode(report)), encoding="utf-8")
    built = image(tmp_path / "image")
    assert check_passed(built, path, {"gpus": "1"}) == ("a",)
    with pytest.raises(ShuntyardError, match="is not promoted: not passed: b"):
        check_passed(built, path, {})
