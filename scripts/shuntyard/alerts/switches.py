"""The feature flags that alerts switch off: the rollout's, through the hub's variable, logged with the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shuntyard.hub import Hub
from shuntyard.rollout.flags import VARIABLE, disable, effective, format_flags, read_variable
from shuntyard.rollout.log import Log
from shuntyard.text import line


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutFlags:
    """See tools.Flags. `in_file` are the flags as matrices/suites.yml has them."""

    hub: Hub
    log: Log
    now: datetime
    in_file: Mapping[str, bool] = field(default_factory=dict)

    def preview(self, config: str) -> str:
        before = read_variable(self.hub)
        if not effective(config, before, self.in_file.get(config, True)):
            return f"the flag of {line(config, 60)} is off already"
        after = format_flags({**before, config: False})
        return f"switch off {line(config, 60)}: {VARIABLE} from {format_flags(before)!r} to {after!r}"

    def switch_off(self, config: str, evidence: Mapping[str, Any], reason: str) -> str:
        in_file = self.in_file.get(config)
        change = disable(self.hub, config, [evidence], self.log, self.now, by="alert", reason=reason, in_file=in_file)
        shown = line(config, 60)
        return f"switched off {shown} ({VARIABLE})" if change.changed else f"the flag of {shown} is off already"
