"""An action that nothing stands in for: the step ends here, and the verdict says why."""

from __future__ import annotations

from generator.rehearse.standins.step import not_exercised


def main(action: str) -> int:
    not_exercised(f"no stand-in for {action}")
