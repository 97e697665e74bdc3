"""Which rows an event runs: by event, label, name, mode, flag and percentage, each left-out row with its reason."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.plan import MODES, CompiledPipeline, CompiledRow, Mode, Quarantine, Suite, Unit
from shuntyard.select import (
    MATRIX_LIMIT,
    Request,
    Selection,
    in_python_share,
    is_enabled,
    matrix,
    select,
    told,
    unit_id,
)

FEW = settings(max_examples=40, deadline=None)

ARMS = ("shell", "python")


def pipeline(
    configs: tuple[str, ...] = ("unit", "docs"),
    *,
    together: str = "arm",
    shards: int = 1,
    flags: dict[str, bool] | None = None,
    events: tuple[str, ...] = ("call",),
    labels: tuple[str, ...] = (),
    arms: tuple[str, ...] = ARMS,
) -> CompiledPipeline:
    rows = [
        CompiledRow(
            id=f"{config}.{arm}" if arm else config,
            values={"config": config} | ({"arm": arm} if arm else {}),
            suite=config,
            runner="cpu",
            arm=arm,
            shards=shards,
        )
        for config in configs
        for arm in arms
    ]
    return CompiledPipeline(
        pipeline="p",
        summary="P.",
        events=events,
        labels=labels,
        together=together,
        config_axis="config",
        runners={"cpu": ("ubuntu-24.04",)},
        suites={config: Suite(id=config) for config in configs},
        flags=flags or {},
        rows=tuple(rows),
    )


def chosen(selection: Selection) -> list[str]:
    return [row.id for unit in selection.plan.units for row in unit.rows]


def refused(error_of: CompiledPipeline, request: Request) -> ShuntyardError:
    with pytest.raises(ShuntyardError) as raised:
        select(error_of, request)
    return raised.value


# --- what is asked for


def test_no_wish_runs_everything() -> None:
    selection = select(pipeline(), Request())
    assert chosen(selection) == ["unit.shell", "unit.python", "docs.shell", "docs.python"]
    assert selection.reasons == {}


def test_configurations_and_row_patterns_narrow_it_down() -> None:
    by_config = select(pipeline(), Request(configs=("docs",)))
    assert chosen(by_config) == ["docs.shell", "docs.python"]
    assert by_config.reasons["unit.shell"] == "not among the configurations asked for (docs)"
    by_row = select(pipeline(), Request(rows=("*.python", "unit.*")))
    assert chosen(by_row) == ["unit.shell", "unit.python", "docs.python"]
    assert by_row.reasons == {"docs.shell": "not among the rows asked for (*.python, unit.*)"}


def test_an_event_that_does_not_start_the_pipeline_runs_nothing() -> None:
    nightly = pipeline(events=("schedule", "workflow_dispatch"))
    assert chosen(select(nightly, Request(event="schedule"))) != []
    left = select(nightly, Request(event="push"))
    assert chosen(left) == []
    assert set(left.reasons.values()) == {
        "the event push does not start p (these do: schedule, workflow_dispatch)"
    }  # fmt: skip


def test_a_pipeline_that_can_be_called_is_started_by_any_event_of_a_caller() -> None:
    assert len(chosen(select(pipeline(events=("call",)), Request(event="push")))) == 4


def test_a_label_starts_it_only_if_it_is_one_of_its_own() -> None:
    labelled = pipeline(labels=("ciflow/x",), events=("pull_request",))
    request = Request(event="pull_request", action="labeled", label="ciflow/x")
    assert len(chosen(select(labelled, request))) == 4
    other = select(labelled, dataclasses.replace(request, label="bug"))
    assert set(other.reasons.values()) == {"the label 'bug' does not start it (these do: ciflow/x)"}
    assert len(chosen(select(labelled, dataclasses.replace(request, action="opened", label="")))) == 4
    assert len(chosen(select(pipeline(), dataclasses.replace(request, label="bug")))) == 4


# --- the arms


@pytest.mark.parametrize(
    ("mode", "flags", "expected"),
    [
        ("paired", {}, ["unit.shell", "unit.python", "docs.shell", "docs.python"]),
        ("shell", {}, ["unit.shell", "docs.shell"]),
        ("python", {}, ["unit.python", "docs.shell"]),  # the matrix switches docs off
        ("python", {"docs": True}, ["unit.python", "docs.python"]),
        ("python", {"*": True}, ["unit.python", "docs.python"]),
        ("python", {"*": True, "docs": False}, ["unit.python", "docs.shell"]),
        ("python", {"*": False}, ["unit.shell", "docs.shell"]),
        ("paired", {"*": False}, ["unit.shell", "unit.python", "docs.shell", "docs.python"]),
        ("shell", {"*": True}, ["unit.shell", "docs.shell"]),
    ],
)
def test_modes_and_flags_choose_the_arm(mode: Mode, flags: dict[str, bool], expected: list[str]) -> None:
    selection = select(pipeline(flags={"docs": False}), Request(mode=mode, flags=flags))
    assert chosen(selection) == expected


def test_each_arm_that_is_left_out_says_why() -> None:
    made = pipeline(flags={"docs": False})
    reasons = select(made, Request(mode="python")).reasons
    assert reasons["unit.shell"] == "mode python: only the python arm runs"
    assert reasons["docs.python"] == ("the Python runner is switched off for docs: only the shell arm runs")
    none = select(made, Request(mode="split", percent=0, change="c"))
    assert none.reasons["unit.python"] == (
        "this change is outside the 0 % that the Python runner gets: only the shell arm runs"
    )
    every = select(made, Request(mode="split", percent=100, change="c"))
    assert every.reasons["unit.shell"] == (
        "this change is in the 100 % that the Python runner gets: only the python arm runs"
    )


@pytest.mark.parametrize("mode", MODES)
def test_a_row_without_an_arm_runs_in_every_mode(mode: Mode) -> None:
    assert chosen(select(pipeline(arms=("",)), Request(mode=mode))) == ["unit", "docs"]


def test_a_flag_of_the_request_wins_over_that_for_all_and_that_over_the_matrix() -> None:
    made = pipeline(flags={"docs": False})
    assert is_enabled(made, "unit", {}) and not is_enabled(made, "docs", {})
    assert is_enabled(made, "docs", {"*": True}) and not is_enabled(made, "docs", {"*": True, "docs": False})


# --- a split

CHANGES = st.text(max_size=12) | st.integers(1, 9999).map(lambda number: f"owner/repo#{number}")
PERCENTS = st.floats(0, 100, allow_nan=False)


@FEW
@given(CHANGES, st.sampled_from(["unit", "docs"]), PERCENTS, PERCENTS)
def test_a_split_is_sticky_and_raising_it_never_takes_a_change_out(
    change: str, config: str, first: float, second: float
) -> None:
    low, high = sorted((first, second))
    assert in_python_share(change, config, low) == in_python_share(change, config, low)
    assert in_python_share(change, config, low) <= in_python_share(change, config, high)
    assert not in_python_share(change, config, 0)
    assert in_python_share(change, config, 100)


def test_a_split_gives_about_its_share_and_not_the_same_changes_everywhere() -> None:
    changes = [f"owner/repo#{number}" for number in range(4000)]
    unit = {change for change in changes if in_python_share(change, "unit", 25)}
    docs = {change for change in changes if in_python_share(change, "docs", 25)}
    assert 0.23 < len(unit) / 4000 < 0.27
    assert 0.04 < len(unit & docs) / 4000 < 0.09  # independent: 1/16


def test_a_split_takes_the_same_side_on_every_machine() -> None:
    """Fixed by the algorithm: a new release must not move changes to the other side."""
    assert [in_python_share(f"owner/repo#{number}", "unit", 50) for number in range(8)] == [
        True, True, False, True, False, False, False, True
    ]  # fmt: skip


def test_a_change_that_is_no_text_still_takes_a_side() -> None:
    change = b"caf\xe9".decode("utf-8", "surrogateescape")
    assert in_python_share(change, "unit", 50) in (True, False)


@pytest.mark.parametrize("percent", [-0.01, 100.01, float("nan"), float("inf"), float("-inf")])
def test_no_percentage_is_wrong_usage(percent: float) -> None:
    error = refused(pipeline(), Request(mode="split", percent=percent))
    assert "is no percentage" in error.message
    assert error.exit_code == 2


# --- units


def test_rows_that_differ_in_the_together_axis_only_share_a_unit() -> None:
    units = select(pipeline(), Request()).plan.units
    assert [(unit.id, [row.id for row in unit.rows]) for unit in units] == [
        ("unit", ["unit.shell", "unit.python"]),
        ("docs", ["docs.shell", "docs.python"]),
    ]
    alone = select(pipeline(together=""), Request()).plan.units
    assert [unit.id for unit in alone] == ["unit.shell", "unit.python", "docs.shell", "docs.python"]
    assert all(unit.runs_on == ("ubuntu-24.04",) for unit in units)


def test_a_unit_keeps_its_id_when_an_arm_is_left_out() -> None:
    assert [unit.id for unit in select(pipeline(), Request(mode="shell")).plan.units] == ["unit", "docs"]


def test_a_unit_of_the_together_axis_alone_has_the_pipeline_s_name() -> None:
    row = CompiledRow(id="shell", values={"arm": "shell"}, suite="unit", runner="cpu", arm="shell")
    made = dataclasses.replace(pipeline(("unit",)), rows=(row,))
    assert unit_id(made, row) == "p"


def test_each_unit_is_cut_into_its_shards() -> None:
    units = select(pipeline(("unit",), shards=3), Request()).plan.units
    assert [unit.id for unit in units] == ["unit.s1of3", "unit.s2of3", "unit.s3of3"]
    assert [(unit.shard.index, unit.shard.of) for unit in units] == [(1, 3), (2, 3), (3, 3)]
    assert all([row.id for row in unit.rows] == ["unit.shell", "unit.python"] for unit in units)


def test_a_matrix_holds_at_most_what_github_runs() -> None:
    assert len(select(pipeline(("unit",), shards=MATRIX_LIMIT), Request()).plan.units) == 256
    error = refused(pipeline(("unit",), shards=MATRIX_LIMIT + 1), Request())
    assert error.message == "257 jobs are selected, GitHub runs at most 256 in a matrix"
    assert "fewer configurations" in error.hint
    many = pipeline(tuple(f"c{number}" for number in range(257)))
    assert refused(many, Request()).exit_code == 2
    assert len(select(many, Request(configs=("c1", "c2"))).plan.units) == 2


def test_the_plan_is_of_this_pipeline_and_this_change() -> None:
    plan = select(pipeline(), Request(change="owner/repo#7")).plan
    assert (plan.pipeline, plan.seed) == ("p", "owner/repo#7")


def test_a_matrix_entry_says_where_it_runs_and_carries_its_unit() -> None:
    rows = (CompiledRow(id="3.12", values={"python": "3.12"}, suite="unit", runner="cpu"),)
    plan = select(dataclasses.replace(pipeline(("unit",), together=""), rows=rows), Request()).plan
    (entry,) = matrix(plan)["include"]
    assert (entry["unit"], entry["runs-on"], entry["python"]) == ("3.12", ["ubuntu-24.04"], "3.12")
    assert wire.decode(Unit, json.loads(json.dumps(entry["plan"]))) == plan.units[0]


# --- names


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (Request(configs=("unti",)), "unknown configuration 'unti'"),
        (Request(configs=("unit", "a", "b")), "unknown configuration 'a'"),
        (Request(flags={"unti": True}), "unknown configuration 'unti'"),
    ],
)
def test_an_unknown_name_is_told_with_those_that_are_known(request_: Request, message: str) -> None:
    error = refused(pipeline(), request_)
    assert error.message == message
    assert error.hint == "known are docs, unit"


# --- properties

REQUESTS = st.builds(
    Request,
    event=st.sampled_from(["", "push", "schedule", "pull_request"]),
    action=st.sampled_from(["", "labeled"]),
    label=st.sampled_from(["", "ciflow/x", "bug"]),
    configs=st.lists(st.sampled_from(["unit", "docs", "gloo"]), max_size=2).map(tuple),
    rows=st.lists(st.sampled_from(["*", "*.shell", "docs.*", "none"]), max_size=2).map(tuple),
    mode=st.sampled_from(MODES),
    percent=PERCENTS,
    flags=st.dictionaries(st.sampled_from(["*", "unit", "docs"]), st.booleans()),
    change=CHANGES,
)
PIPELINES = st.builds(
    pipeline,
    st.just(("unit", "docs", "gloo")),
    together=st.sampled_from(["", "arm", "config"]),
    shards=st.integers(1, 3),
    flags=st.dictionaries(st.sampled_from(["unit", "docs"]), st.booleans()),
    events=st.sampled_from([("call",), ("schedule",), ("pull_request", "schedule")]),
    labels=st.sampled_from([(), ("ciflow/x",)]),
    arms=st.sampled_from([ARMS, ("shell",), ("",)]),
)


@FEW
@given(PIPELINES, REQUESTS)
def test_every_row_runs_or_has_a_reason_and_never_both(made: CompiledPipeline, request: Request) -> None:
    selection = select(made, request)
    ran = Counter(chosen(selection))
    shards = made.rows[0].shards
    assert set(ran.values()) <= {shards}
    assert set(ran) | set(selection.reasons) == {row.id for row in made.rows}
    assert not set(ran) & set(selection.reasons)
    assert all(selection.reasons.values())
    assert select(made, request) == selection


@FEW
@given(PIPELINES, REQUESTS)
def test_units_are_unique_and_run_each_row_s_parts_once(made: CompiledPipeline, request: Request) -> None:
    units = select(made, request).plan.units
    assert len({unit.id for unit in units}) == len(units)
    parts = Counter((row.id, unit.shard.index) for unit in units for row in unit.rows)
    assert set(parts.values()) <= {1}
    assert all(1 <= unit.shard.index <= unit.shard.of == made.rows[0].shards for unit in units)


@FEW
@given(PIPELINES, REQUESTS)
def test_outside_a_pair_each_configuration_runs_one_arm_at_most(made: CompiledPipeline, request: Request) -> None:
    assume(request.mode != "paired")
    arms = {(row.suite.id, row.arm) for unit in select(made, request).plan.units for row in unit.rows if row.arm}
    assert len(arms) == len({suite for suite, _ in arms})


@FEW
@given(PIPELINES, REQUESTS, PERCENTS)
def test_raising_the_percentage_never_takes_a_python_row_away(
    made: CompiledPipeline, request: Request, more: float
) -> None:
    split = dataclasses.replace(request, mode="split")
    low, high = sorted((split.percent, more))
    before = chosen(select(made, dataclasses.replace(split, percent=low)))
    after = chosen(select(made, dataclasses.replace(split, percent=high)))
    assert {row for row in before if row.endswith(".python")} <= set(after)


def test_a_standing_flag_wins_over_the_matrix_and_yields_to_the_request() -> None:
    made = pipeline(flags={"docs": True, "unit": True}, together="")
    standing = {"docs": False, "elsewhere": True}  # kept for many pipelines: a name unknown here is no fault
    assert chosen(select(made, Request(mode="python", standing_flags=standing))) == ["unit.python", "docs.shell"]
    asked = Request(mode="python", standing_flags=standing, flags={"docs": True})
    assert chosen(select(made, asked)) == ["unit.python", "docs.python"]
    for_all = Request(mode="python", standing_flags={"docs": True}, flags={"*": False})
    assert chosen(select(made, for_all)) == ["unit.shell", "docs.shell"]


HELD = {"cpu": Quarantine(until="2026-11-30", why="The owner: It overheats")}


@pytest.mark.parametrize(
    ("today", "runs"),
    [("2026-11-22", False), ("2026-11-30", False), ("2026-12-01", True), ("2027-01-01", True), ("", True)],
)
def test_a_quarantine_keeps_the_rows_of_its_runner_away_until_its_last_day_is_over(today: str, runs: bool) -> None:
    made = dataclasses.replace(pipeline(("unit",), arms=("",)), quarantined=HELD)
    selection = select(made, Request(today=today))
    assert chosen(selection) == (["unit"] if runs else [])
    reason = "its runner cpu is in quarantine until 2026-11-30 (The owner: It overheats)"
    assert selection.reasons == ({} if runs else {"unit": reason})
    assert (f"leave unit: {reason}" in told(selection)) == (not runs)


def test_a_quarantine_touches_no_other_runner() -> None:
    made = pipeline(("unit", "docs"), arms=("",))
    rows = (dataclasses.replace(made.rows[0], runner="gpu"), made.rows[1])
    made = dataclasses.replace(made, rows=rows, runners={**made.runners, "gpu": ("card",)}, quarantined=HELD)
    assert chosen(select(made, Request(today="2026-11-22"))) == ["unit"]


def test_a_schedule_at_a_time_that_the_caller_chose_has_the_schedule_s_size() -> None:
    """Pull requests come first among the sizes; a nightly that a caller moved must not fall back to theirs."""
    plain = pipeline(("unit", "docs"), together="", arms=("",))
    rows = tuple(
        dataclasses.replace(row, sizes=("pull-request",) if row.suite == "unit" else ("scheduled",))
        for row in plain.rows
    )
    sized = dataclasses.replace(
        plain, rows=rows, sizes=("pull-request", "scheduled"), crons={"29 4 * * *": "scheduled"}, events=("call",)
    )
    for cron in ("29 4 * * *", "0 2 * * *", ""):
        found = select(sized, Request(event="schedule", cron=cron))
        assert [row.id for unit in found.plan.units for row in unit.rows] == ["docs"]
    pull = select(sized, Request(event="pull_request"))
    assert [row.id for unit in pull.plan.units for row in unit.rows] == ["unit"]
