"""Flags in the repository variable: changed at once, one at a time, with their evidence in the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuntyard.errors import ShuntyardError
from shuntyard.hub import Hub
from shuntyard.hub.choose import open_hub
from shuntyard.hub.local import LocalHub
from shuntyard.options import read_flags
from shuntyard.rollout.flags import (
    NO_FLAGS,
    VARIABLE,
    disable,
    effective,
    format_flags,
    read_variable,
    set_flag,
)
from shuntyard.rollout.log import FileLog
from tests.scripts.hub.fake_github import REPO, TOKEN, Yard, serving

NOW = datetime(2026, 11, 22, 4, 0)
EVIDENCE = [{"criterion": "fallback_rate > 5%", "value": 0.07, "n": 120}]
NAMES = ["docs_test", "python", "distributed", "3.10"]
names = st.sampled_from(NAMES)
flag_sets = st.dictionaries(names | st.just("*"), st.booleans())


class Memory:
    """The part of a hub that flags need; fast enough for thousands of examples. The real ones follow below."""

    def __init__(self, text: str | None) -> None:
        self.text = text

    def variable(self, name: str) -> str | None:
        return self.text

    def set_variable(self, name: str, value: str) -> None:
        self.text = value


@pytest.fixture(params=["local", "github"])
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hub]:
    if request.param == "local":
        yield LocalHub(tmp_path / "hub")
        return
    with serving(Yard()) as yard:
        yield open_hub("github", {"GITHUB_API_URL": yard.base, "GITHUB_REPOSITORY": REPO, "GH_TOKEN": TOKEN})


@pytest.fixture
def log(tmp_path: Path) -> FileLog:
    return FileLog(tmp_path / "log.jsonl")


def test_a_demotion_changes_one_entry_and_logs_its_evidence(hub: Hub, log: FileLog) -> None:
    hub.set_variable(VARIABLE, "docs_test=on distributed=on  python=true")
    change = disable(hub, "distributed", EVIDENCE, log, NOW, reason="too many fallbacks", phase="2C")
    assert change.changed
    assert hub.variable(VARIABLE) == "docs_test=on distributed=off python=on"
    (entry,), problems = log.read()
    assert not problems
    assert entry == change.entry
    assert (entry.when, entry.by, entry.action, entry.config) == (
        "2026-11-22T04:00:00Z",
        "alert",
        "demoted",
        "distributed",
    )
    assert (entry.before, entry.after, entry.phase, entry.reason) == ("on", "off", "2C", "too many fallbacks")
    assert entry.evidence == tuple(EVIDENCE)


def test_the_first_flag_makes_the_variable(hub: Hub, log: FileLog) -> None:
    assert read_variable(hub) == {}
    assert disable(hub, "python", EVIDENCE, log, NOW, in_file=True).changed
    assert hub.variable(VARIABLE) == "python=off"
    assert not disable(hub, "python", EVIDENCE, log, NOW, in_file=True).changed
    assert len(log.read()[0]) == 1


def test_the_last_flag_leaves_a_value_that_holds_no_flag(hub: Hub, log: FileLog) -> None:
    disable(hub, "python", EVIDENCE, log, NOW)
    assert set_flag(hub, "python", None, EVIDENCE, log, NOW, in_file=True).changed
    assert (hub.variable(VARIABLE), read_variable(hub)) == (NO_FLAGS, {})
    assert [(entry.action, entry.before, entry.after) for entry in log.read()[0]] == [
        ("demoted", "as in the file", "off"), ("released", "off", "on"),
    ]  # fmt: skip


def test_what_is_off_already_is_left_alone() -> None:
    memory = Memory("*=off")
    assert not disable(memory, "python", [], FileLog(Path("never")), NOW, in_file=True).changed  # type: ignore[arg-type]
    assert memory.text == "*=off"


def test_a_variable_that_is_no_flags_is_named(log: FileLog) -> None:
    memory = Memory("distributed off")
    with pytest.raises(ShuntyardError, match="the variable SHUNTYARD_FLAGS: the flag 'distributed' is not understood"):
        disable(memory, "python", [], log, NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["*", "", "a b", "a=b", "a,b", "-a", "é", "a" * 61])
def test_only_the_name_of_one_configuration_is_taken(name: str, log: FileLog) -> None:
    memory = Memory("")
    with pytest.raises(ShuntyardError, match="is no name of a configuration"):
        disable(memory, name, [], log, NOW)  # type: ignore[arg-type]
    assert memory.text == ""


def test_a_hub_that_does_not_keep_the_flag_is_told(log: FileLog) -> None:
    class Stubborn(Memory):
        def set_variable(self, name: str, value: str) -> None:
            self.text = "python=on"

    with pytest.raises(ShuntyardError, match="something else writes it"):
        disable(Stubborn("python=on"), "python", [], log, NOW)  # type: ignore[arg-type]
    assert log.read() == ([], [])


def test_another_writer_in_between_is_not_lost(log: FileLog) -> None:
    class Busy(Memory):
        """Another job, that read the variable before we wrote it, writes it right after us, once."""

        late: str | None = "docs_test=off"

        def set_variable(self, name: str, value: str) -> None:
            self.text, self.late = self.late or value, None

    memory = Busy("")
    disable(memory, "python", EVIDENCE, log, NOW)  # type: ignore[arg-type]
    assert memory.text == "docs_test=off python=off"


def test_a_log_that_cannot_be_written_does_not_keep_the_flag_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    memory = Memory("python=on")
    with pytest.raises(ShuntyardError, match="the change is made, but the log") as raised:
        disable(memory, "python", EVIDENCE, FileLog(tmp_path / "file" / "log"), NOW)  # type: ignore[arg-type]
    assert memory.text == "python=off"
    assert '"value": 0.07' in raised.value.hint


@given(flag_sets)
def test_flags_are_read_back_as_they_were_written(flags: dict[str, bool]) -> None:
    assert read_flags(format_flags(flags)) == flags
    assert list(read_flags(format_flags(flags))) == list(flags)
    assert read_flags(format_flags(flags) or NO_FLAGS) == flags


@given(flag_sets, names, st.none() | st.booleans(), st.none() | st.booleans())
def test_a_change_never_touches_another_configuration(
    flags: dict[str, bool], config: str, on: bool | None, in_file: bool | None
) -> None:
    memory, kept = Memory(format_flags(flags)), Kept()
    set_flag(memory, config, on, EVIDENCE, kept, NOW, in_file=in_file)  # type: ignore[arg-type]
    after = read_variable(memory)  # type: ignore[arg-type]
    assert {name: flag for name, flag in after.items() if name != config} == {
        name: flag for name, flag in flags.items() if name != config
    }
    if on is not None and in_file is not None:
        assert effective(config, after, in_file) is on


class Kept:
    """A log that keeps its entries in memory."""

    where = "memory"

    def __init__(self) -> None:
        self.entries: list[object] = []

    def append(self, entry: object) -> None:
        self.entries.append(entry)


@given(
    flag_sets,
    st.fixed_dictionaries({name: st.booleans() for name in NAMES}),
    names,
    st.lists(st.tuples(names, st.sampled_from([False, None])), max_size=6),
)
def test_after_a_demotion_nothing_that_follows_turns_on_another(
    flags: dict[str, bool], in_file: dict[str, bool], first: str, acts: list[tuple[str, bool | None]]
) -> None:
    """Demotions of any, and releases of any that the file has off: nobody but those who are promoted goes on."""
    memory, kept = Memory(format_flags(flags)), Kept()
    before = {name: effective(name, flags, in_file[name]) for name in NAMES}
    disable(memory, first, EVIDENCE, kept, NOW, in_file=in_file[first])  # type: ignore[arg-type]
    released = {config for config, on in acts if on is None}
    for config, on in acts:
        set_flag(memory, config, on, EVIDENCE, kept, NOW, in_file=in_file[config])  # type: ignore[arg-type]
    after = read_variable(memory)  # type: ignore[arg-type]
    for name in NAMES:
        if name not in released:
            assert effective(name, after, in_file[name]) <= before[name]
    if first not in released:
        assert not effective(first, after, in_file[first])
