"""Which files make up a history: whatever a compaction was stopped at, each run is read once."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from shuntyard.store import Chosen
from shuntyard.store.key import Name, RunId, run_name
from shuntyard.store.snapshot import attempt_of, take

MONTHS = ("2026-09", "2026-10", "2026-11")


def name_of(number: int, month: str = MONTHS[0], attempt: int = 1) -> Name:
    run = RunId(provider="g", repository="o/r", pipeline="p", instance="", run_id=str(number), attempt=attempt)
    return run_name(run, datetime.fromisoformat(f"{month}-05"))


def merged(generation: int, month: str = MONTHS[0]) -> Name:
    return Name(month=month, schema=1, generation=generation)


def test_run_files_and_a_merged_file_add_up() -> None:
    old, new = name_of(1), name_of(2)
    files = {merged(1).path: frozenset({old.stem})}
    snapshot = take([old.path, new.path, merged(1).path], lambda name: files[name.path])
    (month,) = snapshot.months
    assert month.readable == (merged(1), new)
    assert (month.covered, month.superseded, month.last) == ((old,), (), 1)


def test_a_damaged_merged_file_gives_way_to_the_one_before() -> None:
    held = {merged(1).path: frozenset({name_of(1).stem})}
    paths = [merged(1).path, merged(2).path, name_of(2).path]
    snapshot = take(paths, lambda name: held.get(name.path, "it is damaged"))
    (month,) = snapshot.months
    assert month.readable == (merged(1), name_of(2))
    assert [problem.file for problem in snapshot.problems] == [merged(2).path]
    assert month.last == 2, "the next generation must not take a damaged one's name"


def test_a_newer_schema_is_left_alone_and_told() -> None:
    newer = Name(month=MONTHS[0], schema=99, stem=name_of(1).stem)
    snapshot = take([newer.path, name_of(2).path], lambda _: frozenset())
    assert snapshot.names == [name_of(2)]
    assert "newer version" in snapshot.problems[0].message


def test_foreign_and_temporary_files_are_nothing() -> None:
    assert take(["README.md", "month=2026-09/.tmp-1-x", "month=2026-09/notes"], lambda _: frozenset()).months == ()


def test_a_run_in_two_months_is_read_once() -> None:
    twins = [name_of(1, month) for month in MONTHS]
    assert take([twin.path for twin in twins], lambda _: frozenset()).names == twins[:1]
    held = {merged(1, MONTHS[2]).path: frozenset({twins[0].stem})}
    paths = [*(twin.path for twin in twins), merged(1, MONTHS[2]).path]
    snapshot = take(paths, lambda name: held[name.path])
    assert snapshot.names == [merged(1, MONTHS[2])]
    assert [name for month in snapshot.months for name in month.covered] == [twins[2]], (
        "only its own month's is replaced"
    )


def test_months_outside_the_choice_are_not_looked_at() -> None:
    paths = [name_of(index, month).path for index, month in enumerate(MONTHS)]
    chosen = Chosen(since=datetime(2026, 10, 31), until=datetime(2026, 11, 1))
    assert [name.month for name in take(paths, lambda _: frozenset(), chosen).names] == ["2026-10", "2026-11"]


def test_attempts_are_seen_in_run_files_and_in_merged_ones() -> None:
    again = name_of(1, attempt=2)
    assert attempt_of(again.stem) == 2
    assert not take([name_of(1).path], lambda _: frozenset()).attempts
    assert take([again.path], lambda _: frozenset()).attempts
    assert take([merged(1).path], lambda _: frozenset({again.stem})).attempts


@given(st.data())
def test_however_compactions_are_stopped_each_run_is_read_once(data: st.DataObject) -> None:
    """A model of writers and compactions that interleave: any number is under way, each stopped anywhere."""
    files: dict[str, frozenset[str]] = {}
    appended: set[str] = set()
    under_way: list[tuple[Name, frozenset[str]]] = []
    for step in data.draw(st.lists(st.sampled_from(["append", "start", "finish", "remove"]), max_size=25)):
        (month,) = take(files, lambda name: files[name.path]).months or (None,)
        if step == "append":
            name = name_of(len(appended))
            files[name.path] = frozenset({name.stem})
            appended.add(name.stem)
        elif step == "start" and month:
            under_way.append((merged(month.last + 1), month.held | {name.stem for name in month.runs}))
        elif step == "finish" and under_way:
            name, stems = under_way.pop(data.draw(st.integers(0, len(under_way) - 1)))
            files.setdefault(name.path, stems)  # whoever is second finds the name taken, and drops its work
        elif step == "remove" and month and (month.covered or month.superseded):
            del files[data.draw(st.sampled_from([*month.covered, *month.superseded])).path]
        read = [stem for name in take(files, lambda name: files[name.path]).names for stem in files[name.path]]
        assert sorted(read) == sorted(appended)
