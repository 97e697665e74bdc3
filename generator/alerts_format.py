"""The authoring format of alerts: matrices/alerts.yml, or a caller's own file, as strict models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from generator.alphabet import Argument, Strict, Text

Span = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3} ?(min|h|d)$")]
Held = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3} ?(runs?|min|h|d)$")]
Action = Literal["disable_feature_flag", "open_issue", "notify", "quarantine", "investigate_and_optimize"]


class AlertItem(Strict):
    """One alert: `name`, `condition` and `action` are all that it needs."""

    name: Text = Field(description="what it is called; also what issues and messages are called")
    condition: Annotated[Argument, Field(min_length=1)] = Field(
        description="such as `fallback_rate > 5%`, `execution_time > baseline * 1.2`, `verdict == regressed`"
    )
    action: Action | list[Action] = Field(description="what happens when it fires, once for each firing")
    severity: Literal["info", "warning", "critical"] = "warning"
    per: Literal["configuration", "pipeline", "all"] = Field(
        default="configuration",
        description="what is judged by itself: a configuration, a pipeline, or everything",
    )
    for_: Held = Field(
        default="1 run",
        alias="for",
        description="how long it must hold before it fires: consecutive runs (`2 runs`) or a time (`1 d`)",
    )
    window: Span = Field(default="7 d", description="how far back is measured, such as `7 d`")
    least: Annotated[int, Field(ge=1)] = Field(
        default=1, description="executions (or what else is counted) below which nothing is judged: it is unknown then"
    )
    remind: Span | Literal["never"] = Field(
        default="7 d", description="how long until those who know of it are reminded"
    )
    owner: Text | None = Field(default=None, description="who owns what it proposes for quarantine")
    days: Annotated[int, Field(ge=1, le=90)] = Field(default=14, description="days that such a quarantine lasts")


class AlertsFile(Strict):
    """matrices/alerts.yml: what is watched, and what happens when it goes wrong."""

    labels: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_ ./:+-]*$", max_length=50)]] = Field(
        default=[], description="labels for the issues that alerts open"
    )
    alerts: list[AlertItem] = Field(min_length=1)
