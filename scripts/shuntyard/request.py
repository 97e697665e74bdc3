"""What select-rows is asked: its inputs and the event, as a Request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import cast

from shuntyard.ci.github import Context
from shuntyard.contract import Value
from shuntyard.options import read_flags, words
from shuntyard.plan import Mode
from shuntyard.select import Request


def read_request(inputs: Mapping[str, Value], context: Context) -> Request:
    """The request, for today. Raises ShuntyardError for flags that are not understood."""
    return Request(
        event=context.event,
        action=context.action,
        label=context.label,
        change=context.change,
        configs=tuple(words(str(inputs["configs"]))),
        mode=cast(Mode, inputs["mode"]),
        percent=float(inputs["percent"]),
        flags=read_flags(str(inputs["flags"])),
        standing_flags=read_flags(str(inputs["variable-flags"])),
        size=str(inputs["size"]),
        cron=context.cron,
        today=datetime.now(timezone.utc).date().isoformat(),
    )
